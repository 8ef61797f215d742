"""Which resizes of its pods a kubelet takes: those the node has room for beside its other pods. The others wait.

Source: pkg/kubelet/allocation/allocation_manager.go; pkg/kubelet/kubelet.go (HandlePodUpdates, HandlePodRemoves,
HandlePodReconcile). What a kubelet may call infeasible (swap, static CPU and memory managers, volumes in memory) does not exist on
simulated nodes, so every resize they cannot take now is deferred. How containers get what was admitted is in `resizing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.simulator.engine import Engine
from tutor.simulator.kubelet.admitting import Refusal
from tutor.simulator.kubelet.allocated import amounts_of, asks_for_other
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.resize_messages import DEFERRED, message
from tutor.simulator.kubelet.state import PodRecord, ResizeState
from tutor.simulator.objects import split_key
from tutor.simulator.resources.pod_qos import qos_class
from tutor.simulator.scheduler.requests import amounts, pod_requests
from tutor.simulator.scheduler.snapshot import ENDED
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.kubelet.kubelet import Kubelet

KEY = "resizes|"
"""What the kubelet's keys for a node's waiting resizes begin with."""
RETRY_SECONDS = 180.0
"""From one look at the resizes that wait to the next, if nothing calls for one before."""
START_SECONDS = 30.0
"""A kubelet that has just started does not know all its pods yet, and looks again after this long."""


def _requested(pod: Obj) -> dict[str, int]:
    """What the containers of a pod have, by their statuses."""
    return amounts(((pod.get("status") or {}).get("resources") or {}).get("requests"))


def makes_room(change: Change) -> bool:
    """Whether a pod has left its node some room: it is gone, it has ended, or it has got less."""
    old = change.old
    if change.type == "DELETED" or old is None:
        return change.type == "DELETED"
    phases = [(pod.get("status") or {}).get("phase") for pod in (change.obj, old)]
    if phases[0] in ENDED and phases[1] not in ENDED:
        return True
    new, before = _requested(change.obj), _requested(old)
    return any(new.get(name, 0) < before.get(name, 0) for name in ("cpu", "memory"))


class Resizes:
    """The resizes that wait, by node."""

    def __init__(self, kubelet: Kubelet, engine: Engine, refusal: Callable[[Obj, PodRecord], Refusal | None]) -> None:
        self._kubelet = kubelet
        self._engine = engine
        self._refusal = refusal
        self._waiting: dict[str, set[str]] = {}
        self._started: dict[str, float] = {}

    def keys(self, change: Change) -> tuple[str, ...]:
        """The key to look at after a change of a pod that makes room for a resize which waits."""
        node = change.obj["spec"]["nodeName"]
        return (KEY + node,) if self._waiting.get(node) and makes_room(change) else ()

    def note(self, pod: Obj, record: PodRecord) -> None:
        """A pod has changed. If it asks for other amounts than were admitted, that is decided now."""
        if not asks_for_other(pod, record):
            record.resize_pending = None
            self.forget(record)
            return
        self._waiting.setdefault(record.node, set()).add(record.key)
        self.retry(record.node)

    def forget(self, record: PodRecord) -> None:
        """A pod asks for nothing else any more, or is gone."""
        self._waiting.get(record.node, set()).discard(record.key)

    def begin(self, node: str) -> None:
        """The kubelet of a node has started."""
        self._started[node] = self._engine.clock.now
        self.retry(node)

    def retry(self, node: str) -> None:
        """Decide anew on all resizes that wait, and plan to do so again for those that still do."""
        now = self._engine.clock.now
        waiting = self._waiting.get(node)
        if not waiting:
            return
        delay = START_SECONDS
        if self._started.get(node) != now:
            delay = RETRY_SECONDS
            for look in self._in_order(waiting):
                self._decide(look)
        if waiting:
            self._engine.clock.schedule(self._kubelet.name, KEY + node, now + delay, housekeeping=True)

    def _in_order(self, keys: set[str]) -> list[Look]:
        found = [look for key in sorted(keys) if (look := self._look(key)) is not None]
        return sorted(found, key=_rank)

    def _look(self, key: str) -> Look | None:
        pod = self._kubelet.known_pod(*split_key(key.partition("|")[2]))
        return None if pod is None else self._kubelet.look_at(pod)

    def _decide(self, look: Look) -> None:
        record, pod, now = look.record, look.asked, look.now
        if record.stage == "stopped":  # a kubelet keeps no amounts for pods that have ended
            record.resize_pending = None
            self.forget(record)
            return
        generation = pod["metadata"].get("generation", 1)
        before = record.resize_pending
        refusal = self._refusal(pod, record)
        if refusal is None:
            record.allocated, record.resize_pending = amounts_of(pod), None
            record.resize_in_progress = ResizeState(generation, now, now)
            self.forget(record)
            look.event("Normal", "ResizeStarted", message(pod, "started", generation))
        else:
            since = before.since if before is not None else now
            record.resize_pending = ResizeState(generation, since, now, DEFERRED, refusal.message)
            if before is None or before.generation != generation:
                look.event("Warning", "ResizeDeferred", message(pod, refusal.reason, generation, refusal.message))
        record.want_sync(now)
        self._engine.enqueue(self._kubelet.name, record.key)

    def save(self) -> Any:
        """What waits."""
        return {node: frozenset(keys) for node, keys in self._waiting.items() if keys}, dict(self._started)

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        waiting, started = state
        self._waiting, self._started = {node: set(keys) for node, keys in waiting.items()}, dict(started)


def _rank(look: Look) -> tuple[bool, int, bool, float]:
    """Which resize comes first (sortPendingResizes): one that needs no more than before, then by priority, then one of a pod with
    guaranteed amounts, then the one that waits longest."""
    spec, pending = look.asked["spec"], look.record.resize_pending
    wanted, admitted = pod_requests(spec), pod_requests(look.pod["spec"])
    more = any(wanted.get(name, 0) > admitted.get(name, 0) for name in ("cpu", "memory"))
    since = pending.since if pending is not None else float("inf")
    return more, -(spec.get("priority") or 0), qos_class(spec) != "Guaranteed", since
