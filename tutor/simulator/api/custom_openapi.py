"""The schemas of custom resources as OpenAPI v2 can say them (apiextensions-apiserver, pkg/controller/openapi/v2/conversion.go and
pkg/controller/openapi/builder/builder.go)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.schemas.structural import Schema

Json = dict[str, Any]
_JUNCTORS = ("allOf", "anyOf", "oneOf", "not")
_PRESERVE = "x-kubernetes-preserve-unknown-fields"


def in_v2(schema: Schema) -> Json:
    """A schema without what version 2 has no words for, or what kubectl would take amiss in it."""
    result: Json = {key: value for key, value in schema.items() if key not in _JUNCTORS}
    if result.pop("nullable", False):
        result = _without(result, "type", "items", "properties")
    if result.get(_PRESERVE):
        result = _without(result, "items", "properties")
    untyped = (result.get("type") == "array" and "items" not in result) or (
        result.get("type") == "object" and result.get(_PRESERVE)
    )
    result = _optional_where_nullable(_without(result, "type") if untyped else result)
    if "properties" in result:
        result["properties"] = {name: in_v2(inner) for name, inner in result["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = in_v2(result[key])
    return result


def _without(schema: Json, *keys: str) -> Json:
    return {key: value for key, value in schema.items() if key not in keys}


def _optional_where_nullable(schema: Json) -> Json:
    """What may be null is not required any more: its schema says nothing now."""
    others = schema.get("additionalProperties")
    if isinstance(others, dict) and others.get("nullable"):
        return _without(schema, "required")
    nullable = {name for name, inner in (schema.get("properties") or {}).items() if inner.get("nullable")}
    if not nullable.intersection(schema.get("required") or ()):
        return schema
    required = [name for name in schema["required"] if name not in nullable]
    return {**schema, "required": required} if required else _without(schema, "required")
