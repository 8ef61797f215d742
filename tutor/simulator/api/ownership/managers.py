"""metadata.managedFields: read, brought up to date after a write, and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutor.simulator.api.ownership.fieldset import (
    FieldSet,
    difference,
    intersection,
    ordered,
    union,
    without_below,
)
from tutor.simulator.api.ownership.typed import Node, compare
from tutor.simulator.store import Obj

MAX_UPDATE_MANAGERS = 10
"""More managers that only update are put together as "ancient-changes" (managedfields/internal/capmanagers.go)."""
ANCIENT = "ancient-changes"

_NEVER_OWNED = (
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata", "f:name"),
    ("f:metadata", "f:namespace"),
    ("f:metadata", "f:creationTimestamp"),
    ("f:metadata", "f:selfLink"),
    ("f:metadata", "f:uid"),
    ("f:metadata", "f:generation"),
    ("f:metadata", "f:managedFields"),
    ("f:metadata", "f:resourceVersion"),
)


@dataclass(frozen=True, slots=True)
class Manager:
    """Who owns fields, and by which way of writing."""

    name: str
    operation: Literal["Apply", "Update"]
    api_version: str
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """The fields of a manager and when they last changed."""

    fields: FieldSet
    time: str


Managers = dict[Manager, Owned]


def read(obj: Obj) -> Managers:
    """The managers of an object."""
    found: Managers = {}
    for entry in obj["metadata"].get("managedFields") or ():
        manager = Manager(
            entry.get("manager", ""),
            entry.get("operation", "Update"),
            entry.get("apiVersion", ""),
            entry.get("subresource", ""),
        )
        found[manager] = Owned(entry.get("fieldsV1") or {}, entry.get("time", ""))
    return found


def write(managers: Mapping[Manager, Owned]) -> list[dict[str, Any]]:
    """The entries for metadata.managedFields: Apply before Update, then by time and name (internal/managedfields.go)."""
    entries = []
    order = sorted(managers, key=lambda m: (m.operation, managers[m].time, m.name, m.api_version, m.subresource))
    for manager in order:
        owned = managers[manager]
        entry: dict[str, Any] = {
            "manager": manager.name,
            "operation": manager.operation,
            "apiVersion": manager.api_version,
        }
        if owned.time:
            entry["time"] = owned.time
        entry |= {"fieldsType": "FieldsV1", "fieldsV1": ordered(owned.fields)}
        if manager.subresource:
            entry["subresource"] = manager.subresource
        entries.append(entry)
    return entries


def ownable(fields: FieldSet, ignored: tuple[tuple[str, ...], ...] = ()) -> FieldSet:
    """A set without what nobody owns."""
    for path in (*_NEVER_OWNED, *ignored):
        fields = without_below(fields, path)
    return fields


def updated(
    type_: Node,
    old: Obj,
    new: Obj,
    managers: Managers,
    manager: Manager,
    now: str,
    ignored: tuple[tuple[str, ...], ...],
) -> Managers:
    """Who owns what after `manager` has turned `old` into `new` by an update (merge/update.go Updater.Update)."""
    differences = compare(type_, old, new)
    changed = union(differences.added, differences.modified)
    result = released(managers, manager, changed, differences.removed)
    before = managers.get(manager, Owned({}, ""))
    mine = union(difference(before.fields, differences.removed), changed)
    mine = ownable(mine, ignored)
    if mine:
        result[manager] = before if mine == before.fields else Owned(mine, now)
    return capped(result)


def released(managers: Managers, by: Manager, changed: FieldSet, removed: FieldSet) -> Managers:
    """The other managers after one has changed and removed fields: they own those no longer."""
    result: Managers = {}
    for manager, owned in managers.items():
        if manager == by:
            continue
        left = difference(difference(owned.fields, changed), removed)
        if left:
            result[manager] = owned if left == owned.fields else Owned(left, owned.time)
    return result


def capped(managers: Managers) -> Managers:
    """At most so many managers that only update: the oldest are put together."""
    updates = sorted((m for m in managers if m.operation == "Update"), key=lambda m: (managers[m].time, m.name))
    surplus = updates[: max(len(updates) - MAX_UPDATE_MANAGERS, 0)]
    if not surplus:
        return managers
    surplus = updates[: len(surplus) + 1]
    result = {m: owned for m, owned in managers.items() if m not in surplus}
    for manager in surplus:
        bucket = Manager(ANCIENT, "Update", manager.api_version, manager.subresource)
        before = result.get(bucket, Owned({}, ""))
        result[bucket] = Owned(union(before.fields, managers[manager].fields), max(before.time, managers[manager].time))
    return result


def conflicts(managers: Managers, manager: Manager, changed: FieldSet) -> list[tuple[Manager, FieldSet]]:
    """The other managers that own fields which are about to change."""
    found = []
    for other, owned in managers.items():
        common = intersection(owned.fields, changed) if other != manager else {}
        if common:
            found.append((other, common))
    return found
