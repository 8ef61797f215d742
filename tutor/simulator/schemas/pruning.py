"""What becomes of a custom resource's fields before it is validated: unknown ones go, and defaults come in.

Source: apiextensions-apiserver, pkg/apiserver/schema/pruning and pkg/apiserver/schema/defaulting.
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.objects import copy_json
from tutor.simulator.schemas.structural import Schema


def pruned(schema: Schema, value: Any, path: str = "", dropped: list[str] | None = None) -> Any:
    """The value without fields that the schema does not know; their paths are added to `dropped`.

    null for a field that is not nullable counts as not given, so that a default takes its place.
    """
    found = [] if dropped is None else dropped
    if isinstance(value, dict):
        return {
            key: pruned(inner, item, below, found)
            for key, item, inner, below in _entries(schema, value, path, found)
            if item is not None or inner.get("nullable") or _is_open(inner)
        }
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [pruned(schema["items"], item, f"{path}[{i}]", found) for i, item in enumerate(value)]
    return value


def _entries(
    schema: Schema, value: dict[str, Any], path: str, dropped: list[str]
) -> list[tuple[str, Any, Schema, str]]:
    """The entries of an object that stay, each with its schema and path."""
    entries = []
    for key, item in value.items():
        below = f"{path}.{key}" if path else key
        inner = property_schema(schema, key)
        if inner is None:
            dropped.append(below)
        else:
            entries.append((key, item, inner, below))
    return entries


_OPEN: Schema = {"x-kubernetes-preserve-unknown-fields": True, "nullable": True}


def _is_open(schema: Schema) -> bool:
    return schema is _OPEN


def property_schema(schema: Schema, key: str) -> Schema | None:
    """The schema of an object's entry; None when there may be no such entry."""
    declared = schema.get("properties") or {}
    if key in declared:
        found: Schema = declared[key]
        return found
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        return others
    return _OPEN if schema.get("x-kubernetes-preserve-unknown-fields") or others is True or schema is _OPEN else None


def fill_defaults(schema: Schema, value: Any) -> None:
    """Put defaults where values are missing, in place."""
    if isinstance(value, dict):
        for key, inner in (schema.get("properties") or {}).items():
            absent = key not in value or (value[key] is None and not inner.get("nullable"))
            if absent and inner.get("default") is not None:
                value[key] = copy_json(inner["default"])
            if key in value:
                fill_defaults(inner, value[key])
        others = schema.get("additionalProperties")
        if isinstance(others, dict):
            for key in value.keys() - (schema.get("properties") or {}).keys():
                fill_defaults(others, value[key])
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for item in value:
            fill_defaults(schema["items"], item)
