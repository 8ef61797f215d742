"""How much room there is on nodes: what they have, what pods hold, and what something beside Kubernetes has taken.

A node's kernel is here too: it makes room at once where there is none.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.simulator import quantity
from tutor.simulator.controllers.placed import pods_on
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.nodes import SYSTEM_DISK, SYSTEM_MEMORY
from tutor.simulator.kubelet.pressure import disk, kernel
from tutor.simulator.kubelet.pressure.memory import NodeMemory
from tutor.simulator.kubelet.pressure.signals import STORAGE, Signal, disk_signals, memory_signal
from tutor.simulator.kubelet.state import PodRecord
from tutor.simulator.objects import uid_of
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster
    from tutor.simulator.kubelet.kubelet import Kubelet


class Taken(NamedTuple):
    """Bytes of a node's memory and disk that something beside Kubernetes has taken."""

    memory: int = 0
    disk: int = 0


@functools.cache
def _amount(text: str) -> int:
    return quantity.whole(text)


class Room:
    """The room on all nodes."""

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet) -> None:
        self._client = cluster.client("kubelet")
        self._engine = cluster.engine
        self._kubelet = kubelet
        self._memory = NodeMemory()
        self._stale = True
        self._taken: dict[str, Taken] = {}

    # -- what nodes have

    def node(self, name: str) -> Obj | None:
        """A node whose kubelet has told how large it is; None for others, which have no kubelet."""
        node = self._client.get("nodes", "", name)
        return node if node is not None and "memory" in ((node.get("status") or {}).get("capacity") or ()) else None

    def _capacity(self, name: str, resource: str) -> int:
        node = self.node(name)
        assert node is not None  # nobody asks for a node without a kubelet
        return _amount(node["status"]["capacity"][resource])

    def pods(self, node: str) -> list[Look]:
        """The pods of a node that its kubelet runs."""
        found = []
        for pod in pods_on(self._client.store, node):
            look = self._kubelet.look_at(pod)
            if look is not None and look.record.stage == "running" and look.record.uid == uid_of(pod):
                found.append(look)
        return found

    # -- what is used

    def sums(self) -> NodeMemory:
        """The memory of the pods of all nodes."""
        if self._stale:
            self._stale = False
            self._memory.rebuild(self._kubelet.records.values(), self._client.now)
        return self._memory

    def forget(self, record: PodRecord) -> None:
        """A pod has left its node."""
        if not self._stale:
            self._memory.forget(record)

    def beside_pods(self, node: str) -> int:
        """Bytes of memory that the processes of a node hold that are no pod's."""
        return SYSTEM_MEMORY + self.taken(node).memory

    def _used(self, node: str) -> int:
        return self.sums().of_node(node) + self.beside_pods(node)

    def memory_signal(self, node: str) -> Signal:
        """memory.available"""
        return memory_signal(self._capacity(node, "memory"), self._used(node))

    def is_tight(self, node: str) -> bool:
        """Whether there is too little memory on a node, or something has been taken of its disk."""
        return self.node(node) is not None and (self.memory_signal(node).is_met or self.taken(node).disk > 0)

    def disk_signals(self, node: str) -> list[Signal]:
        """imagefs.available, nodefs.available"""
        used = SYSTEM_DISK + self.taken(node).disk + disk.used(self._kubelet, self.pods(node), node)
        return disk_signals(self._capacity(node, STORAGE), used)

    # -- something beside Kubernetes

    def taken(self, node: str) -> Taken:
        """What something beside Kubernetes has of a node."""
        return self._taken.get(node, Taken())

    def take_memory(self, node: str, left: int) -> None:
        """Let a process that is no pod's take a node's memory but for so many bytes."""
        took = self.taken(node)
        more = max(0, self.memory_signal(node).available - left)
        self._set_taken(node, took._replace(memory=took.memory + more))

    def take_disk(self, node: str, left: float) -> None:
        """Let files that are no pod's fill a node's disk but for a part of it."""
        took = self.taken(node)
        more = max(0, self.disk_signals(node)[0].available - int(self._capacity(node, STORAGE) * left))
        self._set_taken(node, took._replace(disk=took.disk + more))

    def give_back(self, node: str, *, memory: bool, disk: bool) -> None:
        """Take that away again."""
        took = self.taken(node)
        self._set_taken(node, Taken(0 if memory else took.memory, 0 if disk else took.disk))

    def _set_taken(self, node: str, taken: Taken) -> None:
        if any(taken):
            self._taken[node] = taken
        else:
            self._taken.pop(node, None)

    # -- the kernel

    def kill_for_memory(self, node: str) -> None:
        """The kernel kills containers until the rest fits into the node's memory."""
        now, capacity = self._client.now, self._capacity(node, "memory")
        if self._used(node) <= capacity:
            return
        running = [(look, own) for look in self.pods(node) for own in look.record.running()]
        running.sort(key=lambda one: (-kernel.score(one[0].pod, one[1], capacity, now), one[0].record.key, one[1].name))
        for look, own in running:
            container = own.current.container if own.current is not None else None
            if self._used(node) <= capacity:
                return
            if container is not None and container.exit_code is None:
                words = kernel.victim_words(look.record, own)
                container.kill_for_memory(now)
                self._memory.note(look.record, now)
                self._engine.enqueue(self._kubelet.name, look.record.key)
                self._kubelet.recorder(node).warning(by_name(node), "SystemOOM", words)

    # -- saving

    def save(self) -> Any:
        """What is taken; the rest is worked out anew."""
        return dict(self._taken)

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._taken = dict(state)
        self._stale = True


def by_name(node: str) -> Obj:
    """A node as the eviction manager refers to it in events: without its uid."""
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}
