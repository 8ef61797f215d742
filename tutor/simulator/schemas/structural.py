"""Types out of OpenAPI v3 schemas, as CustomResourceDefinitions carry them ("structural schemas")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.simulator.schemas.table import struct
from tutor.simulator.schemas.types import ANY, Field, ListOf, MapOf, Scalar, ScalarKind, Struct, Type

Schema = dict[str, Any]

_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_SCALARS: dict[str, tuple[ScalarKind, str]] = {
    "string": ("string", "string"),
    "boolean": ("bool", "bool"),
    "integer": ("int64", "int64"),
    "number": ("float64", "float64"),
}


@dataclass(eq=False)
class CustomStruct(Struct):
    """The type of a custom resource's objects: fields for merging and ownership, and the schema that values are held to."""

    schema: Schema = field(default_factory=dict)


def struct_of_schema(name: str, schema: Schema) -> CustomStruct:
    """The type of a custom resource's objects: its schema with apiVersion, kind and metadata as every object has them."""

    def load() -> tuple[dict[str, Field], dict[str, tuple[Struct, int]]]:
        fields = _fields(name, schema)
        for key in ("apiVersion", "kind"):
            fields[key] = Field(key, Scalar("string", "string"), omit_empty=True)
        fields["metadata"] = Field("metadata", struct(_OBJECT_META), omit_empty=True)
        return fields, {}

    return CustomStruct(name, load, keeps_unknown=_keeps(schema), schema=schema)


def object_meta() -> Struct:
    """The type of every object's metadata."""
    return struct(_OBJECT_META)


def _keeps(schema: Schema) -> bool:
    return bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def _fields(name: str, schema: Schema) -> dict[str, Field]:
    required = schema.get("required") or ()
    return {
        key: _field(f"{name}.{key}", key, item, key in required) for key, item in schema.get("properties", {}).items()
    }


def _field(path: str, name: str, schema: Schema, required: bool) -> Field:
    keys = tuple(schema.get("x-kubernetes-list-map-keys") or ())
    elements = (schema.get("items") or {}).get("properties") or {}
    return Field(
        name,
        _type(path, schema),
        pointer=True,
        omit_empty=True,
        required=required,
        list_type=schema.get("x-kubernetes-list-type") or "atomic",
        map_keys=keys,
        atomic=schema.get("x-kubernetes-map-type") == "atomic",
        default=schema.get("default"),
        enum=tuple(schema.get("enum") or ()),
        key_defaults={key: elements[key]["default"] for key in keys if "default" in elements.get(key, {})},
    )


def _type(path: str, schema: Schema) -> Type:
    if schema.get("x-kubernetes-int-or-string"):
        return Scalar("int-or-string", "int32")
    kind = schema.get("type", "")
    if kind == "string" and schema.get("format") == "date-time":
        return Scalar("time", "string")
    if kind in _SCALARS:
        return Scalar(*_SCALARS[kind])
    if kind == "array":
        return ListOf(_type(path, schema.get("items") or {}), "array")
    if kind != "object":
        return ANY
    if isinstance(schema.get("additionalProperties"), dict):
        return MapOf(_type(path, schema["additionalProperties"]), "object")
    if _keeps(schema) and not schema.get("properties"):
        return MapOf(_FREE, "object")
    inner = dict(schema)
    return Struct(
        path,
        lambda: (_fields(path, inner), {}),
        atomic=schema.get("x-kubernetes-map-type") == "atomic",
        keeps_unknown=_keeps(schema),
    )


_FREE = MapOf(ANY, "object")
"""Objects without a schema are owned key by key."""
