"""Server-side apply: an object made of the live one and a configuration, and who owns what of it then (merge/update.go Apply)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.ownership.fieldset import SELF, FieldSet, difference, dotted, paths, union
from tutor.simulator.api.ownership.last_applied import still_kept
from tutor.simulator.api.ownership.managers import (
    Manager,
    Managers,
    Owned,
    capped,
    conflicts,
    ownable,
    released,
)
from tutor.simulator.api.ownership.typed import Node, compare, merge, remove, to_set
from tutor.simulator.errors import ApiError
from tutor.simulator.store import Obj


@dataclass(frozen=True, slots=True)
class Applied:
    """The object to write and its managers."""

    obj: Obj
    managers: Managers


def apply(
    type_: Node,
    live: Obj,
    config: Obj,
    managers: Managers,
    manager: Manager,
    *,
    force: bool,
    now: str,
    ignored: tuple[tuple[str, ...], ...] = (),
) -> Applied:
    """Apply a configuration as a manager. Raises ApiError 409 for fields that others own, unless forced."""
    merged = merge(type_, live, config)
    named = to_set(type_, config)
    mine = ownable(named, ignored)
    before = managers.get(manager)
    if before is not None:
        merged = _pruned(type_, merged, before.fields, named, managers, manager)
    differences = compare(type_, live, merged)
    changed = ownable(union(differences.added, differences.modified), ignored)
    if not force and (found := conflicts(managers, manager, changed)):
        allowed = still_kept(manager.name, type_, live)
        found = [(other, left) for other, fields in found if (left := difference(fields, allowed))]
        if found:
            raise _conflict(found)
    result = released(managers, manager, changed, differences.removed)
    if mine:
        result[manager] = before if before is not None and before.fields == mine else Owned(mine, now)
    return Applied(merged, capped(result))


def _pruned(type_: Node, merged: Obj, was: FieldSet, now: FieldSet, managers: Managers, manager: Manager) -> Obj:
    """The object without what the manager has owned and no longer names, unless others own it too. What is in a list element
    or struct goes with it, defaults included (Updater.prune)."""
    owned = now
    for other, theirs in managers.items():
        if other != manager:
            owned = union(owned, theirs.fields)
    dropped = difference(_with_parents(was), _with_parents(owned))
    left: Obj = remove(type_, merged, dropped) if dropped else merged
    return left


def _with_parents(fields: FieldSet) -> FieldSet:
    """The set with every path above a member as a member (fieldpath.Set EnsureNamedFieldsAreMembers)."""
    return {key: ({SELF: {}, **_with_parents(node)} if node else {}) for key, node in fields.items() if key != SELF}


def _conflict(found: list[tuple[Manager, FieldSet]]) -> ApiError:
    causes: list[dict[str, Any]] = []
    lines: dict[str, list[str]] = {}
    for manager, fields in found:
        label = _label(manager)
        for path in sorted(paths(fields), key=dotted):
            causes.append(
                {"reason": "FieldManagerConflict", "message": f"conflict with {label}", "field": dotted(path)}
            )
            lines.setdefault(label, []).append(dotted(path))
    plural = "" if len(causes) == 1 else "s"
    head = f"Apply failed with {len(causes)} conflict{plural}: "
    return ApiError(409, "Conflict", head + _listed(lines), {"causes": causes})


def _listed(lines: dict[str, list[str]]) -> str:
    if sum(map(len, lines.values())) == 1:
        label, fields = next(iter(lines.items()))
        return f"conflict with {label}: {fields[0]}"
    shown = [
        f"conflicts with {label}:" + "".join(f"\n- {field}" for field in fields) for label, fields in lines.items()
    ]
    return "\n".join(shown)


def _label(manager: Manager) -> str:
    """A manager as conflicts name it (managedfields/internal/conflict.go)."""
    text = f'"{manager.name}"'
    if manager.subresource:
        text += f' with subresource "{manager.subresource}"'
    if manager.operation == "Update":
        text += f" using {manager.api_version}"
    return text
