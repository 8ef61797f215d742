"""What is known about manifests, for everybody who reads or writes them: the editor, the linter, the graders.

`text` finds mistakes without a cluster, from the models of the installed `kubernetes` client (Kubernetes 1.37), which
take a noticeable part of a second to load: import it where a manifest is checked. `place`, `completion` and `fields`
are about a manifest being written, with the schemas of the cluster itself (`schemas`). `kinds` are the built-in kinds.
"""
