"""What a deletion asks for and leaves behind: its options, and the object as being deleted.

Source: apiserver, pkg/registry/rest/delete.go
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutor.simulator import errors
from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj

Propagation = Literal["Background", "Foreground", "Orphan"]

GC_FINALIZERS: dict[str, str] = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}
"""The finalizer that holds an object until the garbage collector has dealt with its dependants."""


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """metav1.DeleteOptions"""

    grace_seconds: int | None = None
    propagation: Propagation | None = None
    uid: str | None = None
    resource_version: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a delete did: the object as it is now or last was, and whether it is gone."""

    obj: Obj
    gone: bool


def check_preconditions(resource: Resource, old: Obj, options: DeleteOptions) -> None:
    """Raises ApiError 409 when the object is not the one that was meant (apiserver, pkg/registry/rest/delete.go)."""
    metadata = old["metadata"]
    for what, expected, actual, happened in (
        ("UID", options.uid, metadata["uid"], "deleted and then recreated"),
        ("ResourceVersion", options.resource_version, metadata["resourceVersion"], "modified"),
    ):
        if expected is not None and expected != actual:
            why = (
                f"the {what} in the precondition ({expected}) does not match the {what} in record ({actual}). "
                f"The object might have been {happened}"
            )
            raise errors.conflict(resource.kind, resource.group, metadata["name"], why)


def finalizers_for(resource: Resource, old: Obj, options: DeleteOptions) -> list[str]:
    """The object's finalizers with the one that its dependants ask for (store.go deletionFinalizersForGarbageCollection)."""
    current = [f for f in old["metadata"].get("finalizers") or () if f not in GC_FINALIZERS.values()]
    held = [f for f in old["metadata"].get("finalizers") or () if f in GC_FINALIZERS.values()]
    if options.propagation is None:
        return current + (held or ([GC_FINALIZERS["Orphan"]] if resource.default_propagation == "Orphan" else []))
    wanted = GC_FINALIZERS.get(options.propagation)
    return [*current, wanted] if wanted else current


def marked(old: Obj, finalizers: list[str], grace: int, now: float) -> Obj:
    """The object as being deleted, with `grace` seconds from `now`. A second deletion can only shorten the grace (BeforeDelete)."""
    metadata = dict(old["metadata"])
    previous = metadata.get("deletionGracePeriodSeconds")
    if previous is None:
        metadata["deletionTimestamp"] = timestamp(now + grace)
        metadata["deletionGracePeriodSeconds"] = grace
        if metadata.get("generation"):
            metadata["generation"] += 1
    elif grace < previous:
        metadata |= _shortened(parse_timestamp(metadata["deletionTimestamp"]) - previous, grace, now)
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    return {**old, "metadata": metadata}


def _shortened(since: float, grace: int, now: float) -> Obj:
    """The fields of an object whose time is cut: it counts from the first deletion, and when it is up already a second is left."""
    if since + grace >= now:
        return {"deletionTimestamp": timestamp(since + grace), "deletionGracePeriodSeconds": grace}
    return {"deletionTimestamp": timestamp(now), "deletionGracePeriodSeconds": min(grace, 1)}
