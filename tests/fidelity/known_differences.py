"""Where kubectl sees something else of the simulated cluster than of the genuine one, and why. Everything else must be equal."""

from __future__ import annotations

_MODELS = (
    "descriptions come from the Python client's models, which lack those of references, enumerations and line breaks"
)
_ORDER = "the message shows the object with its fields in another order"

KNOWN_DIFFERENCES = {
    "deployments: get deployment web-app -o yaml --show-managed-fields": "controllers do not record themselves in managedFields",
    "files: get cm one -o yaml --show-managed-fields": "the entry that client-side apply was turned into has a time",
    "cluster: explain deployment.spec.strategy": _MODELS,
    "cluster: explain service.spec.ports": _MODELS,
    "cluster: explain pod.spec.restartPolicy": _MODELS,
    "cluster: explain configmap": _MODELS,
    "cluster: explain pods.spec.tolerations": _MODELS,
    "customresources: apply -f bad-boat.yaml": _ORDER,
    "permissions: auth whoami": "the admin has a token, not a certificate whose fingerprint would be shown",
    'holding: patch cm own --type=json -p \'[{"op":"copy","from":"/metadata/name","path":"/metadata/labels"}]\'': _ORDER,
    'holding: patch cm own --type=merge -p \'{"kind":"Secret"}\'': "the server stumbles over the values before the kind",
    "rolling: scale rc old --replicas=0": "a ReplicationController's Scale has managers of its own",
}
