"""Makes the patch `kubectl apply` and `kubectl edit` send: a three-way strategic merge patch, or a JSON merge patch for
custom resources.

original (what was applied last), modified (the manifest now) and current (the live object) give: set what the manifest
has and the live object has not, delete what the manifest had and has no more, leave everything else alone. Follows
apimachinery `pkg/util/strategicpatch/patch.go`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.kubectl.merge_keys import Strategy, strategy_for
from tutor.kubectl.objects import Object

_DELETE = {"$patch": "delete"}


def three_way_patch(kind: str, original: Object, modified: Object, current: Object) -> Object:
    """The strategic merge patch that brings `current` to `modified`, knowing `original`; empty when there is nothing to do."""
    additions = _Diff(kind, deletions=False, changes=True).maps(current, modified, ())
    deletions = _Diff(kind, deletions=True, changes=False).maps(original, modified, ())
    return _merge_patches(kind, deletions, additions, ())


def two_way_patch(kind: str, current: Object, modified: Object) -> Object:
    """The strategic merge patch that turns `current` into `modified`."""
    return _Diff(kind, deletions=True, changes=True).maps(current, modified, ())


@dataclass(frozen=True)
class _Diff:
    """Compares two objects; `deletions` and `changes` say which differences count."""

    kind: str
    deletions: bool
    changes: bool

    def maps(self, old: Object, new: Object, path: tuple[str, ...], retain_keys: bool = False) -> Object:
        patch: Object = {}
        for key in new:
            if key not in old or type(old[key]) is not type(new[key]):
                if self.changes and not (key in old and old[key] == new[key]):
                    patch[key] = new[key]
                continue
            self._field(patch, key, old[key], new[key], (*path, key))
        if self.deletions:
            patch |= {key: None for key in old if key not in new}
        if patch and retain_keys:
            patch["$retainKeys"] = sorted(key for key in new if new[key] is not None)
        return patch

    def _field(self, patch: Object, key: str, old: Any, new: Any, path: tuple[str, ...]) -> None:
        strategy = strategy_for(self.kind, path)
        if isinstance(new, dict) and not strategy.replace:
            inner = self.maps(old, new, path, strategy.retain_keys)
            if inner:
                patch[key] = inner
        elif isinstance(new, list) and strategy.merge:
            self._list(patch, key, old, new, path, strategy)
        elif self.changes and old != new:
            patch[key] = new

    def _list(
        self, patch: Object, key: str, old: list[Any], new: list[Any], path: tuple[str, ...], strategy: Strategy
    ) -> None:
        if not old:
            if new and self.changes:
                patch[key] = new
        elif strategy.key:
            self._keyed_list(patch, key, old, new, path, strategy)
        else:
            self._plain_list(patch, key, old, new)

    def _plain_list(self, patch: Object, key: str, old: list[Any], new: list[Any]) -> None:
        added = [item for item in new if item not in old] if self.changes else []
        removed = [item for item in old if item not in new] if self.deletions else []
        if added:
            patch[key] = added
        if removed:
            patch[f"$deleteFromPrimitiveList/{key}"] = removed
        if added or removed:
            patch[f"$setElementOrder/{key}"] = new

    def _keyed_list(
        self, patch: Object, key: str, old: list[Any], new: list[Any], path: tuple[str, ...], strategy: Strategy
    ) -> None:
        merge_key = strategy.key
        before = {item[merge_key]: item for item in old if merge_key in item}
        after = {item[merge_key]: item for item in new if merge_key in item}
        changed = [
            entry for entry in (self._item(before, item, path, strategy) for item in new if merge_key in item) if entry
        ]
        if self.deletions:
            changed += [{**_DELETE, merge_key: name} for name in before if name not in after]
        reordered = self.changes and _order(before, after) != _order(after, before)
        if changed:
            patch[key] = changed
        if changed or reordered:
            patch[f"$setElementOrder/{key}"] = [{merge_key: item[merge_key]} for item in new if merge_key in item]

    def _item(self, before: dict[Any, Object], item: Object, path: tuple[str, ...], strategy: Strategy) -> Object:
        name = item[strategy.key]
        if name not in before:
            return item if self.changes else {}
        inner = self.maps(before[name], item, path, strategy.retain_keys)
        return {**inner, strategy.key: name} if inner else {}


def _order(items: dict[Any, Object], others: dict[Any, Object]) -> list[Any]:
    return [name for name in items if name in others]


def _merge_patches(kind: str, deletions: Object, additions: Object, path: tuple[str, ...]) -> Object:
    """One patch that does both; where both say something about a list item they are joined by its merge key."""
    merged = dict(deletions)
    for key, value in additions.items():
        other = merged.get(key)
        if isinstance(other, dict) and isinstance(value, dict):
            merged[key] = _merge_patches(kind, other, value, (*path, key))
        elif isinstance(other, list) and isinstance(value, list) and not key.startswith("$"):
            merged[key] = _merge_lists(kind, other, value, (*path, key))
        else:
            merged[key] = value
    return merged


def _merge_lists(kind: str, deletions: list[Any], additions: list[Any], path: tuple[str, ...]) -> list[Any]:
    merge_key = strategy_for(kind, path).key
    if not merge_key:
        return additions
    rest = {item.get(merge_key): item for item in deletions if isinstance(item, dict)}
    joined = []
    for item in additions:
        other = rest.pop(item.get(merge_key), None)
        joined.append(item if other is None else _merge_patches(kind, other, item, path))
    return joined + list(rest.values())


def three_way_json_patch(original: Object, modified: Object, current: Object) -> Object:
    """The same as a JSON merge patch (RFC 7386), where lists are replaced as a whole."""
    patch = _json_deletions(original, modified)
    return _json_merge(patch, _json_changes(current, modified))


def _json_changes(old: Object, new: Object) -> Object:
    patch: Object = {}
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(key), dict):
            inner = _json_changes(old[key], value)
            patch |= {key: inner} if inner else {}
        elif key not in old or old[key] != value:
            patch[key] = value
    return patch


def _json_deletions(old: Object, new: Object) -> Object:
    patch: Object = {}
    for key, value in old.items():
        if key not in new:
            patch[key] = None
        elif isinstance(value, dict) and isinstance(new[key], dict):
            inner = _json_deletions(value, new[key])
            patch |= {key: inner} if inner else {}
    return patch


def _json_merge(left: Object, right: Object) -> Object:
    merged = dict(left)
    for key, value in right.items():
        both = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = _json_merge(merged[key], value) if both else value
    return merged


def json_merge_apply(target: Any, patch: Any) -> Any:
    """Applies a JSON merge patch."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = json_merge_apply(result.get(key), value)
    return result
