"""Runs the cluster's actors (controllers, scheduler, kubelets) one key at a time on the virtual clock.

An actor is told of changes in the store and says which keys it wants to look at; looking is `reconcile(key)`. Everything an
actor remembers between two looks is in API objects or in state it can save, so stopping an actor is not calling it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.simulator.clock import Clock
from tutor.simulator.errors import ApiError
from tutor.simulator.store import Change, Store

log = logging.getLogger(__name__)

SETTLED_RETRY_SECONDS = 1.0
"""From this delay on a retry is waiting rather than work."""

MAX_STEPS = 5_000_000
"""How many looks without time passing mean that actors are chasing each other."""


@dataclass(frozen=True, slots=True)
class Result:
    """When an actor wants to see a key again, in seconds; None: when something changes. Housekeeping (a lease renewed, a
    periodic sync) does not keep a cluster from counting as settled."""

    requeue_after: float | None = None
    housekeeping: bool = False


DONE = Result()


class Actor(Protocol):
    """Something that drives objects towards their desired state."""

    @property
    def name(self) -> str:
        """Unique; the name that its writes are recorded under."""

    @property
    def watches(self) -> Iterable[str]:
        """Ids of the resources whose changes it is told of."""

    def observe(self, change: Change) -> Iterable[str]:
        """The keys that a change makes worth a look. Must be quick and must not write."""

    def resync(self) -> Iterable[str]:
        """All keys worth a look, for when it starts."""

    def reconcile(self, key: str) -> Result:
        """Look at one key and do what is needed now."""

    def save(self) -> Any:
        """What it remembers outside of API objects, as an immutable value; None when nothing."""

    def load(self, state: Any) -> None:
        """Go back to what `save` returned."""


class Retry(Exception):
    """A look could not do its work for a reason outside of the actor (a quota, a conflict): it is tried again with back-off, after
    `first` seconds and then twice as long each time, at most `most`. The defaults are those of client-go's rate limiter."""

    def __init__(self, why: str = "", *, first: float = 0.005, most: float = 1000.0) -> None:
        super().__init__(why)
        self.first, self.most = first, most


class Unsettled(RuntimeError):
    """The cluster went on working without time passing; a defect of an actor."""


class Engine:
    """The work queue of all actors and the passing of time."""

    def __init__(self, clock: Clock, store: Store, *, strict: bool = False) -> None:
        self.clock = clock
        self.store = store
        self.strict = strict
        """Let an actor's exception through (tests) in place of logging it and trying the key again later."""
        self._actors: dict[str, Actor] = {}
        self._stopped: set[str] = set()
        self._held: frozenset[str] = frozenset()
        self.lateness = 0.0
        """Seconds by which all actors are late, beside the delays of their own."""
        self._delays: dict[str, float] = {}
        self._by_resource: dict[str, list[Actor]] = {}
        self._ready: deque[tuple[str, str]] = deque()
        self._queued: set[tuple[str, str]] = set()
        self._failures: dict[tuple[str, str], int] = {}
        self._latest = ("", "")
        store.subscribe(self._on_change)

    # -- actors

    def add(self, actor: Actor) -> None:
        """Start an actor."""
        self._actors[actor.name] = actor
        for resource in actor.watches:
            self._by_resource.setdefault(resource, []).append(actor)
        self._enqueue_all(actor)

    def follow(self, name: str, resource: str) -> None:
        """Tell an actor of one more resource from now on. Raises KeyError for an unknown name."""
        actor = self._actors[name]
        following = self._by_resource.setdefault(resource, [])
        if actor not in following:
            following.append(actor)

    def actors(self) -> dict[str, bool]:
        """The actors' names and whether each is running."""
        return {name: name not in self._stopped for name in self._actors}

    def stop(self, name: str) -> None:
        """Let an actor do nothing until it is started again. Raises KeyError for an unknown name."""
        self._stopped.add(self._actors[name].name)

    def start(self, name: str) -> None:
        """Start a stopped actor: it looks at everything anew, as a restarted program does."""
        actor = self._actors[name]
        self._stopped.discard(name)
        self._enqueue_all(actor)

    def hold(self, but: Collection[str]) -> None:
        """Let no actor do anything but these, until they are released; whether they are stopped besides stays as it is."""
        self._held = frozenset(self._actors) - frozenset(but)

    def release(self, first: str) -> None:
        """Let the actors that were held go on, one of them before all others: each looks at everything anew."""
        held, self._held = self._held, frozenset()
        for name in sorted(held - self._stopped, key=lambda name: name != first):
            self._enqueue_all(self._actors[name])

    def slow(self, name: str, seconds: float) -> None:
        """Let an actor get to its keys only this much later than it could; 0: as soon as it can. Raises KeyError for an unknown
        name."""
        if seconds > 0:
            self._delays[self._actors[name].name] = seconds
        else:
            self._delays.pop(self._actors[name].name, None)

    def delays(self) -> dict[str, float]:
        """By how many seconds actors are late, for those that are."""
        return dict(self._delays)

    def _enqueue_all(self, actor: Actor) -> None:
        for key in actor.resync():
            self.enqueue(actor.name, key)

    def enqueue(self, actor: str, key: str) -> None:
        """Let an actor look at a key as soon as its turn comes."""
        delay = self._delays.get(actor, 0.0) + self.lateness
        if not delay:
            self._push(actor, key)
            return
        due = self.clock.now + delay
        planned = self.clock.due_of(actor, key)
        if planned is None or planned > due:
            self.clock.schedule(actor, key, due)

    def look_now(self, actor: str, key: str) -> None:
        """Let an actor look at a key at once, late or not: somebody waits for what is done there."""
        self._push(actor, key)

    def _push(self, actor: str, key: str) -> None:
        item = (actor, key)
        if item not in self._queued:
            self._queued.add(item)
            self._ready.append(item)

    def _on_change(self, change: Change) -> None:
        for actor in self._by_resource.get(change.resource, ()):
            for key in actor.observe(change):
                self.enqueue(actor.name, key)

    # -- running

    def run_ready(self) -> int:
        """Do all work that is due now; returns how many looks it took."""
        steps = 0
        while self.step():
            steps += 1
            if steps > MAX_STEPS:
                raise Unsettled(f"{self._latest[0]} is still busy with {self._latest[1]} after {steps} looks")
        return steps

    def step(self) -> bool:
        """Do one look that is due now; says whether there was one."""
        while (timer := self.clock.pop_due()) is not None:
            self._push(timer.actor, timer.key)
        if not self._ready:
            return False
        item = self._ready.popleft()
        self._queued.discard(item)
        self._latest = item
        self._look(*item)
        return True

    def _look(self, name: str, key: str) -> None:
        if name in self._stopped or name in self._held:
            return
        self.clock.cancel(name, key)
        try:
            result = self._actors[name].reconcile(key)
        except Retry as error:
            log.debug("%s will retry %s: %s", name, key, error)
            self._retry(name, key, error)
            return
        except Exception as error:
            if isinstance(error, ApiError) and error.namespace_terminating:
                # A controller may not have heard yet that the namespace goes: no defect, and over when the namespace is gone.
                self._retry(name, key, Retry())
                return
            if self.strict:
                raise
            log.warning("%s failed on %s: %r", name, key, error)
            self._retry(name, key, Retry())
            return
        self._failures.pop((name, key), None)
        if result.requeue_after is not None:
            due = self.clock.now + max(result.requeue_after, 0.0)
            self.clock.schedule(name, key, due, housekeeping=result.housekeeping)

    def _retry(self, name: str, key: str, retry: Retry) -> None:
        """Try again later. What has failed for a while does not keep the cluster from counting as settled."""
        count = self._failures.get((name, key), 0)
        self._failures[name, key] = count + 1
        delay = min(retry.first * 2 ** min(count, 20), retry.most)
        self.clock.schedule(name, key, self.clock.now + delay, housekeeping=delay >= SETTLED_RETRY_SECONDS)

    def advance_to(self, moment: float) -> None:
        """Let time pass up to a moment, doing all work on the way."""
        self.run_ready()
        while (due := self.clock.next_due()) is not None and due <= moment:
            self.clock.now = max(due, self.clock.now)
            self.run_ready()
        self.clock.now = max(moment, self.clock.now)

    def advance(self, seconds: float) -> None:
        """Let this much time pass."""
        self.advance_to(self.clock.now + seconds)

    def run_until_settled(self, limit: float = 600.0) -> bool:
        """Let time pass until nothing but housekeeping is planned, `limit` seconds at most; says whether that was reached."""
        end = self.clock.now + limit
        self.run_ready()
        while self.clock.has_work():
            due = self.clock.next_due()
            if due is None or due > end:
                self.advance_to(end)
                return False
            self.advance_to(due)
        return True

    def idle(self) -> bool:
        """Whether nothing is waiting to be looked at now."""
        due = self.clock.next_due()
        return not self._ready and (due is None or due > self.clock.now)

    # -- saving

    def save(self) -> tuple[Any, ...]:
        """Queues and actors' state as a value."""
        states = {name: actor.save() for name, actor in self._actors.items()}
        held = (self._held, self.lateness)
        return frozenset(self._stopped), tuple(self._ready), dict(self._failures), states, dict(self._delays), held

    def load(self, state: tuple[Any, ...]) -> None:
        """Go back to a saved state."""
        stopped, ready, failures, states, delays, (self._held, self.lateness) = state
        self._delays = dict(delays)
        self._stopped = set(stopped)
        self._ready = deque(ready)
        self._queued = set(ready)
        self._failures = dict(failures)
        for name, actor in self._actors.items():
            actor.load(states.get(name))
