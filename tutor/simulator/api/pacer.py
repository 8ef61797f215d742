"""Lets a cluster's time follow the wall clock: at a rate, paused, or ahead of it when someone fast-forwards.

Work is done in slices of a few milliseconds, each under the cluster's lock, so that requests are answered in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tutor.simulator.api.handler import Api

SLICE_SECONDS = 0.01
"""Wall time that one slice of work takes at most (but for the last reconcile in it)."""
MAX_LAG_SECONDS = 1.0
"""A cluster that cannot keep up is this far behind the wall clock at most: beyond it, its time simply passes more slowly."""
OFFSET_SLACK_SECONDS = 1.0
"""Dates are shifted only when the clocks differ by more than this, and again only when the difference changes by as much."""


class Pacer:
    """The clock control of a cluster. Methods may be called from any thread."""

    def __init__(self, api: Api, wall: Callable[[], float] = time.time) -> None:
        self._api = api
        self._cluster = api.cluster
        self._wall = wall
        self._rate = 1.0
        self._paused = False
        self._anchor()
        self.changed: Callable[[], None] = lambda: None
        """Called when the pace has changed, so that the host plans its next slice anew."""

    def _anchor(self) -> None:
        self._wall_start = self._wall()
        self._virtual_start = self._cluster.clock.now

    def _target(self) -> float:
        """Where the cluster's time should be now."""
        if self._paused:
            return self._virtual_start
        return self._virtual_start + (self._wall() - self._wall_start) * self._rate

    # -- control

    @property
    def rate(self) -> float:
        """Cluster seconds a wall second."""
        return self._rate

    @property
    def paused(self) -> bool:
        """Whether time stands still. Requests are still answered, and what is due at this moment is still done."""
        return self._paused

    def now(self) -> float:
        """The cluster's time, seconds since the epoch."""
        return self._cluster.clock.now

    def pause(self) -> None:
        """Let time stand still."""
        self._set(paused=True)

    def resume(self) -> None:
        """Let time pass again."""
        self._set(paused=False)

    def set_rate(self, rate: float) -> None:
        """Let time pass faster or slower. Raises ValueError for a rate that is not positive."""
        if rate <= 0:
            raise ValueError("the rate of time must be positive; use pause() to stop it")
        self._set(rate=rate)

    def _set(self, *, rate: float | None = None, paused: bool | None = None) -> None:
        with self._cluster.lock:
            self.follow()
            self._anchor()
            self._rate = self._rate if rate is None else rate
            self._paused = self._paused if paused is None else paused
        self.changed()

    def advance(self, seconds: float) -> None:
        """Let this much time pass at once, doing all work on the way."""
        end = self._cluster.clock.now + seconds
        while True:
            with self._cluster.lock:
                done = self._slice(end)
            if done:
                break
        self._moved()

    def settle(self, limit_seconds: float = 600.0) -> bool:
        """Let time pass until nothing but housekeeping is planned, or the limit is reached; says whether it was."""
        end = self._cluster.clock.now + limit_seconds
        while True:
            with self._cluster.lock:
                due = self._cluster.clock.next_due()
                if self._slice(self._cluster.clock.now) and not self._cluster.clock.has_work():
                    settled = True
                    break
                if due is not None and due > end:
                    settled = False
                    break
                if due is not None:
                    self._slice(due)
        self._moved()
        return settled

    def restored(self) -> None:
        """The cluster was set to a saved state: its time goes on from there."""
        self._moved()

    def _moved(self) -> None:
        with self._cluster.lock:
            self._anchor()
            self._redate()
        self.changed()

    # -- following

    def follow(self) -> float | None:
        """Bring the cluster to where the wall clock says it should be, for one slice; gives the seconds until there is more to
        do (0: at once; None: not before something happens)."""
        with self._cluster.lock:
            target = self._target()
            done = self._slice(target)
            if not done and target - self._cluster.clock.now > MAX_LAG_SECONDS:
                self._anchor()
            self._redate()
            return self._pause_until_next() if done else 0.0

    def _slice(self, end: float) -> bool:
        """Work for a slice of wall time; says whether everything up to `end` is done. Holds the lock."""
        engine, clock = self._cluster.engine, self._cluster.clock
        stop = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < stop:
            if engine.step():
                continue
            due = clock.next_due()
            if due is None or due > end:
                clock.now = max(clock.now, end)
                return True
            clock.now = max(clock.now, due)
        return False

    def _pause_until_next(self) -> float | None:
        due = self._cluster.clock.next_due()
        if due is None or self._paused:
            return None
        return max((due - self._target()) / self._rate, 0.0)

    def _redate(self) -> None:
        difference = self._wall() - self._cluster.clock.now
        if abs(difference - self._api.offset) > OFFSET_SLACK_SECONDS:
            self._api.offset = round(difference)
