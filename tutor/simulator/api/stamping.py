"""Keeps metadata.managedFields up to date in writes that go through the API."""

from __future__ import annotations

from collections.abc import Callable

from tutor.simulator.api.call import Call
from tutor.simulator.api.decoding import unset
from tutor.simulator.api.ownership import managers as ownership
from tutor.simulator.api.ownership.fieldset import well_formed
from tutor.simulator.api.ownership.managers import Manager, Managers
from tutor.simulator.api.ownership.typed import Node
from tutor.simulator.clock import timestamp
from tutor.simulator.resources.base import Resource
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.types import Struct
from tutor.simulator.store import Obj

SCALE = "scale"
Stamp = Callable[[Obj | None, Obj], None]


def ignored_fields(resource: Resource, subresource: str) -> tuple[tuple[str, ...], ...]:
    """What a write to an endpoint cannot change, so that its manager never comes to own it (rest.ResetFieldsStrategy)."""
    if not resource.has_status:
        return ()
    return (("f:spec",),) if subresource == "status" else (("f:status",),)


def update_stamp(call: Call, manager_name: str, subresource: str = "") -> Stamp | None:
    """What records a create or update as its manager's; None for kinds whose fields are not known."""
    type_ = type_of(call.resource)
    if type_ is None:
        return None
    known: Struct = type_
    manager = Manager(manager_name, "Update", call.resource.api_version, subresource)

    def stamp(old: Obj | None, new: Obj) -> None:
        resource = call.resource
        current = _current(old, new, subresource)
        after = resource.from_storage(new)
        if subresource == SCALE:
            if not _has_managed_replicas(current):
                return
            after = _without_no_replicas(after)
        before = unset(known) | {"metadata": {}} if old is None else resource.from_storage(old)
        now = "" if subresource == SCALE else timestamp(call.api.cluster.clock.now)
        ignored = ignored_fields(resource, subresource)
        result = ownership.updated(Node(known), before, after, current, manager, now, ignored)
        put(new, result)

    return stamp


def _has_managed_replicas(current: Managers) -> bool:
    """Whether a Scale has managers: those of the number of replicas (managedfields/scalehandler.go). An object that nobody is the
    manager of stays so (managedfields/internal/skipnonapplied.go)."""
    return any("f:replicas" in owned.fields.get("f:spec", {}) for owned in current.values())


def _without_no_replicas(obj: Obj) -> Obj:
    """A Scale leaves out a number of 0, so that nobody owns it."""
    spec = obj.get("spec") or {}
    return obj if spec.get("replicas") else {**obj, "spec": {k: v for k, v in spec.items() if k != "replicas"}}


def _current(old: Obj | None, new: Obj, subresource: str) -> Managers:
    """The managers before the write. A client may set them directly, or reset them with one empty entry; entries that cannot be
    read count as not given (apimachinery, pkg/util/managedfields/internal/fieldmanager.go decodeLiveOrNew)."""
    given = new["metadata"].get("managedFields")
    if given == [{}] and not subresource:
        return {}
    if given and not subresource and all(well_formed(entry.get("fieldsV1") or {}) for entry in given):
        return ownership.read(new)
    return ownership.read(old) if old is not None else {}


def put(obj: Obj, managers: Managers) -> None:
    """Write managers into an object that is not stored yet."""
    entries = ownership.write(managers)
    if entries:
        obj["metadata"]["managedFields"] = entries
    else:
        obj["metadata"].pop("managedFields", None)
