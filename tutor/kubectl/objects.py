"""Small helpers to read Kubernetes API objects, which stay the plain JSON dicts the API serves."""

from __future__ import annotations

from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def get(obj: Any, path: str, default: Any = None) -> Any:
    """The value at a dotted path (`spec.template.spec`), or `default` when any part is missing or null."""
    current = obj
    for part in path.split("."):
        if not isinstance(current, dict):
            return default
        current = current.get(part)
        if current is None:
            return default
    return current


def name_of(obj: Object) -> str:
    return str(get(obj, "metadata.name", ""))


def namespace_of(obj: Object) -> str:
    return str(get(obj, "metadata.namespace", ""))


def labels_of(obj: Object) -> dict[str, str]:
    return get(obj, "metadata.labels", {}) or {}


def annotations_of(obj: Object) -> dict[str, str]:
    return get(obj, "metadata.annotations", {}) or {}


def group_version(obj: Object) -> tuple[str, str]:
    """(`apps`, `v1`) of an object with apiVersion `apps/v1`; the core group is the empty string."""
    api_version = str(obj.get("apiVersion", ""))
    group, slash, version = api_version.rpartition("/")
    return (group, version) if slash else ("", api_version)


def is_list(obj: Object) -> bool:
    return isinstance(obj.get("items"), list) and str(obj.get("kind", "List")).endswith("List")


def controller_of(obj: Object) -> Object | None:
    """The owner reference marked as the managing controller, if any."""
    for reference in get(obj, "metadata.ownerReferences", []):
        if reference.get("controller"):
            return dict(reference)
    return None


def condition(obj: Object, kind: str) -> Object | None:
    for item in get(obj, "status.conditions", []):
        if item.get("type") == kind:
            return dict(item)
    return None


def without_managed_fields(obj: Object) -> Object:
    """A shallow copy without metadata.managedFields, in a list's items too; what kubectl prints by default."""
    if is_list(obj):
        return {**obj, "items": [without_managed_fields(item) for item in obj["items"]]}
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return obj
    return {**obj, "metadata": {key: value for key, value in metadata.items() if key != "managedFields"}}
