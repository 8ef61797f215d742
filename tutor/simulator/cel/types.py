"""The types of values: from the schemas of custom resources, and values in the form that expressions work with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Type:
    """A type by its name; lists have one, maps two `inner` types; objects have `fields`."""

    name: str
    inner: tuple[Type, ...] = ()
    fields: Mapping[str, Schema] | None = None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.inner))})" if self.inner else self.name


DYN, BOOL, INT, UINT, DOUBLE, STRING, NULL, TIMESTAMP, DURATION = (
    Type(name)
    for name in (
        "dyn",
        "bool",
        "int",
        "uint",
        "double",
        "string",
        "null",
        "google.protobuf.Timestamp",
        "google.protobuf.Duration",
    )
)
_SIMPLE = {"string": STRING, "boolean": BOOL, "integer": INT, "number": DOUBLE}
_METADATA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}},
}
_ROOT: dict[str, Any] = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}
_ESCAPED = {"__underscores__": "__", "__dot__": ".", "__dash__": "-", "__slash__": "/"}
_RESERVED = (
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
    "let", "loop", "package", "namespace", "return", "var", "void", "while",
)  # fmt: skip


def type_of(schema: Schema, *, root: bool = False) -> Type:
    """The type of a schema's values; the root of an object has metadata too (apiserver, pkg/cel/common/schemas.go)."""
    kind = schema.get("type", "")
    if schema.get("x-kubernetes-int-or-string"):
        return DYN
    if kind == "string":
        return {"date-time": TIMESTAMP, "duration": DURATION}.get(schema.get("format", ""), STRING)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind == "array":
        return Type("list", (type_of(schema.get("items") or {}),))
    if kind != "object":
        return DYN
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        return Type("map", (STRING, type_of(others)))
    properties = dict(schema.get("properties") or {})
    if root or schema.get("x-kubernetes-embedded-resource"):
        properties |= _ROOT
    elif not properties and schema.get("x-kubernetes-preserve-unknown-fields"):
        return DYN
    return Type("object", fields={escaped(name): inner for name, inner in properties.items()})


def escaped(name: str) -> str:
    """A property's name as expressions write it (apiserver, pkg/cel/escaping.go)."""
    if name in _RESERVED:
        return f"__{name}__"
    for text, sign in _ESCAPED.items():
        name = name.replace(sign, text)
    return name


def value_of(schema: Schema, value: Any, *, root: bool = False) -> Any:
    """A JSON value in the form that expressions work with: numbers, moments and lengths of time by their schema."""
    kind = schema.get("type", "")
    if value is None or schema.get("x-kubernetes-int-or-string"):
        return value
    if kind == "number" and isinstance(value, int):
        return float(value)
    if kind == "string" and isinstance(value, str):
        return _moment(schema.get("format", ""), value)
    if kind == "array" and isinstance(value, list):
        return [value_of(schema.get("items") or {}, item) for item in value]
    if kind != "object" or not isinstance(value, Mapping):
        return value
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        return {key: value_of(others, item) for key, item in value.items()}
    properties = {**(schema.get("properties") or {}), **(_ROOT if root else {})}
    return {escaped(key): value_of(properties.get(key) or {}, item) for key, item in value.items()}


def _moment(form: str, text: str) -> Any:
    if form == "date-time":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return text
    return parse_duration(text) if form == "duration" else text


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)")


def parse_duration(text: str) -> timedelta | None:
    """A length of time as Go writes it, None when it is none."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return timedelta(0)
    parts = _DURATION.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        return None
    return sign * timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
