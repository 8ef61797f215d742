"""What most controllers share: a client and an event recorder under their own name, one primary resource, no memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import controller_of, controller_uids, key_of, split_key
from tutor.simulator.store import Change, Obj, Store

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

BY_CONTROLLER = "controller"
"""Index: objects by the uid of their controller."""
ORPHANS = "orphans"
"""Index: objects without a controller, by namespace."""


class Controller:
    """A controller whose keys are those of one resource's objects and whose state is all in API objects."""

    name = ""
    primary = ""
    """Id of the resource whose objects it brings about."""
    secondary: tuple[str, ...] = ()
    """Ids of further resources whose changes matter to it."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.cluster = cluster
        self.client = cluster.client(self.name)
        self.store = cluster.store
        self.events = EventRecorder(self.client, self.name)

    @property
    def watches(self) -> tuple[str, ...]:
        """Ids of all resources it is told of."""
        return (self.primary, *self.secondary)

    @property
    def now(self) -> float:
        """The cluster's time, seconds since the epoch."""
        return self.client.now

    def observe(self, change: Change) -> Iterable[str]:
        """The keys that a change makes worth a look."""
        if change.resource == self.primary:
            return (key_of(change.obj),)
        return self.affected(change)

    def affected(self, change: Change) -> Iterable[str]:
        """The keys that a change of a secondary resource makes worth a look."""
        raise NotImplementedError

    def resync(self) -> Iterable[str]:
        """All keys."""
        return [key_of(obj) for obj in self.store.list(self.primary)]

    def reconcile(self, key: str) -> Result:
        """Look at one object; one that is gone needs nothing."""
        obj = self.client.get(self.primary, *split_key(key))
        return DONE if obj is None else self.sync(obj)

    def sync(self, obj: Obj) -> Result:
        """Bring about what one object asks for."""
        raise NotImplementedError

    def save(self) -> Any:
        """Nothing is remembered outside of API objects."""
        return None

    def load(self, state: Any) -> None:
        """Nothing to go back to."""


def index_owned(store: Store, resource: str) -> None:
    """Keep the indexes that `owned` and `orphans` read."""
    store.add_index(resource, BY_CONTROLLER, controller_uids)
    store.add_index(resource, ORPHANS, orphan_namespaces)


def orphan_namespaces(obj: Obj) -> Iterable[str]:
    """For an index: the namespace of an object without a controller."""
    return () if controller_of(obj) else (obj["metadata"].get("namespace", ""),)


def owned(store: Store, resource: str, uid: str) -> list[Obj]:
    """The objects whose controller has this uid."""
    return store.by_index(resource, BY_CONTROLLER, uid)


def orphans(store: Store, resource: str, namespace: str) -> list[Obj]:
    """The objects of a namespace that no controller has."""
    return store.by_index(resource, ORPHANS, namespace)


def owner_keys(change: Change, kind: str) -> set[str]:
    """The keys of the controllers of one kind that an object has or had: a change of hands concerns both."""
    keys = set()
    for obj in (change.obj, change.old):
        reference = controller_of(obj) if obj is not None else None
        if obj is not None and reference is not None and reference["kind"] == kind:
            namespace = obj["metadata"].get("namespace")
            keys.add(f"{namespace}/{reference['name']}" if namespace else reference["name"])
    return keys
