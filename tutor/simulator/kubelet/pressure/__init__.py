"""Node-pressure eviction: kubelets end pods so that their nodes do not run out of memory or disk.

Source: pkg/kubelet/eviction/eviction_manager.go. A real kubelet measures its pods every 10 seconds. This one adds up memory as it
looks at pods, and at the moments of that rhythm deals only with nodes that may be short of something, so that others cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.simulator.engine import DONE, Engine, Result
from tutor.simulator.kubelet import stopping
from tutor.simulator.kubelet.admitting import Refusal
from tutor.simulator.kubelet.evicting import CHECK_SECONDS, GRACE_SECONDS, REASON, next_check
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.pressure import disk
from tutor.simulator.kubelet.pressure.ranking import eviction_words, is_critical, ranked
from tutor.simulator.kubelet.pressure.room import Room, by_name
from tutor.simulator.kubelet.pressure.signals import (
    DISK_PRESSURE,
    MEMORY_PRESSURE,
    STORAGE,
    Signal,
)
from tutor.simulator.kubelet.state import Final, PodRecord
from tutor.simulator.objects import name_of
from tutor.simulator.resources.pod_qos import qos_class
from tutor.simulator.scheduler.matching import untolerated
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster
    from tutor.simulator.kubelet.kubelet import Kubelet

TRANSITION_SECONDS = 300.0
"""How long a condition is still reported after it was last seen (--eviction-pressure-transition-period)."""
CLEANUP_POLL, CLEANUP_SECONDS = 1.0, 30.0
"""How often a kubelet looks whether a pod it has evicted is gone, and for how long, before it looks at the node again."""
MEMORY_TAINT = {"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}
_ROUND, _NODE = "round", "node|"


class Cleanup(NamedTuple):
    """A pod that has been evicted and is not gone yet, and until when that is waited for."""

    key: str
    until: float


class Pressure:
    """The eviction managers of all nodes. Keys: the regular round, and single nodes that are short of something."""

    name = "kubelet-eviction"
    watches = ("nodes",)

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet) -> None:
        self._client = cluster.client("kubelet")
        self._engine: Engine = cluster.engine
        self._kubelet = kubelet
        self.room = Room(cluster, kubelet)
        """What nodes have and use."""
        self._seen: dict[str, dict[str, float]] = {}
        """By node: when each condition was last seen."""
        self._looked: dict[str, float] = {}
        self._cleanups: dict[str, Cleanup] = {}
        kubelet.watch_memory(self.noted, self.room.forget, self.refusal)

    # -- what kubelets tell and ask

    def noted(self, record: PodRecord) -> None:
        """A kubelet has looked at a pod. What it holds may be more than the node can bear."""
        if self.room.sums().note(record, self._client.now) > 0 and self.room.is_tight(record.node):
            self._bear(record.node)

    def refusal(self, pod: Obj, node: str) -> Refusal | None:
        """Why a node that is short of something does not take a pod (eviction_manager.go, Admit)."""
        conditions = sorted(self.conditions(node))
        if not conditions or is_critical(pod):
            return None
        if conditions == [MEMORY_PRESSURE]:
            tolerations = pod["spec"].get("tolerations") or ()
            if (
                qos_class(pod["spec"]) != "BestEffort"
                or untolerated([MEMORY_TAINT], tolerations, ["NoSchedule"]) is None
            ):
                return None
        return Refusal(REASON, f"The node had condition: [{' '.join(conditions)}]. ")

    def conditions(self, node: str) -> set[str]:
        """The pressures that a node's kubelet reports."""
        since = self._client.now - TRANSITION_SECONDS
        return {kind for kind, at in self._seen.get(node, {}).items() if at > since}

    # -- something beside Kubernetes

    def take_memory(self, node: str, left: int) -> None:
        """Let a process that is no pod's take a node's memory but for so many bytes."""
        self.room.take_memory(node, left)
        self._bear(node)

    def take_disk(self, node: str, left: float) -> None:
        """Let files that are no pod's fill a node's disk but for a part of it."""
        self.room.take_disk(node, left)
        self._bear(node)

    def give_back(self, node: str, *, memory: bool = False, disk: bool = False) -> None:
        """Take that away again."""
        self.room.give_back(node, memory=memory, disk=disk)
        self._bear(node)

    # -- looking

    def observe(self, change: Change) -> Iterable[str]:
        """The first node begins the rounds."""
        return (_ROUND,) if change.type == "ADDED" else ()

    def resync(self) -> Iterable[str]:
        """The round."""
        return (_ROUND,)

    def reconcile(self, key: str) -> Result:
        """Look at the nodes that may be short of something, at the moments at which kubelets do."""
        wait = next_check(self._client.now - 1e-3) - self._client.now
        if key == _ROUND:
            nodes = self._client.list("nodes")
            if wait < 1e-3:
                for name in [name_of(node) for node in nodes]:
                    self._look_at(name)
                wait = CHECK_SECONDS
            return Result(wait, housekeeping=True) if nodes else DONE
        node = key.removeprefix(_NODE)
        cleanup = self._cleanups.get(node)
        if cleanup is not None:
            if not self._is_gone(cleanup):
                return Result(CLEANUP_POLL)
            del self._cleanups[node]
            self._looked.pop(node, None)
        elif wait >= 1e-3:
            return Result(wait)
        self._look_at(node)
        return Result(CLEANUP_POLL) if node in self._cleanups else DONE

    def _bear(self, node: str) -> None:
        """A node has more to bear: its kernel acts at once, its kubelet in time."""
        if self.room.node(node) is None:
            return
        self.room.kill_for_memory(node)
        if any(signal.is_met for signal in self._signals(node)):
            self._engine.enqueue(self.name, _NODE + node)

    def _look_at(self, name: str) -> None:
        now = self._client.now
        node = self.room.node(name)
        if node is None or not self._kubelet.is_running(name) or name in self._cleanups:
            return
        if self._looked.get(name) == now or not self._is_suspect(name):
            return
        self._looked[name] = now
        self.room.sums().refresh(name, self._kubelet.records, now)
        self.room.kill_for_memory(name)
        before = self.conditions(name)
        met = [signal for signal in self._signals(name) if signal.is_met]
        seen = {kind: at for kind, at in self._seen.get(name, {}).items() if kind in before}
        seen |= {signal.condition: now for signal in met}
        if seen:
            self._seen[name] = seen
        else:
            self._seen.pop(name, None)
        if self.conditions(name) != set(shown_pressures(node)):
            self._kubelet.report_soon(name)
        if met:
            self._reclaim(name, met[0])

    def _is_suspect(self, node: str) -> bool:
        """Whether a node may be short of something, was of late or shows so."""
        sums = self.room.sums()
        if node in self._seen or any(self.room.taken(node)) or node in sums.varying_nodes():
            return True
        return self.room.memory_signal(node).is_met

    def _signals(self, node: str) -> list[Signal]:
        """Memory before all others (helpers.go, byEvictionPriority). What pods can write is little beside a disk, so a disk on which
        there is nothing but pods and images is not looked at."""
        found = [self.room.memory_signal(node)]
        if self.room.taken(node).disk or DISK_PRESSURE in self._seen.get(node, {}):
            found += self.room.disk_signals(node)
        return found

    # -- doing something about it

    def _reclaim(self, name: str, signal: Signal) -> None:
        """Make room on a node: images that nobody uses go first, then one pod."""
        text = f"Attempting to reclaim {signal.resource}"
        self._kubelet.recorder(name).warning(by_name(name), "EvictionThresholdMet", text)
        if signal.resource == STORAGE:
            disk.remove_unused_images(self._kubelet, self.room.pods(name), name)
            if not any(again.is_met for again in self._signals(name)):
                return
        for look in ranked(self.room.pods(name), signal.resource):
            if not is_critical(look.pod):
                self._evict(look, signal)
                return

    def _evict(self, look: Look, signal: Signal) -> None:
        record = look.record
        words = eviction_words(look, signal)
        self._kubelet.recorder(record.node).warning(look.pod, REASON, words.message, annotations=words.annotations)
        record.final = Final(REASON, words.message, disrupted=True)
        stopping.begin_pod_stop(look, GRACE_SECONDS)
        self._cleanups[record.node] = Cleanup(record.key, self._client.now + CLEANUP_SECONDS)
        self._engine.enqueue(self._kubelet.name, record.key)
        self._engine.enqueue(self.name, _NODE + record.node)

    def _is_gone(self, cleanup: Cleanup) -> bool:
        record = self._kubelet.records.get(cleanup.key)
        return record is None or record.stage == "stopped" or self._client.now >= cleanup.until - 1e-6

    # -- saving

    def save(self) -> Any:
        """What was seen, what is being waited for, and what the room is."""
        seen = {node: dict(kinds) for node, kinds in self._seen.items()}
        return seen, dict(self._looked), dict(self._cleanups), self.room.save()

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        seen, looked, cleanups, room = state
        self._seen = {node: dict(kinds) for node, kinds in seen.items()}
        self._looked, self._cleanups = dict(looked), dict(cleanups)
        self.room.load(room)


def shown_pressures(node: Obj) -> Iterable[str]:
    """The pressures that a node's status shows."""
    kinds = (MEMORY_PRESSURE, DISK_PRESSURE)
    return [c["type"] for c in node["status"].get("conditions") or () if c["type"] in kinds and c["status"] == "True"]
