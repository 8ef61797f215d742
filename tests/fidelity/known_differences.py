"""Where kubectl sees something else of the simulated cluster than of the genuine one, and why. Everything else must be equal."""

from __future__ import annotations

_GO_DUMP = "the server prints its Go structures, of which the simulator has only the JSON form"
_MODELS = (
    "descriptions come from the Python client's models, which lack those of references, enumerations and line breaks"
)
_KINDS = "kinds and groups that the chapter and ordinary use of kubectl do not need are not served"
_CONTROLLERS = "parts of the simulated cluster do not record themselves in managedFields"

KNOWN_DIFFERENCES = {
    "deployments: get deployment web-app -o yaml --show-managed-fields": _CONTROLLERS,
    "deployments: get deploy web-app --subresource=scale": "a Scale is not printed as a Table with its own columns",
    "files: get cm one -o yaml --show-managed-fields": "the entry that client-side apply was turned into has a time",
    "files: apply --server-side -f wrong-type.yaml": "server-side apply words a wrong type as the JSON decoder does",
    "files: apply --server-side -f web-app.yaml": "kubectl's own bookkeeping of an apply that both ways were used for",
    'pods: patch pod box -p \'{"spec":{"containers":[{"name":"main","command":["sleep","1"]}]}}\'': _GO_DUMP,
    'pods: patch pod box -p \'{"spec":{"restartPolicy":"Never"}}\'': _GO_DUMP,
    "pods: label pods --all tier=back": _CONTROLLERS,
    "workloads: apply -f daemonset.yaml": "the annotation that counts template generations is nobody's",
    'workloads: patch job hello -p \'{"spec":{"template":{"spec":{"restartPolicy":"Always"}}}}\'': _GO_DUMP,
    "cluster: api-resources --api-group=networking.k8s.io": _KINDS,
    "cluster: api-resources --api-group=storage.k8s.io": _KINDS,
    "cluster: api-resources --api-group= -o wide": _KINDS,
    "cluster: api-versions": _KINDS,
    "cluster: explain deployment.spec.strategy": _MODELS,
    "cluster: explain service.spec.ports": _MODELS,
    "cluster: explain pod.spec.restartPolicy": _MODELS,
    "cluster: explain configmap": _MODELS,
    "cluster: explain pods.spec.tolerations": _MODELS,
    "customresources: api-resources --api-group=fidelity.example.com -o wide": "the verbs come in another order",
    "customresources: apply -f bad-boat.yaml": "the message shows the object with its fields in another order",
    "customresources: scale boat ada --replicas=1": "the message for a missing scale subresource does not name the object",
}
