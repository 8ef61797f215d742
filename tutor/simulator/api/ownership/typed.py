"""Walks over objects by their type, in the units that ownership knows: fields, list elements by key, set members, atomic values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.ownership.fieldset import FieldSet, Path, insert, is_member
from tutor.simulator.schemas.types import ANY, Field, ListOf, MapOf, Struct, Type


@dataclass(frozen=True, slots=True)
class Node:
    """A type together with what the field that holds it says about merging."""

    type: Type
    field: Field | None = None

    @property
    def is_map(self) -> bool:
        """Merged key by key."""
        atomic = self.field is not None and self.field.atomic
        return not atomic and (isinstance(self.type, MapOf) or (isinstance(self.type, Struct) and not self.type.atomic))

    @property
    def is_list(self) -> bool:
        """Merged element by element."""
        return isinstance(self.type, ListOf) and self.field is not None and self.field.list_type in ("map", "set")

    def child(self, key: str) -> Node:
        """The node under a key."""
        if isinstance(self.type, Struct):
            field = self.type.fields.get(key)
            return Node(field.type, field) if field else Node(ANY)
        return Node(self.type.elem) if isinstance(self.type, MapOf) else Node(ANY)

    def declares(self, key: str) -> bool:
        """Whether a key is a declared field rather than an entry of a map."""
        return isinstance(self.type, Struct) and key in self.type.fields

    def element(self) -> Node:
        """The node of a list's elements."""
        return Node(self.type.elem) if isinstance(self.type, ListOf) else Node(ANY)

    def element_key(self, item: Any) -> str:
        """The path element of a list element."""
        assert self.field is not None  # asked of lists that are merged
        if self.field.list_type == "set":
            return "v:" + _compact(item)
        keys = {}
        for key in self.field.map_keys:
            value = item.get(key, self.field.key_defaults.get(key)) if isinstance(item, dict) else None
            if value is not None:
                keys[key] = value
        return "k:" + _compact(dict(sorted(keys.items())))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def children(node: Node, value: Any) -> Iterator[tuple[str, Node, Any]]:
    """The parts of a value: path element, node and value of each."""
    if node.is_map and isinstance(value, dict):
        for key, item in value.items():
            yield f"f:{key}", node.child(key), item
    elif node.is_list and isinstance(value, list):
        element = node.element()
        for item in value:
            yield node.element_key(item), element, item


def is_leaf(node: Node, value: Any) -> bool:
    """Whether a value is owned as one: scalars, atomic values, and what is empty."""
    if node.is_map:
        return not isinstance(value, dict) or not value
    return not node.is_list or not isinstance(value, list) or not value


def to_set(node: Node, value: Any) -> FieldSet:
    """The fields that an applied configuration names (typed.ToFieldSet)."""
    result: FieldSet = {}
    _collect(node, value, (), result)
    return result


def _collect(node: Node, value: Any, path: Path, result: FieldSet) -> None:
    if is_leaf(node, value):
        if path:
            insert(result, path)
        return
    for element, child, item in children(node, value):
        below = (*path, element)
        if node.is_list or not node.declares(element[2:]):
            insert(result, below)
        _collect(child, item, below, result)


@dataclass(slots=True)
class Comparison:
    """What differs between two objects."""

    added: FieldSet
    modified: FieldSet
    removed: FieldSet


_ABSENT = object()


def compare(node: Node, old: Any, new: Any) -> Comparison:
    """The fields that `new` has more, other and less than `old` (typed.Compare)."""
    found = Comparison({}, {}, {})
    _compare(node, old, new, (), found)
    return found


def _compare(node: Node, old: Any, new: Any, path: Path, found: Comparison) -> None:
    if old is new:
        return
    leaf = (old is _ABSENT or is_leaf(node, old)) and (new is _ABSENT or is_leaf(node, new))
    if leaf or not (node.is_map or node.is_list):
        _compare_leaf(old, new, path, found)
        return
    before = {element: (child, item) for element, child, item in _parts(node, old)}
    after = {element: (child, item) for element, child, item in _parts(node, new)}
    for element in {**before, **after}:
        child = (after.get(element) or before[element])[0]
        was = before[element][1] if element in before else _ABSENT
        now = after[element][1] if element in after else _ABSENT
        _compare(child, was, now, (*path, element), found)
    if path and old is _ABSENT:
        insert(found.added, path)
    elif path and new is _ABSENT:
        insert(found.removed, path)


def _parts(node: Node, value: Any) -> Iterator[tuple[str, Node, Any]]:
    return iter(()) if value is _ABSENT else children(node, value)


def _compare_leaf(old: Any, new: Any, path: Path, found: Comparison) -> None:
    if old is _ABSENT:
        insert(found.added, path)
    elif new is _ABSENT:
        insert(found.removed, path)
    elif old != new:
        insert(found.modified, path)


def merge(node: Node, live: Any, config: Any) -> Any:
    """A live value with everything an applied configuration says (typed.Merge)."""
    if config is None:
        return live
    if node.is_map and isinstance(live, dict) and isinstance(config, dict):
        merged = dict(live)
        for key, item in config.items():
            merged[key] = merge(node.child(key), live[key], item) if live.get(key) is not None else item
        return merged
    if node.is_list and isinstance(live, list) and isinstance(config, list):
        return _merge_lists(node, live, config)
    return config


def _merge_lists(node: Node, live: list[Any], config: list[Any]) -> list[Any]:
    """Elements of both; those that the configuration names are in its order."""
    wanted = {node.element_key(item): item for item in config}
    element = node.element()
    there = {node.element_key(item): item for item in live}
    merged = []
    order = iter([key for key in wanted if key in there])
    for item in live:
        key = node.element_key(item)
        if key in wanted:
            key = next(order)
            merged.append(merge(element, there[key], wanted[key]))
        else:
            merged.append(item)
    return merged + [item for key, item in wanted.items() if key not in there]


def remove(node: Node, value: Any, fields: FieldSet) -> Any:
    """A value without the members of a set and what is in them."""
    if not (node.is_map or node.is_list):
        return value
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, item in value.items():
            below = fields.get(f"f:{key}")
            left = item if below is None else _left(node.child(key), item, below)
            if left is not _ABSENT:
                kept[key] = left
        return kept
    if isinstance(value, list):
        element = node.element()
        items = [(item, fields.get(node.element_key(item))) for item in value]
        left_items = [item if below is None else _left(element, item, below) for item, below in items]
        return [item for item in left_items if item is not _ABSENT]
    return value


def _left(node: Node, item: Any, below: FieldSet) -> Any:
    return _ABSENT if is_member(below) else remove(node, item, below)
