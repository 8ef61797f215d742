"""Holds values to an OpenAPI v3 schema, with the words of the API server.

Source: kube-openapi, pkg/validation/validate; apiextensions-apiserver, pkg/apiserver/validation/validation.go and
pkg/apiserver/schema/listtype.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, invalid, not_supported, required
from tutor.simulator.schemas.formats import FORMATS
from tutor.simulator.schemas.structural import Schema

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_NOWHERE = "<nil>"
"""The field that errors of combined schemas name."""
BLOCKING = ("Required", "NotSupported", "TooLong", "TooMany", "TypeInvalid")
"""Kinds of errors after which the API server does not look at validation rules (strategy.go hasBlockingErr)."""


def problems(schema: Schema, value: Any, path: str = "") -> Iterator[FieldError]:
    """What is wrong with a value."""
    if value is None and (schema.get("nullable") or not _expected(schema)):
        return
    mismatch = _type_problem(schema, value, path)
    if mismatch is not None:
        yield mismatch
        if type(value) is float:
            why = f"Checked value must be of type integer (default format) in {path}"
            if _expected(schema) == ("integer",):
                yield invalid(_NOWHERE, "", why)
        return
    yield from _enum(schema, value, path)
    for kind, check in _CHECKS:
        if isinstance(value, kind) and not isinstance(value, bool):
            yield from check(schema, value, path)
    yield from _combined(schema, value, path)


def _expected(schema: Schema) -> tuple[str, ...]:
    if schema.get("x-kubernetes-int-or-string"):
        return ("integer", "string")
    return (schema["type"],) if schema.get("type") else ()


def _type_name(value: Any) -> str:
    if type(value) is float and value.is_integer():
        return "integer"
    return _TYPES.get(type(value), "null")


def _type_problem(schema: Schema, value: Any, path: str) -> FieldError | None:
    expected, found = _expected(schema), _type_name(value)
    if not expected or found in expected or (found == "integer" and "number" in expected):
        return None
    return type_invalid(path, found, ",".join(expected))


def type_invalid(path: str, value: str, expected: str) -> FieldError:
    """The value is of another type or format."""
    shown = json.dumps(value, ensure_ascii=False)
    why = f"Invalid value: {shown}: {path} in body must be of type {expected}: {shown}"
    return FieldError("FieldValueTypeInvalid", path, why)


def _breaks(path: str, value: Any, rule: str) -> FieldError:
    return invalid(path, value, f"{path} in body should {rule}")


def _enum(schema: Schema, value: Any, path: str) -> Iterator[FieldError]:
    allowed = schema.get("enum")
    if allowed and value not in allowed:
        yield not_supported(path, value, [item if isinstance(item, str) else json.dumps(item) for item in allowed])


# -- values of one type


def _string(schema: Schema, value: str, path: str) -> Iterator[FieldError]:
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if longest is not None and len(value) > longest:
        yield FieldError("FieldValueTooLong", path, f"Too long: may not be more than {longest} bytes")
    if shortest is not None and len(value) < shortest:
        yield _breaks(path, value, f"be at least {shortest} chars long")
    pattern = schema.get("pattern")
    if pattern and not matches(pattern, value):
        yield _breaks(path, value, f"match '{pattern}'")
    check = FORMATS.get(schema.get("format") or "")
    if check is not None and not check(value):
        yield type_invalid(path, value, schema["format"])


def matches(pattern: str, text: str) -> bool:
    """Whether a text contains what an RE2 pattern describes; a pattern that Python does not know lets everything pass."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _number(schema: Schema, value: float, path: str) -> Iterator[FieldError]:
    lowest, highest, step = (schema.get(key) for key in ("minimum", "maximum", "multipleOf"))
    if highest is not None:
        if schema.get("exclusiveMaximum") and value >= highest:
            yield _breaks(path, value, f"be less than {highest}")
        elif value > highest:
            yield _breaks(path, value, f"be less than or equal to {highest}")
    if lowest is not None:
        if schema.get("exclusiveMinimum") and value <= lowest:
            yield _breaks(path, value, f"be greater than {lowest}")
        elif value < lowest:
            yield _breaks(path, value, f"be greater than or equal to {lowest}")
    if step and value % step:
        yield _breaks(path, value, f"be a multiple of {step}")


def _too_many(path: str, count: int, most: int) -> FieldError:
    return FieldError("FieldValueTooMany", path, f"Too many: {count}: must have at most {most} items")


def _array(schema: Schema, value: list[Any], path: str) -> Iterator[FieldError]:
    most, least = schema.get("maxItems"), schema.get("minItems")
    items = schema.get("items")
    for i, item in enumerate(value if isinstance(items, dict) else ()):
        yield from problems(items or {}, item, f"{path}[{i}]")
    if most is not None and len(value) > most:
        yield _too_many(path, len(value), most)
    if least is not None and len(value) < least:
        yield _breaks(path, len(value), f"have at least {least} items")
    yield from _repeated(schema, value, path)


def _repeated(schema: Schema, value: list[Any], path: str) -> Iterator[FieldError]:
    """Elements that a set, or a list with keys, has twice."""
    kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys") or ()
    seen = []
    for i, item in enumerate(value if kind in ("set", "map") else ()):
        mark = {key: item[key] for key in keys if key in item} if kind == "map" and isinstance(item, dict) else item
        if mark in seen:
            yield duplicate(f"{path}[{i}]", mark)
        seen.append(mark)


def _object(schema: Schema, value: dict[str, Any], path: str) -> Iterator[FieldError]:
    properties = schema.get("properties") or {}
    for key in schema.get("required") or ():
        if key not in value:
            yield required(_below(path, key))
    for key, inner in properties.items():
        if key in value:
            yield from problems(inner, value[key], _below(path, key))
    others = schema.get("additionalProperties")
    for key in value if isinstance(others, dict) else ():
        if key not in properties:
            yield from problems(others or {}, value[key], _below(path, key))
    most, least = schema.get("maxProperties"), schema.get("minProperties")
    if most is not None and len(value) > most:
        yield _too_many(path, len(value), most)
    if least is not None and len(value) < least:
        yield _breaks(path, len(value), f"have at least {least} properties")


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


_CHECKS: tuple[tuple[Any, Callable[[Schema, Any, str], Iterator[FieldError]]], ...] = (
    (str, _string),
    ((int, float), _number),
    (list, _array),
    (dict, _object),
)


# -- schemas put together


def _combined(schema: Schema, value: Any, path: str) -> Iterator[FieldError]:
    for inner in schema.get("allOf") or ():
        yield from problems(inner, value, path)
    alternatives = schema.get("anyOf") or ()
    if alternatives and not any(_fits(inner, value) for inner in alternatives):
        yield invalid(_NOWHERE, "", f'"{path}" must validate at least one schema (anyOf)')
        yield from problems(alternatives[0], value, path)
    choices = schema.get("oneOf") or ()
    count = sum(_fits(inner, value) for inner in choices)
    if choices and count != 1:
        found = "Found none valid" if not count else f"Found {count} valid alternatives"
        yield invalid(_NOWHERE, "", f'"{path}" must validate one and only one schema (oneOf). {found}')
        if not count:
            yield from problems(choices[0], value, path)
    if schema.get("not") and _fits(schema["not"], value):
        yield invalid(_NOWHERE, "", f'"{path}" must not validate the schema (not)')


def _fits(schema: Schema, value: Any) -> bool:
    return next(problems(schema, value), None) is None
