"""Strategic merge patch: a merge that knows which lists are merged and by which key.

Rules: apimachinery, pkg/util/strategicpatch/patch.go, and "Strategic Merge Patch" in the community's API conventions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tutor.simulator.schemas.types import ANY, Field, ListOf, MapOf, Struct, Type

PATCH = "$patch"
RETAIN_KEYS = "$retainKeys"
ORDER = "$setElementOrder/"
DELETE_PRIMITIVES = "$deleteFromPrimitiveList/"

Json = dict[str, Any]
KeyOf = Callable[[Any], Any]


class BadPatch(Exception):
    """The patch cannot be applied; the message says why."""


class NoMergeKey(BadPatch):
    """An element of a merged list does not say which one it is."""


def apply(type_: Type, document: Json, patch: Json) -> Json:
    """The patched copy. Raises BadPatch."""
    directive = patch.get(PATCH)
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != PATCH}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise BadPatch(f"unknown patch type found: {directive}")
    result = _retained(document, patch)
    for key in _names(patch):
        _merge_key(type_, key, result, patch)
    return result


def _names(patch: Json) -> list[str]:
    """The fields a patch speaks of, by their own names or in a directive about them."""
    names: dict[str, None] = {}
    for key in patch:
        if key in (PATCH, RETAIN_KEYS):
            continue
        names[key.removeprefix(ORDER).removeprefix(DELETE_PRIMITIVES)] = None
    return list(names)


def _retained(document: Json, patch: Json) -> Json:
    if RETAIN_KEYS not in patch:
        return dict(document)
    keys = patch[RETAIN_KEYS]
    if not isinstance(keys, list):
        raise BadPatch("the retainKeys list is not a list")
    return {key: value for key, value in document.items() if key in keys}


def _merge_key(type_: Type, key: str, result: Json, patch: Json) -> None:
    field, inner = _child(type_, key)
    if key in patch and patch[key] is None:
        result.pop(key, None)
        return
    order, deleted = patch.get(ORDER + key), patch.get(DELETE_PRIMITIVES + key)
    current = result.get(key)
    value = patch.get(key)
    if isinstance(value, dict) and isinstance(current, dict):
        replaces = field is not None and "replace" in field.strategies
        result[key] = _plain(value) if replaces else apply(inner, current, value)
    elif _merges(field) and (isinstance(value, list) or order is not None or deleted is not None):
        before = current if isinstance(current, list) else []
        merged = _merge_list(field, inner, before, value or [], order, deleted)  # type: ignore[arg-type] # _merges: a field
        if merged or isinstance(value, list) or current is not None:
            result[key] = merged
    elif key in patch:
        result[key] = _plain(value)


def _child(type_: Type, key: str) -> tuple[Field | None, Type]:
    if isinstance(type_, Struct):
        field = type_.fields.get(key)
        return field, field.type if field else ANY
    return None, type_.elem if isinstance(type_, MapOf) else ANY


def _merges(field: Field | None) -> bool:
    return field is not None and "merge" in field.strategies and isinstance(field.type, ListOf)


def _plain(value: Any) -> Any:
    """A value without directives and nulls, for where there is nothing to merge with."""
    if isinstance(value, dict):
        if value.get(PATCH) == "delete":
            return {}
        return {
            key: _plain(item)
            for key, item in value.items()
            if item is not None and key not in (PATCH, RETAIN_KEYS) and not key.startswith((ORDER, DELETE_PRIMITIVES))
        }
    if isinstance(value, list):
        return [
            _plain(item) for item in value if not (isinstance(item, dict) and item.get(PATCH) in ("delete", "replace"))
        ]
    return value


# -- lists


def _merge_list(field: Field, type_: Type, current: list[Any], patch: list[Any], order: Any, deleted: Any) -> list[Any]:
    elem = type_.elem if isinstance(type_, ListOf) else ANY
    if not isinstance(elem, Struct):
        return _merge_scalars(current, patch, order, deleted)
    if any(isinstance(item, dict) and item.get(PATCH) == "replace" for item in patch):
        return [_plain(item) for item in patch if isinstance(item, dict) and item.get(PATCH) != "replace"]
    key_of = _keyed(field.merge_key)
    merged, named = _merge_objects(elem, key_of, current, patch)
    wanted = _order_keys(order, key_of) if order is not None else named
    return _in_order(merged, [key_of(item) for item in current], wanted, key_of)


def _keyed(merge_key: str) -> KeyOf:
    def key_of(item: Any) -> Any:
        if not isinstance(item, dict):
            raise BadPatch("expected a map in a list that is merged by key")
        if merge_key not in item:
            raise NoMergeKey(f"map: {go_map(item)} does not contain declared merge key: {merge_key}")
        return _hashable(item[merge_key])

    return key_of


def _merge_objects(elem: Struct, key_of: KeyOf, current: list[Any], patch: list[Any]) -> tuple[list[Any], list[Any]]:
    """The elements after the patch, and the keys the patch names."""
    merged = list(current)
    named = []
    for item in patch:
        key = key_of(item)
        if item.get(PATCH) == "delete":
            merged = [other for other in merged if key_of(other) != key]
            continue
        named.append(key)
        for i, other in enumerate(merged):
            if key_of(other) == key:
                merged[i] = apply(elem, other, item)
                break
        else:
            merged.append(_plain(item))
    return merged, named


def _order_keys(order: Any, key_of: KeyOf) -> list[Any]:
    if not isinstance(order, list):
        raise BadPatch("the setElementOrder list is not a list")
    return [key_of(item) if isinstance(item, dict) else _hashable(item) for item in order]


def _merge_scalars(current: list[Any], patch: list[Any], order: Any, deleted: Any) -> list[Any]:
    gone = deleted if isinstance(deleted, list) else []
    merged = [item for item in dict.fromkeys(map(_hashable, [*current, *patch])) if item not in gone]
    wanted = _order_keys(order, _hashable) if order is not None else [_hashable(item) for item in patch]
    return _in_order(merged, [_hashable(item) for item in current], wanted, _hashable)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value, sort_keys=True)


def _in_order(merged: list[Any], server: list[Any], wanted: list[Any], key_of: KeyOf) -> list[Any]:
    """Elements that the patch orders in its order, the others in the server's; where both orders meet, an element that the
    server had earlier comes earlier (normalizeElementOrder, mergeSortedSlice)."""
    by_key = {key_of(item): item for item in merged}
    right = [by_key[key] for key in dict.fromkeys(wanted) if key in by_key]
    left = [item for item in merged if key_of(item) not in set(wanted)]
    position = {key: i for i, key in reversed(list(enumerate(server)))}
    result = []
    while left and right:
        l_at, r_at = position.get(key_of(left[0])), position.get(key_of(right[0]))
        from_left = l_at is not None and r_at is not None and l_at < r_at
        result.append((left if from_left else right).pop(0))
    return result + left + right


def go_map(value: Any) -> str:
    """JSON data as Go's %v prints it: map[a:1 b:[x y]]."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_map(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_map, value)) + "]"
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)
