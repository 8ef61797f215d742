"""Applies a strategic merge patch to an object in memory, for `--dry-run=client` and `--local`, where no server does
it.

Follows the rules of https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ and
apimachinery `pkg/util/strategicpatch/patch.go`.
"""

from __future__ import annotations

from typing import Any

from tutor.kubectl.merge_keys import strategy_for
from tutor.kubectl.objects import Object

_ORDER = "$setElementOrder/"
_REMOVE = "$deleteFromPrimitiveList/"


def apply_strategic(kind: str, target: Object, patch: Object, path: tuple[str, ...] = ()) -> Object:
    """The object with the patch applied; neither argument is changed."""
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    keep = patch.get("$retainKeys")
    result = {key: value for key, value in target.items() if keep is None or key in keep}
    for key, value in patch.items():
        if not key.startswith("$"):
            _apply_field(kind, result, key, value, (*path, key), patch)
    for key, order in patch.items():
        name = key.removeprefix(_ORDER)
        if key.startswith(_ORDER) and name not in patch and isinstance(result.get(name), list):
            result[name] = _ordered(result[name], order, strategy_for(kind, (*path, name)).key)
    for key, removed in patch.items():
        if key.startswith(_REMOVE):
            name = key.removeprefix(_REMOVE)
            result[name] = [item for item in result.get(name, []) if item not in removed]
    return result


def _apply_field(kind: str, result: Object, key: str, value: Any, path: tuple[str, ...], patch: Object) -> None:
    if value is None:
        result.pop(key, None)
    elif isinstance(value, dict) and isinstance(result.get(key), dict):
        result[key] = apply_strategic(kind, result[key], value, path)
    elif isinstance(value, list) and isinstance(result.get(key), list) and strategy_for(kind, path).merge:
        merged = _apply_list(kind, result[key], value, path)
        result[key] = _ordered(merged, patch.get(_ORDER + key), strategy_for(kind, path).key)
    else:
        result[key] = _without_directives(value)


def _apply_list(kind: str, target: list[Any], patch: list[Any], path: tuple[str, ...]) -> list[Any]:
    merge_key = strategy_for(kind, path).key
    if not merge_key:
        return target + [item for item in patch if item not in target]
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in patch):
        return [item for item in patch if "$patch" not in item]
    result = list(target)
    for item in patch:
        place = next((index for index, old in enumerate(result) if old.get(merge_key) == item.get(merge_key)), None)
        if item.get("$patch") == "delete":
            result = [old for old in result if old.get(merge_key) != item.get(merge_key)]
        elif place is None:
            result.append(_without_directives(item))
        else:
            result[place] = apply_strategic(kind, result[place], item, path)
    return result


def _ordered(items: list[Any], order: list[Any] | None, merge_key: str) -> list[Any]:
    """The items in the wanted order, those it does not name at the end."""
    if not order:
        return items
    names = [entry[merge_key] if merge_key else entry for entry in order]

    def place(item: Any) -> int:
        name = item.get(merge_key) if merge_key else item
        return names.index(name) if name in names else len(names)

    return sorted(items, key=place)


def _without_directives(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if not key.startswith("$") and item is not None
        }
    return [_without_directives(item) for item in value] if isinstance(value, list) else value
