"""What keeps a configuration from being applied: values of other kinds than the schema says, keys that occur twice.

Rules and words are those of sigs.k8s.io/structured-merge-diff, typed/validate.go, which prints values as Go does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.api.ownership.typed import Node
from tutor.simulator.schemas.types import ListOf, MapOf, Scalar, Struct

Problem = tuple[str, str]
"""Path and message."""

_NUMBERS = ("int32", "int64", "float64")
_ANY_SCALAR = ("quantity", "time", "microtime", "duration", "int-or-string")


def problems_text(node: Node, config: Any) -> str:
    """All that is wrong with a configuration as one text, empty when nothing is."""
    lines = [f"{path}: {why}" if path else why for path, why in problems(node, config)]
    return "\n".join(lines if len(lines) < 2 else ["errors:", *(f"  {line}" for line in lines)])


def problems(node: Node, value: Any, path: str = "") -> Iterator[Problem]:
    """What is wrong with a value of a type. An absent value is right everywhere."""
    if value is None:
        return
    type_ = node.type
    if isinstance(type_, Scalar):
        why = _scalar_problem(type_, value)
        if why:
            yield path, why
    elif isinstance(type_, ListOf):
        yield from _list_problems(node, value, path)
    elif not isinstance(value, Mapping):
        yield path, f"expected map, got &{{{go_plain(value)}}}"
    elif isinstance(type_, MapOf):
        for key in value:
            yield from problems(node.child(key), value[key], f"{path}.{key}")
    else:
        yield from _struct_problems(node, type_, value, path)


def _struct_problems(node: Node, type_: Struct, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for key in value:
        if key in type_.fields:
            yield from problems(node.child(key), value[key], f"{path}.{key}")
        elif not type_.keeps_unknown:
            yield f"{path}.{key}", "field not declared in schema"
            return


def _scalar_problem(type_: Scalar, value: Any) -> str:
    if type_.go == "string" or type_.kind == "bytes":
        return (
            ""
            if isinstance(value, str)
            else f"expected string, got &value.valueUnstructured{{Value:{go_syntax(value)}}}"
        )
    if type_.kind == "bool":
        return "" if isinstance(value, bool) else f"expected boolean, got &{{{go_plain(value)}}}"
    if type_.kind in _NUMBERS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number else f"expected numeric (int or float), got {_go_type(value)}"
    if type_.kind in _ANY_SCALAR and isinstance(value, dict | list):
        return f"expected any scalar, got &{{{go_plain(value)}}}"
    return ""


def _list_problems(node: Node, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield path, f"expected list, got &{{{go_plain(value)}}}"
        return
    element, seen = node.element(), set()
    for i, item in enumerate(value):
        where = f"[{i}]"
        if node.is_list:
            where = _element(node, item)
            if where in seen:
                yield path, f"duplicate entries for key {where}"
            seen.add(where)
        yield from problems(element, item, path + where)


def _element(node: Node, item: Any) -> str:
    """The path element of an element of a list that is merged."""
    assert node.field is not None  # what is merged is a field
    if node.field.list_type == "set":
        return f"[={json.dumps(item, ensure_ascii=False)}]"
    given = item if isinstance(item, Mapping) else {}
    keys = {key: given.get(key, node.field.key_defaults.get(key, "")) for key in node.field.map_keys}
    return "[" + ",".join(f"{key}={json.dumps(keys[key], ensure_ascii=False)}" for key in sorted(keys)) + "]"


def go_syntax(value: Any) -> str:
    """A JSON value as Go's %#v prints it."""
    if isinstance(value, dict):
        return (
            "map[string]interface {}{" + ", ".join(f"{_quoted(k)}:{go_syntax(value[k])}" for k in sorted(value)) + "}"
        )
    if isinstance(value, list):
        return "[]interface {}{" + ", ".join(map(go_syntax, value)) + "}"
    return "interface {}(nil)" if value is None else json.dumps(value, ensure_ascii=False)


def go_plain(value: Any) -> str:
    """A JSON value as Go's %v prints it."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_plain(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_plain, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _go_type(value: Any) -> str:
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return "bool" if isinstance(value, bool) else "string"
