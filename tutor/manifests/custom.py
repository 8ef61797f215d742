"""Mistakes in manifests of kinds that only the cluster knows, found with its own OpenAPI. `schema` has the built-in kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tutor.manifests.place import FieldPath

if TYPE_CHECKING:
    from tutor.manifests.schemas import ClusterSchemas, Schema

_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "object": (dict, "hold fields"),
    "array": (list, "be a list"),
    "string": (str, "be a text"),
    "integer": (int, "be a whole number"),
    "number": ((int, float), "be a number"),
    "boolean": (bool, "be true or false"),
}


def custom_violations(schemas: ClusterSchemas, document: Mapping[str, Any]) -> list[tuple[FieldPath, str]]:
    """What the API server would refuse; nothing for a kind that the cluster does not know either."""
    schema = schemas.of(str(document.get("apiVersion")), str(document.get("kind")))
    return list(_value(schema, schema.root, document, ())) if schema is not None else []


def _value(schema: Schema, wanted: dict[str, Any], value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    target = schema.document.resolve(wanted)
    if value is None or target.get("x-kubernetes-int-or-string"):
        return
    kind, expected = _TYPES.get(str(target.get("type")), (object, ""))
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool and kind is not object):
        yield path, f"this must {expected}"
    elif target.get("enum") and value not in target["enum"]:
        yield path, f"{value!r} is not one of {', '.join(map(str, target['enum']))}"
    elif isinstance(value, Mapping):
        yield from _fields(schema, target, value, path)
    elif isinstance(value, list) and isinstance(target.get("items"), dict):
        for number, item in enumerate(value):
            yield from _value(schema, target["items"], item, (*path, number))


def _fields(
    schema: Schema, target: dict[str, Any], value: Mapping[str, Any], path: FieldPath
) -> Iterator[tuple[FieldPath, str]]:
    known: dict[str, Any] = target.get("properties") or {}
    for name in target.get("required") or ():
        if value.get(name) is None:
            yield path, f"the required field {name} is missing"
    others = target.get("additionalProperties")
    open_ended = not known or target.get("x-kubernetes-preserve-unknown-fields") or others
    for name, item in value.items():
        inner = known.get(name, others if isinstance(others, dict) else None)
        if inner is not None:
            yield from _value(schema, inner, item, (*path, str(name)))
        elif not open_ended:
            close = get_close_matches(str(name), known, 1)
            yield (*path, str(name)), "unknown field" + (f"; did you mean {close[0]}?" if close else "")
