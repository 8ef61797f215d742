"""How kubelets reach the API server, and what they do while they cannot.

A kubelet goes on with what it knows: it keeps the statuses it has worked out, and its events, and writes them when there is an API
server again. Source: pkg/kubelet/status/status_manager.go; client-go, tools/record/event.go (recordToSink).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.client import Client
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.events import write_event
from tutor.simulator.objects import name_of, namespace_of, uid_of
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

Place = tuple[str, str, str]
"""Resource, namespace and name."""


class KubeletClient(Client):
    """A client that keeps for later what it cannot write."""

    def __init__(self, cluster: SimulatedCluster, actor: str) -> None:
        super().__init__(cluster.registry, actor)
        self._control_plane = cluster.control_plane
        self._statuses: dict[Place, Obj] = {}
        self._events: list[Obj] = []
        self._gone: dict[Place, tuple[str, DeleteOptions | None]] = {}
        """Objects to delete: their uids, and how."""
        cluster.on_writable.append(self._catch_up)

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """The object as this client knows it."""
        place = (resource, namespace, name)
        if place in self._gone:
            return None
        return self._statuses.get(place) or super().get(resource, namespace, name)

    def update_status(self, resource: str, obj: Obj, status: Mapping[str, Any]) -> Obj:
        """Write a status, now or later."""
        if self._control_plane.is_writable:
            return super().update_status(resource, obj, status)
        changed = {**obj, "status": dict(status)}
        self._statuses[resource, namespace_of(obj), name_of(obj)] = changed
        return changed

    def delete(self, resource: str, namespace: str, name: str, options: DeleteOptions | None = None) -> bool:
        """Delete an object, now or later."""
        if self._control_plane.is_writable:
            return super().delete(resource, namespace, name, options)
        found = self.get(resource, namespace, name)
        if found is not None:
            self._gone[resource, namespace, name] = (uid_of(found), options)
        return found is not None

    def postpone(self, event: Obj) -> bool:
        """Keep an event for later, if it cannot be written now."""
        if self._control_plane.is_writable:
            return False
        self._events.append(event)
        return True

    def _catch_up(self) -> None:
        """The API server is there again: write everything."""
        statuses, events, gone = self._statuses, self._events, self._gone
        self._statuses, self._events, self._gone = {}, [], {}
        for (resource, namespace, name), obj in statuses.items():
            stored = super().get(resource, namespace, name)
            if stored is not None and uid_of(stored) == uid_of(obj):
                super().update_status(resource, stored, obj["status"])
        for event in events:
            write_event(self, event)
        for (resource, namespace, name), (uid, options) in gone.items():
            stored = super().get(resource, namespace, name)
            if stored is not None and uid_of(stored) == uid:
                super().delete(resource, namespace, name, options)

    def save(self) -> Any:
        """What is still to be written."""
        return dict(self._statuses), tuple(self._events), dict(self._gone)

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        statuses, events, gone = state
        self._statuses, self._events, self._gone = dict(statuses), list(events), dict(gone)
