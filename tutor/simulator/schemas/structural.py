"""Types out of OpenAPI v3 schemas, as CustomResourceDefinitions carry them ("structural schemas")."""

from __future__ import annotations

from typing import Any

from tutor.simulator.schemas.table import struct
from tutor.simulator.schemas.types import ANY, Field, ListOf, MapOf, Scalar, ScalarKind, Struct, Type

_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_SCALARS: dict[str, tuple[ScalarKind, str]] = {
    "string": ("string", "string"),
    "boolean": ("bool", "bool"),
    "integer": ("int64", "int64"),
    "number": ("float64", "float64"),
}


def struct_of_schema(name: str, schema: dict[str, Any]) -> Struct:
    """The type of a custom resource's objects: its schema with apiVersion, kind and metadata as every object has them."""

    def load() -> tuple[dict[str, Field], dict[str, tuple[Struct, int]]]:
        fields = _fields(name, schema)
        for field in ("apiVersion", "kind"):
            fields[field] = Field(field, Scalar("string", "string"))
        fields["metadata"] = Field("metadata", struct(_OBJECT_META), omit_empty=True)
        return fields, {}

    return Struct(name, load, keeps_unknown=_keeps(schema))


def _keeps(schema: dict[str, Any]) -> bool:
    return bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def _fields(name: str, schema: dict[str, Any]) -> dict[str, Field]:
    required = schema.get("required") or ()
    return {
        key: _field(f"{name}.{key}", key, item, key in required) for key, item in schema.get("properties", {}).items()
    }


def _field(path: str, name: str, schema: dict[str, Any], required: bool) -> Field:
    return Field(
        name,
        _type(path, schema),
        pointer=True,
        required=required,
        list_type=schema.get("x-kubernetes-list-type") or "atomic",
        map_keys=tuple(schema.get("x-kubernetes-list-map-keys") or ()),
        atomic=schema.get("x-kubernetes-map-type") == "atomic",
        default=schema.get("default"),
        enum=tuple(schema.get("enum") or ()),
    )


def _type(path: str, schema: dict[str, Any]) -> Type:
    if schema.get("x-kubernetes-int-or-string"):
        return Scalar("int-or-string", "int32")
    kind = schema.get("type", "")
    if kind in _SCALARS:
        return Scalar(*_SCALARS[kind])
    if kind == "array":
        return ListOf(_type(path, schema.get("items") or {}), "array")
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return MapOf(_type(path, schema["additionalProperties"]), "object")
    if kind == "object":
        inner = dict(schema)
        return Struct(
            path,
            lambda: (_fields(path, inner), {}),
            atomic=schema.get("x-kubernetes-map-type") == "atomic",
            keeps_unknown=_keeps(schema),
        )
    return ANY
