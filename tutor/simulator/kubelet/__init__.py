"""The nodes: what kubelets, container runtimes and their processes do."""
