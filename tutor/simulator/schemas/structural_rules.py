"""What a schema must be like to be structural: every value's type is known, and nothing about it is said twice.

Source: apiextensions-apiserver, pkg/apiserver/schema/validation.go and pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.schemas.rules import rules_in_words
from tutor.simulator.schemas.structural import Schema
from tutor.simulator.schemas.validation import problems

TYPES = ("array", "boolean", "integer", "number", "object", "string")
_UNSUPPORTED = ("$ref", "definitions", "dependencies", "id", "patternProperties", "additionalItems")
_KEEPS = "x-kubernetes-preserve-unknown-fields"
_LIST_TYPE, _LIST_KEYS = "x-kubernetes-list-type", "x-kubernetes-list-map-keys"
_EMPTY = "must not be empty for specified object fields"


def schema_problems(schema: Schema, path: str) -> Iterator[FieldError]:
    """What is wrong with the schema of a version."""
    if not schema.get("type"):
        yield required(f"{path}.type", "must not be empty at the root")
    elif schema["type"] != "object":
        yield invalid(f"{path}.type", schema["type"], "must be object at the root")
    metadata = (schema.get("properties") or {}).get("metadata") or {}
    if set(metadata.get("properties") or ()) - {"name", "generateName"}:
        why = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        yield forbidden_field(f"{path}.properties[metadata]", why)
    yield from _own(schema, path)
    yield from rules_in_words(schema, path, root=True)
    yield from _children(schema, path)


def _node(schema: Schema, path: str, empty: str) -> Iterator[FieldError]:
    open_ = schema.get("x-kubernetes-int-or-string") or schema.get(_KEEPS) or schema.get("$ref")
    if not schema.get("type") and not open_:
        yield required(f"{path}.type", empty)
    yield from _own(schema, path)
    yield from rules_in_words(schema, path)
    yield from _children(schema, path)


def _own(schema: Schema, path: str) -> Iterator[FieldError]:
    """The rules of one schema without those in it."""
    kind = schema.get("type")
    if kind and kind not in TYPES:
        yield not_supported(f"{path}.type", kind, TYPES)
    for key in _UNSUPPORTED:
        if schema.get(key):
            yield forbidden_field(f"{path}.{key}", f"{key} is not supported")
    if schema.get("uniqueItems"):
        why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden_field(f"{path}.uniqueItems", why)
    if schema.get(_KEEPS) is False:
        yield invalid(f"{path}.{_KEEPS}", False, "must be true or undefined")
    if schema.get("properties") and schema.get("additionalProperties") not in (None, True):
        why = "additionalProperties and properties are mutual exclusive"
        yield forbidden_field(f"{path}.additionalProperties", why)
    yield from _pattern(schema.get("pattern"), path)
    yield from _list(schema, path)
    yield from _default(schema, path)


def _pattern(pattern: str | None, path: str) -> Iterator[FieldError]:
    try:
        re.compile(pattern or "")
    except re.error as error:
        why = f"must be a valid regular expression, but isn't: error parsing regexp: {error.msg}"
        yield invalid(f"{path}.pattern", pattern, why)


def _list(schema: Schema, path: str) -> Iterator[FieldError]:
    if schema.get("type") == "array" and not isinstance(schema.get("items"), dict):
        yield required(f"{path}.items", "must be specified")
    kind, keys = schema.get(_LIST_TYPE), schema.get(_LIST_KEYS) or ()
    if kind not in (None, "atomic", "set", "map"):
        yield not_supported(f"{path}.{_LIST_TYPE}", kind, ("atomic", "map", "set"))
    if kind and schema.get("type") != "array":
        yield invalid(f"{path}.type", schema.get("type") or "", f"must be array if {_LIST_TYPE} is specified")
    if kind == "map" and not keys:
        yield required(f"{path}.{_LIST_KEYS}", f"must not be empty if {_LIST_TYPE} is map")
    if keys and kind != "map":
        yield invalid(f"{path}.{_LIST_TYPE}", kind, f"must be map if {_LIST_KEYS} is non-empty")
    declared = (schema.get("items") or {}).get("properties") or {} if isinstance(schema.get("items"), dict) else {}
    for i, key in enumerate(keys):
        if key not in declared:
            why = "must be a property of the list elements"
            yield invalid(f"{path}.{_LIST_KEYS}[{i}]", key, why)
        elif "default" not in declared[key] and key not in (schema["items"].get("required") or ()):
            why = f"this property is in {_LIST_KEYS}, so it must have a default or be a required property"
            yield required(f"{path}.items.properties[{key}].default", why)


def _default(schema: Schema, path: str) -> Iterator[FieldError]:
    """A default must itself be a value that the schema lets in."""
    if schema.get("default") is None:
        return
    for problem in problems(schema, schema["default"], ""):
        field = f"{path}.default" + (f".{problem.field}" if problem.field else "")
        yield FieldError(problem.type, field, problem.detail)


def _children(schema: Schema, path: str) -> Iterator[FieldError]:
    properties: dict[str, Any] = schema.get("properties") or {}
    for name in sorted(properties):
        yield from _node(properties[name], f"{path}.properties[{name}]", _EMPTY)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        yield from _node(others, f"{path}.additionalProperties", _EMPTY)
    if isinstance(schema.get("items"), dict):
        yield from _node(schema["items"], f"{path}.items", "must not be empty for specified array items")
