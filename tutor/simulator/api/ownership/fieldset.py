"""Sets of fields, held the way managedFields writes them (metav1.FieldsV1).

A set is a dict: keys are path elements ("f:spec", 'k:{"name":"c"}', 'v:"x"'), values the sets below. A path is in the set when
its dict is empty, or has the key "." beside others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

FieldSet = dict[str, Any]
Path = tuple[str, ...]

SELF = "."


def well_formed(fields: Any) -> bool:
    """Whether what a client sent is a set of fields (structured-merge-diff, fieldpath/serialize.go)."""
    return isinstance(fields, dict) and all(
        (key == SELF or _is_element(key)) and well_formed(below) for key, below in fields.items()
    )


def _is_element(text: str) -> bool:
    kind, separator, rest = text.partition(":")
    if not separator:
        return False
    if kind == "f":
        return True
    try:
        value = json.loads(rest)
    except ValueError:
        return False
    return kind == "v" or (kind == "k" and isinstance(value, dict)) or (kind == "i" and type(value) is int)


def is_member(node: FieldSet) -> bool:
    """Whether the path that leads to this node is itself in the set."""
    return not node or SELF in node


def insert(target: FieldSet, path: Path) -> None:
    """Add a path, in place."""
    node = target
    for element in path[:-1]:
        child = node.get(element)
        if child is None:
            child = node[element] = {}
        elif not child:
            child[SELF] = {}
        node = child
    child = node.setdefault(path[-1], {})
    if child:
        child[SELF] = {}


def union(a: FieldSet, b: FieldSet) -> FieldSet:
    """What is in either."""
    result: FieldSet = {}
    for key in {**a, **b}:
        if key == SELF:
            result[SELF] = {}
        elif key not in b:
            result[key] = a[key]
        elif key not in a:
            result[key] = b[key]
        else:
            result[key] = _joined(a[key], b[key])
    return result


def _joined(a: FieldSet, b: FieldSet) -> FieldSet:
    joined = union(a, b)
    if joined and (is_member(a) or is_member(b)):
        joined[SELF] = {}
    return joined


def difference(a: FieldSet, b: FieldSet) -> FieldSet:
    """What is in `a` and not in `b`."""
    return _combined(a, b, keep_common=False)


def intersection(a: FieldSet, b: FieldSet) -> FieldSet:
    """What is in both."""
    return _combined(a, b, keep_common=True)


def _combined(a: FieldSet, b: FieldSet, *, keep_common: bool) -> FieldSet:
    result: FieldSet = {}
    for key, node in a.items():
        if key == SELF:
            continue
        other = b.get(key)
        if other is None:
            if not keep_common:
                result[key] = node
            continue
        below = _combined(node, other, keep_common=keep_common)
        member = is_member(node) and is_member(other) is keep_common
        if below and member:
            below[SELF] = {}
        if below or member:
            result[key] = below
    return result


def paths(fields: FieldSet, prefix: Path = ()) -> Iterator[Path]:
    """Every path of the set, parents before children."""
    for key, node in fields.items():
        if key == SELF:
            continue
        path = (*prefix, key)
        if is_member(node):
            yield path
        yield from paths(node, path)


def contains(fields: FieldSet, path: Path) -> bool:
    """Whether a path is in the set."""
    node = fields
    for element in path:
        found = node.get(element)
        if found is None:
            return False
        node = found
    return is_member(node)


def without_below(fields: FieldSet, path: Path) -> FieldSet:
    """The set without a path and everything under it."""
    head, rest = path[0], path[1:]
    if head not in fields:
        return fields
    result = dict(fields)
    if not rest:
        del result[head]
        return result
    below = without_below(fields[head], rest)
    if below or is_member(fields[head]):
        result[head] = below
    else:
        del result[head]
    return result


def ordered(fields: FieldSet) -> FieldSet:
    """The same set with its keys sorted, as the API server writes it."""
    return {key: ordered(fields[key]) for key in sorted(fields)}


def dotted(path: Path) -> str:
    """A path as conflicts show it: .spec.containers[name="c"].image"""
    return "".join(_dotted_element(element) for element in path)


def _dotted_element(element: str) -> str:
    kind, _, rest = element.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind == "k":
        pairs = json.loads(rest)
        shown = ",".join(f"{key}={json.dumps(pairs[key])}" for key in sorted(pairs))
        return f"[{shown}]"
    return f"[={rest}]" if kind == "v" else f"[{rest}]"
