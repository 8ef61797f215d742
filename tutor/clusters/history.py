"""Who wrote what in a cluster, in order: what the story of a command is told from."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from tutor.simulator.store import Change, Store

KEPT = 5_000
"""Changes that are remembered."""


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One write. `at` is the cluster's time in seconds since 1970; `actor` is who wrote, as the cluster names it, empty
    where that is not known; `old` is what the object was before, None for a new one."""

    at: float
    actor: str
    type: Literal["ADDED", "MODIFIED", "DELETED"]
    obj: Mapping[str, Any]
    old: Mapping[str, Any] | None


class History(Protocol):
    """What has been written lately. Safe to use from any thread."""

    @property
    def last(self) -> int:
        """The number of the newest change; numbers rise by one."""

    @property
    def complete(self) -> bool:
        """Whether it names everybody who wrote; one made by watching does not."""

    def since(self, number: int) -> list[ObjectChange]:
        """The changes after a number that are still remembered, oldest first."""


class ChangeLog:
    """A history that is written as changes come."""

    def __init__(self, *, complete: bool) -> None:
        self.complete = complete
        self._changes: deque[ObjectChange] = deque(maxlen=KEPT)
        self._last = 0
        self._lock = threading.Lock()

    @property
    def last(self) -> int:
        """See `History.last`."""
        return self._last

    def add(self, change: ObjectChange) -> None:
        """Remember one more."""
        with self._lock:
            self._changes.append(change)
            self._last += 1

    def since(self, number: int) -> list[ObjectChange]:
        """See `History.since`."""
        with self._lock:
            missing = max(0, self._last - number)
            return list(self._changes)[-missing:] if missing else []


def history_of(store: Store) -> ChangeLog:
    """The history of a simulated cluster from now on."""
    log = ChangeLog(complete=True)

    def take(change: Change) -> None:
        log.add(ObjectChange(change.at, change.actor, change.type, change.obj, change.old))

    store.subscribe(take)
    return log
