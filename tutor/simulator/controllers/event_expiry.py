"""Events do not stay for ever: an hour after they were last written the API server lets them go (--event-ttl)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import last_seen
from tutor.simulator.objects import name_of, namespace_of
from tutor.simulator.store import Change

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

TTL_SECONDS = 3600.0
SWEEP_SECONDS = 60.0
_SWEEP = "sweep"


class EventExpiry:
    """Removes old events, some at a time."""

    name = "event-expiry"
    watches = ("events",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._client = cluster.client("kube-apiserver")
        self._planned = False

    def observe(self, change: Change) -> Iterable[str]:
        """The first event after none starts the sweeping."""
        if self._planned or change.type != "ADDED":
            return ()
        self._planned = True
        return (_SWEEP,)

    def resync(self) -> Iterable[str]:
        """There is one key."""
        return (_SWEEP,)

    def reconcile(self, key: str) -> Result:
        """Remove what is too old; come back when the next event will be."""
        oldest: float | None = None
        for event in self._client.list("events"):
            seen = last_seen(event)
            if seen + TTL_SECONDS <= self._client.now:
                self._client.delete("events", namespace_of(event), name_of(event))
            else:
                oldest = seen if oldest is None else min(oldest, seen)
        self._planned = oldest is not None
        if oldest is None:
            return DONE
        wait = oldest + TTL_SECONDS - self._client.now
        return Result(max(wait, SWEEP_SECONDS), housekeeping=True)

    def save(self) -> Any:
        """Whether a sweep is planned."""
        return self._planned

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._planned = bool(state)


def actors(cluster: SimulatedCluster) -> Iterable[EventExpiry]:
    """The sweeper."""
    return (EventExpiry(cluster),)
