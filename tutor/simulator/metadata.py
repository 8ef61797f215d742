"""The order of the fields of metadata: that of its Go type, in which every answer has them, whatever was set first."""

from __future__ import annotations

from typing import Any

_ORDER = (
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
)
"""ObjectMeta (apimachinery, pkg/apis/meta/v1/types.go)."""


def in_order(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata with its fields in their order; fields that ObjectMeta does not have come last."""
    ordered = {field: metadata[field] for field in _ORDER if field in metadata}
    return ordered if len(ordered) == len(metadata) else {**ordered, **metadata}
