"""Reads the generated table and answers for the type of a kind."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

from tutor.simulator.schemas import TABLE
from tutor.simulator.schemas.types import Field, ListOf, MapOf, Scalar, ScalarKind, Struct, Type

_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
SPECIAL: dict[str, ScalarKind] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    f"{_META}Time": "time",
    f"{_META}MicroTime": "microtime",
    f"{_META}Duration": "duration",
    f"{_META}FieldsV1": "any",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    f"{_EXTENSIONS}JSON": "any",
    f"{_EXTENSIONS}JSONSchemaPropsOrArray": "any",
    f"{_EXTENSIONS}JSONSchemaPropsOrBool": "any",
    f"{_EXTENSIONS}JSONSchemaPropsOrStringArray": "any",
}
"""Structs in Go that are one value in JSON."""

_GO_SCALARS: dict[str, ScalarKind] = {
    "string": "string",
    "int32": "int32",
    "int64": "int64",
    "uint8": "int32",
    "float64": "float64",
    "bool": "bool",
    "interface": "any",
}
_GO_OF_SPECIAL = {
    "quantity": "resource.Quantity",
    "time": "v1.Time",
    "microtime": "v1.MicroTime",
    "int-or-string": "int32",
}


@cache
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(gzip.decompress(TABLE.read_bytes()))
    return loaded


def version() -> str:
    """The Kubernetes version that the table was made from, e.g. "v1.37.2"."""
    found: str = _table()["version"]
    return found


def type_name(group: str, kind_version: str, kind: str) -> str | None:
    """The OpenAPI name of a built-in kind's type."""
    name: str | None = _table()["kinds"].get(f"{group}/{kind_version}/{kind}")
    return name


@cache
def kind_type(group: str, kind_version: str, kind: str) -> Struct | None:
    """The type of a built-in kind."""
    name = type_name(group, kind_version, kind)
    return struct(name) if name else None


@cache
def struct(name: str) -> Struct:
    """A type by its OpenAPI name. Raises KeyError when the table does not have it."""
    entry = _table()["types"][name]
    return Struct(name, lambda: _load(name, entry), atomic=bool(entry.get("atomic")))


def names() -> tuple[str, ...]:
    """The OpenAPI names of all types."""
    return tuple(_table()["types"])


def _load(name: str, entry: dict[str, Any]) -> tuple[dict[str, Field], dict[str, tuple[Struct, int]]]:
    fields = {field: _field(field, item) for field, item in entry["fields"].items()}
    embedded = {}
    for go_name, item in entry.get("inline", {}).items():
        inner = struct(_reference(item["t"]))
        if item.get("n"):
            embedded[go_name] = (inner, item["n"])
        for field_name, found in inner.fields.items():
            fields[field_name] = _via(found, go_name if item.get("n") else "")
    return fields, embedded


def _via(found: Field, go_name: str) -> Field:
    """A field of an embedded struct as the outer one has it: in protobuf it is the embedded struct that has a number."""
    return replace(found, via=go_name, number=0)


def _reference(expression: str) -> str:
    return expression.partition("=")[0]


def _field(name: str, item: dict[str, Any]) -> Field:
    type_ = parse_type(item["t"])
    keys = tuple(item.get("k", ()))
    defaults = {}
    if keys and isinstance(type_, ListOf) and isinstance(type_.elem, Struct):
        raw = _table()["types"][type_.elem.name]["fields"]
        defaults = {key: raw[key]["d"] for key in keys if raw.get(key, {}).get("d") not in (None, "", 0)}
    return Field(
        name=name,
        type=type_,
        pointer=bool(item.get("p")),
        omit_empty=bool(item.get("o")),
        omit_zero=bool(item.get("z")),
        required=bool(item.get("r")),
        number=item.get("n", 0),
        encoding=item.get("w", ""),
        merge_key=item.get("m", ""),
        strategies=tuple(filter(None, item.get("s", "").split(","))),
        list_type=item.get("l") or "atomic",
        map_keys=keys,
        atomic=bool(item.get("a")),
        default=item.get("d"),
        enum=tuple(item.get("e", ())),
        key_defaults=defaults,
    )


@cache
def parse_type(expression: str) -> Type:
    """A type expression of the table: []T, {K}V, *T, a Go scalar, or NAME=WHAT for a named type."""
    name, _, made = expression.partition("=") if not expression.startswith(("[", "{", "*")) else ("", "", expression)
    if name in SPECIAL:
        return Scalar(SPECIAL[name], _GO_OF_SPECIAL.get(SPECIAL[name], name))
    if made == "struct":
        return struct(name)
    return _parse_made(made or name, _short(name) if made and name else "")


def _parse_made(made: str, go: str) -> Type:
    if made.startswith("*"):
        return parse_type(made[1:])
    if made == "[]uint8":
        return Scalar("bytes", go or "[]uint8")
    if made.startswith("[]"):
        return ListOf(parse_type(made[2:]), go or go_text(made))
    match = re.match(r"\{(.*?)\}(.*)", made)
    if match:
        return MapOf(parse_type(match[2]), go or go_text(made))
    return Scalar(_GO_SCALARS[made], go or made)


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def go_text(expression: str) -> str:
    """A type expression as Go prints it: "[]v1.Container", "map[string]string"."""
    if expression.startswith("[]"):
        return "[]" + go_text(expression[2:])
    if expression.startswith("*"):
        return "*" + go_text(expression[1:])
    match = re.match(r"\{(.*?)\}(.*)", expression)
    if match:
        return f"map[{go_text(match[1])}]{go_text(match[2])}"
    name, _, made = expression.partition("=")
    return _short(name) if made else name
