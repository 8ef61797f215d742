"""Fields in which one object names another: they follow when a kustomization gives the other a new name.

The fields are those of kustomize's `namereference` configuration, for the kinds taught.
"""

from __future__ import annotations

from typing import Any

from tutor.kubectl.objects import Object

Renamed = dict[tuple[str, str], str]
"""The new name by kind and old name."""

_BLOCKS = {
    "configMap": ("ConfigMap", "name"),
    "configMapRef": ("ConfigMap", "name"),
    "configMapKeyRef": ("ConfigMap", "name"),
    "secretRef": ("Secret", "name"),
    "secretKeyRef": ("Secret", "name"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
    "service": ("Service", "name"),
}
"""Mappings with a name in them, by the field they are in."""
_FIELDS = {
    "serviceAccountName": "ServiceAccount",
    "serviceAccount": "ServiceAccount",
    "secretName": "Secret",
    "serviceName": "Service",
    "storageClassName": "StorageClass",
    "priorityClassName": "PriorityClass",
    "ingressClassName": "IngressClass",
}
"""Fields that are a name."""


def follow(value: Any, renamed: Renamed) -> None:
    """Changes every reference in a value."""
    if isinstance(value, list):
        for item in value:
            follow(item, renamed)
    if not isinstance(value, dict):
        return
    for field, inner in value.items():
        if field in _FIELDS and isinstance(inner, str):
            value[field] = renamed.get((_FIELDS[field], inner), inner)
        elif isinstance(inner, dict):
            _follow_block(field, inner, renamed)
        elif field in ("imagePullSecrets", "secrets", "subjects") and isinstance(inner, list):
            for item in inner:
                _follow_typed(item, renamed, default="Secret")
        follow(inner, renamed)


def _follow_block(field: str, block: Object, renamed: Renamed) -> None:
    if field in _BLOCKS:
        kind, key = _BLOCKS[field]
        if isinstance(block.get(key), str):
            block[key] = renamed.get((kind, block[key]), block[key])
    elif field == "secret" and isinstance(block.get("name"), str):
        block["name"] = renamed.get(("Secret", block["name"]), block["name"])
    elif field in ("roleRef", "scaleTargetRef"):
        _follow_typed(block, renamed)


def _follow_typed(block: Any, renamed: Renamed, default: str = "") -> None:
    """A reference that says its kind."""
    if isinstance(block, dict) and isinstance(block.get("name"), str):
        kind = str(block.get("kind", default))
        block["name"] = renamed.get((kind, block["name"]), block["name"])
