"""Deletes objects whose owners are gone, and holds owners back while their dependants go first or are set free.

Source: pkg/controller/garbagecollector/garbagecollector.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.deletion import GC_FINALIZERS, DeleteOptions, Propagation
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import (
    deleting,
    key_of,
    name_of,
    namespace_of,
    owner_uids,
    split_key,
    uid_of,
    with_metadata,
)
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

FOREGROUND = GC_FINALIZERS["Foreground"]
ORPHAN = GC_FINALIZERS["Orphan"]
BY_OWNER = "owner"
"""Index: objects by the uids of all their owners."""
_UNOWNED = ("events", "leases.coordination.k8s.io", "namespaces")
"""Kinds whose many writes would cost time, and which nobody owns or collects."""


def _finalizers(obj: Obj) -> list[str]:
    return obj["metadata"].get("finalizers") or []


class GarbageCollector(Controller):
    """Keys are "resource|namespace/name"."""

    name = "generic-garbage-collector"

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self._resources = tuple(r.id for r in cluster.scheme if not r.storage and r.id not in _UNOWNED)
        for resource in self._resources:
            self.store.add_index(resource, BY_OWNER, owner_uids)
        cluster.scheme.on_stored(self._include)

    def _include(self, resource: Resource) -> None:
        """Look after a kind that has come at run time."""
        if resource.id not in self._resources:
            self._resources = (*self._resources, resource.id)
            self.store.add_index(resource.id, BY_OWNER, owner_uids)
            self.cluster.engine.follow(self.name, resource.id)

    @property
    def watches(self) -> tuple[str, ...]:
        """Everything that may own or be owned."""
        return self._resources

    def observe(self, change: Change) -> Iterable[str]:
        """Dependants of what is gone; owners that wait; and what is new or lost an owner and may have none left."""
        if change.type == "DELETED":
            return [_key(resource, obj) for resource, obj in self._waiting_on(change)]
        return [*self._unblocked(change), *self._itself(change)]

    def _unblocked(self, change: Change) -> Iterator[str]:
        """Owners that an object held back until this change (addUnblockedOwnersToDeleteQueue)."""
        if change.old is None:
            return
        for reference in change.old["metadata"].get("ownerReferences") or ():
            if reference.get("blockOwnerDeletion") and not _blocks(change.obj, reference["uid"]):
                owner = self._owner(reference, namespace_of(change.obj))
                if owner is not None and FOREGROUND in _finalizers(owner[1]):
                    yield _key(*owner)

    def _itself(self, change: Change) -> Iterable[str]:
        metadata = change.obj["metadata"]
        if "deletionTimestamp" in metadata:
            return (_key(change.resource, change.obj),) if _finalizers(change.obj) else ()
        if metadata.get("ownerReferences") and self._is_new_to_owners(change):
            return (_key(change.resource, change.obj),)
        return ()

    def _is_new_to_owners(self, change: Change) -> bool:
        if change.old is None:
            return True
        before, now = (obj["metadata"].get("ownerReferences") for obj in (change.old, change.obj))
        return bool(before != now)

    def _waiting_on(self, change: Change) -> Iterator[tuple[str, Obj]]:
        yield from self._dependants(uid_of(change.obj))
        for reference in change.obj["metadata"].get("ownerReferences") or ():
            owner = self._owner(reference, namespace_of(change.obj))
            if owner is not None and FOREGROUND in _finalizers(owner[1]):
                yield owner

    def resync(self) -> Iterable[str]:
        """Everything that has an owner or is held by a finalizer of the collector."""
        for resource in self._resources:
            for obj in self.store.list(resource):
                if obj["metadata"].get("ownerReferences") or {FOREGROUND, ORPHAN} & set(_finalizers(obj)):
                    yield _key(resource, obj)

    def reconcile(self, key: str) -> Result:
        """Look at an object both as an owner and as a dependant."""
        resource, _, rest = key.partition("|")
        obj = self.client.get(resource, *split_key(rest))
        if obj is None:
            return DONE
        try:
            if deleting(obj) and ORPHAN in _finalizers(obj):
                self._set_free(resource, obj)
            elif deleting(obj) and FOREGROUND in _finalizers(obj):
                self._delete_dependants_first(resource, obj)
            elif not deleting(obj):
                self._collect(resource, obj)
        except ApiError as error:
            raise Retry(error.message) from error
        return DONE

    # -- as an owner

    def _dependants(self, uid: str) -> Iterator[tuple[str, Obj]]:
        for resource in self._resources:
            for obj in self.store.by_index(resource, BY_OWNER, uid):
                yield resource, obj

    def _set_free(self, resource: str, owner: Obj) -> None:
        for kind, obj in list(self._dependants(uid_of(owner))):
            self._drop_owners(kind, obj, {uid_of(owner)})
        self._drop_finalizer(resource, owner, ORPHAN)

    def _delete_dependants_first(self, resource: str, owner: Obj) -> None:
        """All dependants are looked at as soon as their owner waits for them; it waits for those that block it only
        (graph_builder.go, processTransitions)."""
        uid = uid_of(owner)
        for kind, obj in list(self._dependants(uid)):
            if not deleting(obj):
                self._collect(kind, obj)
        if not any(_blocks(obj, uid) for _, obj in self._dependants(uid)):
            self._drop_finalizer(resource, owner, FOREGROUND)

    def _drop_finalizer(self, resource: str, obj: Obj, finalizer: str) -> None:
        current = self.client.get(resource, namespace_of(obj), name_of(obj))
        if current is not None:
            left = [name for name in _finalizers(current) if name != finalizer]
            self.client.update(resource, with_metadata(current, finalizers=left or None))

    # -- as a dependant

    def _collect(self, resource: str, obj: Obj) -> None:
        """Delete the object, unless an owner is left that keeps it."""
        references = obj["metadata"].get("ownerReferences") or []
        if not references:
            return
        keeping, gone, leaving = self._sort_owners(references, namespace_of(obj))
        if keeping:
            if gone or leaving:
                self._drop_owners(resource, obj, gone | leaving)
            return
        if leaving and any(deleting(o) and FOREGROUND in _finalizers(o) for _, o in self._dependants(uid_of(obj))):
            obj = self._unblock(resource, obj)
        options = DeleteOptions(propagation=self._propagation(obj, leaving), uid=uid_of(obj))
        self.client.delete(resource, namespace_of(obj), name_of(obj), options)

    def _unblock(self, resource: str, obj: Obj) -> Obj:
        """Let an object's owners go before it: in a circle all would wait for each other."""
        references = [{**reference, "blockOwnerDeletion": False} for reference in obj["metadata"]["ownerReferences"]]
        return self.client.update(resource, with_metadata(obj, ownerReferences=references))

    def _propagation(self, obj: Obj, leaving: set[str]) -> Propagation:
        if leaving and next(self._dependants(uid_of(obj)), None) is not None:
            return "Foreground"
        if ORPHAN in _finalizers(obj):
            return "Orphan"
        return "Foreground" if FOREGROUND in _finalizers(obj) else "Background"

    def _sort_owners(self, references: list[dict[str, Any]], namespace: str) -> tuple[set[str], set[str], set[str]]:
        """Uids of owners that are there, that are gone, and that wait for their dependants to go first."""
        keeping, gone, leaving = set(), set(), set()
        for reference in references:
            found = self._owner(reference, namespace)
            if found is None:
                gone.add(reference["uid"])
            elif deleting(found[1]) and FOREGROUND in _finalizers(found[1]):
                leaving.add(reference["uid"])
            else:
                keeping.add(reference["uid"])
        return keeping, gone, leaving

    def _owner(self, reference: dict[str, Any], namespace: str) -> tuple[str, Obj] | None:
        kind = self.cluster.scheme.by_kind(reference["apiVersion"], reference["kind"])
        if kind is None:
            return None
        owner = self.client.get(kind.storage_id, namespace if kind.namespaced else "", reference["name"])
        return (kind.storage_id, owner) if owner is not None and uid_of(owner) == reference["uid"] else None

    def _drop_owners(self, resource: str, obj: Obj, uids: set[str]) -> None:
        left = [reference for reference in obj["metadata"]["ownerReferences"] if reference["uid"] not in uids]
        self.client.update(resource, with_metadata(obj, ownerReferences=left or None))


def _key(resource: str, obj: Obj) -> str:
    return f"{resource}|{key_of(obj)}"


def _blocks(obj: Obj, owner: str) -> bool:
    references = obj["metadata"].get("ownerReferences") or ()
    return any(reference["uid"] == owner and reference.get("blockOwnerDeletion") for reference in references)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (GarbageCollector(cluster),)
