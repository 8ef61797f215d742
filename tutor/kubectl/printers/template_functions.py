"""The functions a template may call: those of Go's `text/template/funcs.go`, and kubectl's own two.

Absent values and nil are both None here, as for Go's functions, which get an empty interface for either.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import quote_plus

from tutor.kubectl.printers.go_format import GoInt, sprint, sprintf, type_name
from tutor.kubectl.printers.text import go_value

_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


class CallError(Exception):
    """A function refuses its arguments."""


@dataclass(frozen=True)
class Function:
    """A function with the number of arguments it takes (`most` is None for any), and how many of the first must be text."""

    run: Callable[..., Any]
    least: int = 0
    most: int | None = None
    texts: int = 0


def truth(value: Any) -> bool:
    """Whether a value is not the zero of its type."""
    return bool(value)


def _index(item: Any, *keys: Any) -> Any:
    if item is None:
        raise CallError("index of untyped nil")
    for key in keys:
        if item is None:
            raise CallError("index of nil pointer")
        if isinstance(item, dict):
            item = item.get(_map_key(key))
        elif isinstance(item, list):
            at = _place(key, len(item))
            if at == len(item):
                raise CallError("reflect: slice index out of range")
            item = item[at]
        elif isinstance(item, str):
            data = item.encode()
            at = _place(key, len(data))
            if at == len(data):
                raise CallError("reflect: string index out of range")
            item = GoInt(data[at])
        else:
            raise CallError(f"can't index item of type {type_name(item)}")
    return item


def _map_key(key: Any) -> str:
    if key is None:
        raise CallError("value is nil; should be of type string")
    if not isinstance(key, str):
        raise CallError(f"value has type {type_name(key)}; should be string")
    return key


def _place(index: Any, capacity: int) -> int:
    if index is None:
        raise CallError("cannot index slice/array with nil")
    if isinstance(index, bool) or not isinstance(index, int):
        raise CallError(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index <= capacity:
        raise CallError(f"index out of range: {index}")
    return index


def _slice(item: Any, *bounds: Any) -> Any:
    if item is None:
        raise CallError("slice of untyped nil")
    if len(bounds) > 3:
        raise CallError(f"too many slice indexes: {len(bounds)}")
    if not isinstance(item, str | list):
        raise CallError(f"can't slice item of type {type_name(item)}")
    if isinstance(item, str) and len(bounds) == 3:
        raise CallError("cannot 3-index slice a string")
    data = item.encode() if isinstance(item, str) else item
    places = [_place(bound, len(data)) for bound in bounds]
    places = [*places, *[0, len(data)][len(places) :]]
    for low, high in pairwise(places):
        if low > high:
            raise CallError(f"invalid slice index: {low} > {high}")
    part = data[places[0] : places[1]]
    return part.decode(errors="replace") if isinstance(part, bytes) else part


def _length(value: Any) -> GoInt:
    if value is None:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    if not isinstance(value, dict | list | str):
        raise CallError(f"len of type {type_name(value)}")
    return GoInt(len(value.encode() if isinstance(value, str) else value))


def _kind(value: Any) -> str:
    """Go's groups of types that compare with each other; empty for what only compares with nil."""
    if isinstance(value, bool):
        return "bool"
    return {int: "int", GoInt: "int", float: "float", str: "string"}.get(type(value), "")


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(_same(first, other) for other in others)  # those behind an equal one are not looked at


def _same(first: Any, other: Any) -> bool:
    if _kind(first) != _kind(other):
        if first is not None and other is not None:
            raise CallError(f"incompatible types for comparison: {type_name(first)} and {type_name(other)}")
        return False
    if _kind(first):
        return bool(first == other)
    if first is None or other is None:
        return first is other
    if type(first) is not type(other):
        raise CallError(sprintf(f"non-comparable types %s: {type_name(first)}, {type_name(other)}: %v", (first, other)))
    raise CallError(sprintf("non-comparable type %s: ", (other,)) + type_name(other))


def _less(first: Any, other: Any) -> bool:
    for value in (first, other):
        if not _kind(value):
            raise CallError("invalid type for comparison")
    if _kind(first) != _kind(other):
        raise CallError(f"incompatible types for comparison: {type_name(first)} and {type_name(other)}")
    if _kind(first) == "bool":
        raise CallError("invalid type for comparison")
    return bool(first < other)


def _less_or_equal(first: Any, other: Any) -> bool:
    return _less(first, other) or _equal(first, other)


def _text(values: tuple[Any, ...]) -> str:
    return values[0] if len(values) == 1 and isinstance(values[0], str) else sprint(values)


def _html(*values: Any) -> str:
    return re.sub("[\0\"'&<>]", lambda match: _HTML[match[0]], _text(values))


def _js(*values: Any) -> str:
    def escaped(match: re.Match[str]) -> str:
        return _JS.get(match[0]) or f"\\u{ord(match[0]):04X}"

    return re.sub("[\\\\'\"<>&=\0-\x1f\x7f-\x9f]", escaped, _text(values))


def _call(function: Any, *_: Any) -> Any:
    """Objects hold no functions, so there is nothing that it could call."""
    if function is None:
        raise CallError("call of nil")
    raise CallError(f"non-function of type {type_name(function)}")


def _decode(text: str) -> str:
    data = re.sub(r"[\r\n]", "", text)
    try:
        return base64.b64decode(data, validate=True).decode(errors="replace")
    except binascii.Error:
        at = re.search(r"[^A-Za-z0-9+/]|$", data)
        raise CallError(f"base64 decode failed: illegal base64 data at input byte {at.start() if at else 0}") from None


def _exists(item: Any, *keys: Any) -> bool:
    """kubectl's own: whether there is something under the keys (cli-runtime `printers/template.go`)."""
    try:
        return _index(item, *keys) is not None
    except CallError:
        return False


FUNCTIONS: dict[str, Function] = {
    "and": Function(lambda *values: next((value for value in values if not truth(value)), values[-1]), 1),
    "or": Function(lambda *values: next((value for value in values if truth(value)), values[-1]), 1),
    "not": Function(lambda value: not truth(value), 1, 1),
    "call": Function(_call, 1),
    "eq": Function(_equal, 1),
    "ne": Function(lambda first, other: not _equal(first, other), 2, 2),
    "lt": Function(_less, 2, 2),
    "le": Function(_less_or_equal, 2, 2),
    "gt": Function(lambda first, other: not _less_or_equal(first, other), 2, 2),
    "ge": Function(lambda first, other: not _less(first, other), 2, 2),
    "len": Function(_length, 1, 1),
    "index": Function(_index, 1),
    "slice": Function(_slice, 1),
    "print": Function(lambda *values: sprint(values)),
    "println": Function(lambda *values: " ".join(map(go_value, values)) + "\n"),
    "printf": Function(lambda pattern, *values: sprintf(pattern, values), 1, None, texts=1),
    "html": Function(_html),
    "js": Function(_js),
    "urlquery": Function(lambda *values: quote_plus(_text(values), safe="~")),
    "base64decode": Function(_decode, 1, 1, texts=1),
    "exists": Function(_exists, 1),
}
