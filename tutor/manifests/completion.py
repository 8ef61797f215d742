"""What can be written at a place of a manifest: the fields that are still missing there, the values a field can have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.manifests.place import Place, place_at
from tutor.manifests.schemas import first_sentence, plain_names

if TYPE_CHECKING:
    from tutor.manifests.schemas import ClusterSchemas, Schema

STEP = 2
"""Blanks a level is indented by."""
_HEAD = ("apiVersion", "kind", "metadata", "spec")
_READ_ONLY = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""Fields of metadata that the server fills in (apimachinery, pkg/apis/meta/v1/types.go)."""

_REFERENCES: dict[tuple[str, ...], str] = {
    ("configMapKeyRef", "name"): "configmaps",
    ("configMapRef", "name"): "configmaps",
    ("configMap", "name"): "configmaps",
    ("secretKeyRef", "name"): "secrets",
    ("secretRef", "name"): "secrets",
    ("secret", "secretName"): "secrets",
    ("tls", "secretName"): "secrets",
    ("imagePullSecrets", "name"): "secrets",
    ("persistentVolumeClaim", "claimName"): "persistentvolumeclaims",
    ("spec", "serviceAccountName"): "serviceaccounts",
    ("backend", "service", "name"): "services",
    ("defaultBackend", "service", "name"): "services",
    ("scaleTargetRef", "name"): "deployments",
    ("roleRef", "name"): "roles",
    ("spec", "storageClassName"): "storageclasses",
    ("spec", "ingressClassName"): "ingressclasses",
    ("spec", "priorityClassName"): "priorityclasses",
    ("spec", "nodeName"): "nodes",
    ("spec", "volumeName"): "persistentvolumes",
    ("metadata", "namespace"): "namespaces",
}
"""Fields that hold the name of an object, by the end of their path, and the resource it is of."""


@dataclass(frozen=True)
class Suggestion:
    """Something that can be written. `insert` takes the place of the word before the cursor."""

    label: str
    insert: str
    type: str = ""
    description: str = ""
    required: bool = False


@dataclass(frozen=True)
class Suggestions:
    """What fits at a cursor; the word they replace begins in column `start`."""

    start: int
    found: Sequence[Suggestion]


def suggest(schemas: ClusterSchemas, text: str, row: int, column: int) -> Suggestions | None:
    """What can be written at a cursor (`row` and `column` count from 0); None where nothing is known."""
    place = place_at(text, row, column)
    if place is None:
        return None
    found = list(_candidates(schemas, place))
    typed = place.typed.lower()
    best = [one for one in found if one.label.lower().startswith(typed)]
    others = [one for one in found if one not in best and typed in one.label.lower()]
    if len(best) + len(others) == 1 and (best or others)[0].insert.strip() == place.typed:
        return None
    return Suggestions(place.start, best + others) if best or others else None


def _candidates(schemas: ClusterSchemas, place: Place) -> Iterable[Suggestion]:
    if place.path in (("apiVersion",), ("kind",)):
        return _head_values(schemas, place)
    schema = schemas.of(place.api_version, place.kind)
    if schema is None:
        return _head_fields(place) if place.is_key and not place.path else ()
    found = schema.at(place.path)
    if found is None:
        return ()
    if place.is_key and (place.path == () or not _is_scalar(schema, found)):
        return _fields(schema, found, place)
    return _values(schemas, schema, found, place)


def _head_values(schemas: ClusterSchemas, place: Place) -> Iterable[Suggestion]:
    """API versions and kinds, only those that go together once one of them is there."""
    pairs = schemas.kinds()
    if place.path == ("apiVersion",):
        versions = [version for version, kind in pairs if kind == place.kind] or [version for version, _ in pairs]
        kinds = {version: ", ".join(kind for other, kind in pairs if other == version) for version in versions}
        return [Suggestion(version, version, description=kinds[version]) for version in dict.fromkeys(versions)]
    return [
        Suggestion(kind, kind, description=version)
        for version, kind in sorted(pairs, key=lambda pair: pair[1])
        if place.api_version in ("", version) or all(place.api_version != other for other, _ in pairs)
    ]


def _head_fields(place: Place) -> Iterable[Suggestion]:
    """The fields every manifest begins with, as long as nothing else is known."""
    return [
        Suggestion(name, f"{name}: " if name in ("apiVersion", "kind") else f"{name}:\n{' ' * STEP}", required=True)
        for name in _HEAD
        if name not in place.siblings
    ]


def _is_scalar(schema: Schema, found: dict[str, Any]) -> bool:
    return schema.document.resolve(found).get("type") in ("string", "integer", "number", "boolean")


def _fields(schema: Schema, found: dict[str, Any], place: Place) -> Iterable[Suggestion]:
    holder = schema.document.resolve(found)
    names: dict[str, Any] = holder.get("properties") or {}
    required = [*(_HEAD[:3] if not place.path else ()), *(holder.get("required") or ())]
    hidden = {"status"} if not place.path else _READ_ONLY if place.path == ("metadata",) else set()
    order = {name: number for number, name in enumerate(_HEAD)} if not place.path else {}
    shown = [name for name in names if name not in place.siblings and name not in hidden]
    for name in sorted(shown, key=lambda name: (order.get(name, 9), name not in required, name)):
        field = names[name]
        yield Suggestion(
            name,
            name + _after(schema, field, place.column),
            schema.document.type_name(field),
            first_sentence(str(field.get("description") or "")),
            name in required,
        )


def _after(schema: Schema, field: dict[str, Any], column: int) -> str:
    """What follows a field's name, up to where its value is to be written."""
    target = schema.document.resolve(field)
    if target.get("type") == "array":
        return f":\n{' ' * column}- "
    if target.get("properties") or target.get("additionalProperties"):
        return f":\n{' ' * (column + STEP)}"
    return ": "


def _values(schemas: ClusterSchemas, schema: Schema, found: dict[str, Any], place: Place) -> Iterable[Suggestion]:
    target = schema.document.resolve(found)
    kind = schema.document.type_name(found)
    values = [str(value) for value in target.get("enum") or ()]
    if target.get("type") == "boolean":
        values = ["true", "false"]
    if values:
        default = found.get("default")
        return [Suggestion(value, value, kind, "the default" if value == default else "") for value in values if value]
    names = plain_names(place.path)
    if names[-1:] == ["image"]:
        return [Suggestion(image, image, "image", "runs in this cluster") for image in schemas.images()]
    resource = _referenced(schema, names)
    return [Suggestion(name, name, resource) for name in schemas.names(resource, place.namespace)] if resource else ()


def _referenced(schema: Schema, names: Sequence[str]) -> str:
    if names == ["metadata", "namespace"] and not schema.resource.namespaced:
        return ""
    return next((resource for end, resource in _REFERENCES.items() if tuple(names[-len(end) :]) == end), "")
