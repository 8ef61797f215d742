"""Short ways to write the objects of add-ons down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutor.simulator.store import Obj

RBAC = "rbac.authorization.k8s.io"


def obj(api_version: str, kind: str, name: str, namespace: str = "", **fields: Any) -> Obj:
    """An object with these fields; `labels` and `annotations` go into its metadata."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    for field in ("labels", "annotations"):
        if field in fields:
            metadata[field] = fields.pop(field)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def rule(groups: Sequence[str], resources: Sequence[str], verbs: Sequence[str]) -> dict[str, Any]:
    """A rule of a role."""
    return {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}


def binding(
    name: str, role: str, account: tuple[str, str], *, namespace: str = "", role_kind: str = "ClusterRole"
) -> Obj:
    """A RoleBinding in a namespace, or a ClusterRoleBinding, for a ServiceAccount (namespace, name)."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    subject = {"kind": "ServiceAccount", "namespace": account[0], "name": account[1]}
    reference = {"apiGroup": RBAC, "kind": role_kind, "name": role}
    return obj(f"{RBAC}/v1", kind, name, namespace, roleRef=reference, subjects=[subject])


def deployment(name: str, namespace: str, labels: Mapping[str, str], pod: Mapping[str, Any], **spec: Any) -> Obj:
    """A Deployment of one replica whose pods have the labels of the Deployment."""
    template = {"metadata": {"labels": dict(labels)}, "spec": dict(pod)}
    body = {"replicas": 1, "selector": {"matchLabels": dict(labels)}, "template": template, **spec}
    return obj("apps/v1", "Deployment", name, namespace, labels=dict(labels), spec=body)
