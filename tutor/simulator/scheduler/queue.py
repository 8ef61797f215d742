"""The pods that wait to be scheduled: those to look at now, and those that no node could take so far.

Source: pkg/scheduler/backend/queue/scheduling_queue.go. Back-off does not hold a pod back while nothing else waits, and here
nothing else ever does for long, so a pod is looked at again as soon as something that may help has happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

FLUSH_SECONDS = 300.0
"""After this long a pod is looked at again even if nothing has happened."""


class Parked(NamedTuple):
    """A pod that no node could take: which plugins refused, since when it waits, and the revision of the store then."""

    plugins: frozenset[str]
    since: float
    seen: int = 0


class Queue:
    """Keys of pods. Its state is a value."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str]] = []
        self._active: set[str] = set()
        self._parked: dict[str, Parked] = {}
        self._seq = 0

    def add(self, key: str, priority: int) -> None:
        """Look at a pod: higher priority first, then first come, first served."""
        if key not in self._active:
            self._parked.pop(key, None)
            self._active.add(key)
            self._seq += 1
            heapq.heappush(self._heap, (-priority, self._seq, key))

    def pop(self) -> str | None:
        """The next pod to look at."""
        while self._heap:
            key = heapq.heappop(self._heap)[2]
            if key in self._active:
                self._active.discard(key)
                return key
        return None

    def park(self, key: str, plugins: frozenset[str], now: float, seen: int) -> None:
        """No node can take the pod for now. `seen`: the revision of the store when it was looked at."""
        self._parked[key] = Parked(plugins, now, seen)

    def forget(self, key: str) -> None:
        """The pod is gone or scheduled."""
        self._active.discard(key)
        self._parked.pop(key, None)

    def parked(self, plugins: frozenset[str], revision: int) -> list[tuple[str, frozenset[str]]]:
        """Pods that one of these plugins refused before a revision, with those that did, and pods refused for no plugin's reason;
        longest waiting first. What happened before a pod was looked at cannot help it."""
        return [
            (key, entry.plugins & plugins)
            for key, entry in self._parked.items()
            if entry.seen < revision and (not entry.plugins or entry.plugins & plugins)
        ]

    def refused_by(self, key: str) -> frozenset[str]:
        """The plugins that refused a waiting pod."""
        return self._parked[key].plugins

    def is_parked(self, key: str) -> bool:
        """Whether a pod waits for something to happen."""
        return key in self._parked

    def overdue(self, now: float) -> Iterable[str]:
        """Pods that have waited long enough to be looked at without a reason."""
        return [key for key, entry in self._parked.items() if now - entry.since >= FLUSH_SECONDS]

    def next_flush(self) -> float | None:
        """The moment of the next pod's being overdue."""
        return min((entry.since for entry in self._parked.values()), default=None)

    def save(self) -> Any:
        """The state as an immutable value."""
        return tuple(item for item in self._heap if item[2] in self._active), tuple(self._parked.items()), self._seq

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        heap, parked, self._seq = state
        self._heap = sorted(heap)
        self._active = {key for _, _, key in heap}
        self._parked = dict(parked)
