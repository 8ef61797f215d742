"""Every pod runs as a service account and is given its token (plugin ServiceAccount)."""

from __future__ import annotations

from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest

ORDER = 20
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_SECONDS = 3607
MIRROR = "kubernetes.io/config.mirror"


def mutate(request: AdmissionRequest) -> None:
    """Names the account, adds its pull secrets and mounts a token into every container that has none."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.subresource or request.obj is None:
        return
    pod = request.obj
    if MIRROR in (pod["metadata"].get("annotations") or {}):
        return
    spec = pod["spec"]
    name = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    account = request.context.store.get("serviceaccounts", request.namespace, name)
    if account is None:
        why = f'error looking up service account {request.namespace}/{name}: serviceaccount "{name}" not found'
        raise errors.forbidden("pods", "", request.name, why)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = list(account["imagePullSecrets"])
    wanted = spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken"))
    if wanted is not False:
        _mount_token(request, spec)


def _mount_token(request: AdmissionRequest, spec: dict[str, Any]) -> None:
    containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    without = [c for c in containers if all(m.get("mountPath") != TOKEN_PATH for m in c.get("volumeMounts") or ())]
    if not without:
        return
    volume = "kube-api-access-" + request.context.ids.suffix()
    for container in without:
        mount = {"mountPath": TOKEN_PATH, "name": volume, "readOnly": True}
        container["volumeMounts"] = [*(container.get("volumeMounts") or ()), mount]
    sources = [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {
            "downwardAPI": {
                "items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}]
            }
        },
    ]
    added = {"name": volume, "projected": {"defaultMode": 420, "sources": sources}}
    spec["volumes"] = [*(spec.get("volumes") or ()), added]
