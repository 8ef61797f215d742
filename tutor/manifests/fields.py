"""What a field is: for the editor's explanation of the field at the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.manifests.place import FieldPath, Place

if TYPE_CHECKING:
    from tutor.manifests.schemas import ClusterSchemas, Schema


@dataclass(frozen=True)
class Field:
    """One field as the cluster's own API describes it."""

    path: str
    """As Kubernetes writes it: `spec.containers[0].image`."""
    type: str
    """As `kubectl explain` writes it: `string`, `[]Container`, `map[string]string`."""
    required: bool
    description: str
    values: tuple[str, ...] = ()
    """The values it can have, where they are listed."""
    default: str = ""
    below: tuple[tuple[str, str, bool], ...] = ()
    """The fields in it: name, type, whether required."""


def explain(schemas: ClusterSchemas, place: Place) -> Field | None:
    """The field of a place; None when the cluster does not know it."""
    schema = schemas.of(place.api_version, place.kind)
    if schema is None:
        return None
    return describe(schema, place.path)


def describe(schema: Schema, path: FieldPath) -> Field | None:
    """One field of a kind; None for a field it does not have."""
    found = schema.at(path)
    if found is None:
        return None
    target = schema.document.resolve(found)
    return Field(
        path=dotted(path) or schema.resource.kind,
        type=schema.document.type_name(found) if path else schema.resource.kind,
        required=bool(path) and path[-1] in (schema.parent_of(path).get("required") or ()),
        description=str(found.get("description") or target.get("description") or ""),
        values=tuple(map(str, target.get("enum") or ())),
        default=_default(found),
        below=tuple(_below(schema, found)),
    )


def dotted(path: FieldPath) -> str:
    """A field path as Kubernetes writes it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if isinstance(default, str | int | float) and default != "" else ""


def _below(schema: Schema, found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    holder = schema.document.fields(found)
    required = holder.get("required") or ()
    fields: dict[str, Any] = holder.get("properties") or {}
    rows = [(name, schema.document.type_name(field), name in required) for name, field in fields.items()]
    return sorted(rows, key=lambda row: (not row[2], row[0]))
