"""The cluster's memory, as etcd is a real one's: objects by key, one revision counter, and a log of changes to watch.

A stored object is never changed in place. Readers may keep what they got; writers hand in a new dict.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.simulator.indexes import Index, IndexFunction, Key, Members
from tutor.simulator.metadata import in_order

Obj = dict[str, Any]
"""An API object as Kubernetes defines it in JSON."""

Objects = list[Obj]

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]

LOG_LENGTH = 20_000
LOG_SECONDS = 600.0
"""How many changes of one resource a watch can look back on, and how far; older revisions answer 410 Expired."""
COMPACTION_SECONDS = 300.0
"""How often the past is forgotten: all before the time of the compaction before (apiserver, pkg/storage/etcd3/compact.go)."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One write: what the object is now (at deletion: was last), what it was before, and who did it when."""

    revision: int
    type: ChangeType
    resource: str
    obj: Obj
    old: Obj | None
    actor: str
    at: float
    encoded: dict[Any, Any] = field(default_factory=dict, repr=False)
    """Scratch space of the API layer: bytes it sends to several watchers, so that each form is encoded once."""


class Conflict(Exception):
    """The object is not at the revision the writer had read."""


class Exists(Exception):
    """An object with this key is there already."""


@dataclass(slots=True)
class _Table:
    """The objects of one resource, by namespace and name."""

    objects: dict[Key, Obj] = field(default_factory=dict)
    namespaces: dict[str, dict[Key, None]] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    log: deque[Change] = field(default_factory=deque)
    dropped: int = 0
    """The newest revision that has fallen out of the log."""

    def put(self, key: Key, obj: Obj, old: Obj | None) -> None:
        self.objects[key] = obj
        if old is not None:
            for index in self.indexes.values():
                index.move(key, old, obj)
            return
        self.namespaces.setdefault(key[0], {})[key] = None
        for index in self.indexes.values():
            index.add(key, obj)

    def take(self, key: Key, old: Obj) -> None:
        del self.objects[key]
        members = self.namespaces[key[0]]
        del members[key]
        if not members:
            del self.namespaces[key[0]]
        for index in self.indexes.values():
            index.remove(key, old)

    def remember(self, change: Change) -> None:
        """Log a change, and drop those that are too old."""
        log = self.log
        while log and (len(log) >= LOG_LENGTH or log[0].at < change.at - LOG_SECONDS):
            self.dropped = log.popleft().revision
        log.append(change)

    def orders(self) -> dict[str, Members]:
        """The indexes whose order does not follow from that of the objects."""
        return {name: index.save() for name, index in self.indexes.items() if index.moved}

    def fill(self, objects: dict[Key, Obj], orders: dict[str, Members]) -> None:
        self.objects = {}
        self.namespaces = {}
        for index in self.indexes.values():
            index.members = {}
            index.moved = False
        for key, obj in objects.items():
            self.put(key, obj, None)
        for name, members in orders.items():
            self.indexes[name].load(members)


@dataclass(frozen=True, slots=True)
class StoreState:
    """A saved store. Holding it costs one dict a resource: the objects themselves are shared."""

    revision: int
    objects: dict[str, dict[Key, Obj]]
    orders: dict[str, dict[str, Members]]
    """By resource and index: the order of what is filed, where it does not follow from that of the objects. What is done first
    depends on it."""


class Store:
    """Objects of all resources, keyed by a resource's id ("pods", "deployments.apps")."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.revision = 1
        self._now = now
        self._started = now()
        self._intervals: deque[tuple[int, int]] = deque()
        """The intervals between compactions that had writes, of late, and the revision when each began."""
        self._tables: dict[str, _Table] = {}
        self._listeners: list[Callable[[Change], None]] = []
        self._reset_listeners: list[Callable[[], None]] = []
        self.epoch = 0
        """Counts restores: a watch that started in another epoch has lost its history and must start over."""

    def _table(self, resource: str) -> _Table:
        table = self._tables.get(resource)
        if table is None:
            table = self._tables[resource] = _Table()
        return table

    # -- reading

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """The object, or None."""
        return self._table(resource).objects.get((namespace, name))

    def list(self, resource: str, namespace: str | None = None) -> Objects:
        """All objects of a resource (of one namespace), in no particular order."""
        table = self._table(resource)
        if namespace is None:
            return list(table.objects.values())
        return [table.objects[key] for key in table.namespaces.get(namespace, ())]

    def list_sorted(self, resource: str, namespace: str | None = None) -> Objects:
        """The same in the order of keys, as etcd lists them."""
        table = self._table(resource)
        keys: Iterable[Key] = table.objects if namespace is None else table.namespaces.get(namespace, ())
        return [table.objects[key] for key in sorted(keys)]

    def count(self, resource: str, namespace: str | None = None) -> int:
        """How many objects there are."""
        table = self._table(resource)
        return len(table.objects) if namespace is None else len(table.namespaces.get(namespace, ()))

    def resources(self) -> tuple[str, ...]:
        """The ids of all resources that have had an object."""
        return tuple(self._tables)

    def add_index(self, resource: str, name: str, function: IndexFunction) -> None:
        """Keep, from now on, which objects `function` files under which values. Declaring it again changes nothing."""
        table = self._table(resource)
        if name not in table.indexes:
            table.indexes[name] = index = Index(function)
            for key, obj in table.objects.items():
                index.add(key, obj)

    def by_index(self, resource: str, name: str, value: str) -> Objects:
        """The objects filed under a value of an index, oldest entry first."""
        table = self._table(resource)
        return [table.objects[key] for key in table.indexes[name].members.get(value, ())]

    # -- writing

    def create(self, resource: str, obj: Obj, actor: str) -> Obj:
        """Add an object. Returns it as stored, with its resourceVersion. Raises Exists."""
        key = _key(obj)
        table = self._table(resource)
        if key in table.objects:
            raise Exists(key)
        return self._commit(table, "ADDED", resource, key, obj, None, actor)

    def update(self, resource: str, obj: Obj, actor: str, *, expect: str | None = None) -> Obj:
        """Replace an object; an update that changes nothing is no write. Raises KeyError when it is gone, Conflict when
        `expect` is not its resourceVersion."""
        key = _key(obj)
        table = self._table(resource)
        old = table.objects[key]
        revision = old["metadata"]["resourceVersion"]
        if expect is not None and expect != revision:
            raise Conflict(key)
        if _same(old, obj):
            return old
        return self._commit(table, "MODIFIED", resource, key, obj, old, actor)

    def delete(self, resource: str, namespace: str, name: str, actor: str) -> Obj:
        """Remove an object; returns its last state with the revision of the deletion. Raises KeyError when gone."""
        key = (namespace, name)
        table = self._table(resource)
        old = table.objects[key]
        table.take(key, old)
        return self._record(table, "DELETED", resource, self._stamped(old), old, actor)

    def _commit(
        self, table: _Table, kind: ChangeType, resource: str, key: Key, obj: Obj, old: Obj | None, actor: str
    ) -> Obj:
        stored = self._stamped(obj)
        table.put(key, stored, old)
        return self._record(table, kind, resource, stored, old, actor)

    def _interval(self) -> int:
        """How many times the store could have been compacted until now."""
        return int((self._now() - self._started) // COMPACTION_SECONDS)

    def compacted(self) -> int:
        """The revision of the last compaction: collections as they were before it cannot be listed any more."""
        before = self._interval() - 1
        if before < 0:
            return 0
        return next((revision for interval, revision in self._intervals if interval >= before), self.revision)

    def _stamped(self, obj: Obj) -> Obj:
        interval = self._interval()
        if not self._intervals or self._intervals[-1][0] != interval:
            self._intervals.append((interval, self.revision))
            while self._intervals[0][0] < interval - 1:
                self._intervals.popleft()
        self.revision += 1
        return {**obj, "metadata": in_order({**obj["metadata"], "resourceVersion": str(self.revision)})}

    def _record(self, table: _Table, kind: ChangeType, resource: str, obj: Obj, old: Obj | None, actor: str) -> Obj:
        change = Change(self.revision, kind, resource, obj, old, actor, self._now())
        table.remember(change)
        for listener in self._listeners:
            listener(change)
        return obj

    # -- watching

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` in the middle of every write from now on; returns what ends it. It must be quick."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_reset(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a saved state has been loaded and the history is gone."""
        self._reset_listeners.append(listener)

    def changes_since(self, resource: str, revision: int) -> Iterator[Change] | None:
        """The changes after a revision, oldest first; None when the log no longer reaches back that far."""
        table = self._table(resource)
        if revision < table.dropped:
            return None
        return iter([change for change in table.log if change.revision > revision])

    # -- saving

    def save(self) -> StoreState:
        """The objects as a value."""
        objects = {name: dict(table.objects) for name, table in self._tables.items()}
        orders = {name: found for name, table in self._tables.items() if (found := table.orders())}
        return StoreState(self.revision, objects, orders)

    def load(self, state: StoreState) -> None:
        """Go back to a saved state. A revision that clients have seen is never given out again: in a store that has moved
        on the counter goes forward, and watchers are told that history is gone."""
        self.revision = self.revision + 1 if self.revision > state.revision else state.revision
        self.epoch += 1
        self._intervals.clear()
        for name in {*self._tables, *state.objects}:
            table = self._table(name)
            table.fill(state.objects.get(name, {}), state.orders.get(name, {}))
            table.log.clear()
            table.dropped = self.revision
        for listener in self._reset_listeners:
            listener()


def _key(obj: Obj) -> Key:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _same(old: Obj, new: Obj) -> bool:
    """Whether two states of an object differ in nothing but their resourceVersion."""
    if old.keys() != new.keys() or any(old[name] != new[name] for name in old if name != "metadata"):
        return False
    before, after = old["metadata"], new["metadata"]
    if before is after:
        return True
    return {**before, "resourceVersion": ""} == {**after, "resourceVersion": ""}
