"""A picture of the nodes and what runs on them, kept up to date from changes in the store, for the scheduler and for kubelets.

It is worked out of API objects and never saved: after a restore it is built anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tutor.simulator.objects import deleting, labels_of, name_of, uid_of
from tutor.simulator.scheduler.requests import Amounts, HostPort, PodInfo, amounts, pod_info, reported
from tutor.simulator.store import Change, Obj, Store

ENDED = ("Succeeded", "Failed")


@dataclass(slots=True)
class NodeInfo:
    """A node, the pods assigned to it and the sums of what they ask for."""

    name: str
    node: Obj | None = None
    allocatable: Amounts = field(default_factory=dict)
    requested: Amounts = field(default_factory=dict)
    compared: Amounts = field(default_factory=dict)
    pods: dict[str, PodInfo] = field(default_factory=dict)
    ports: list[HostPort] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: list[dict[str, str]] = field(default_factory=list)
    nominated: dict[str, PodInfo] = field(default_factory=dict)
    """Pods without a node for which room is being made on this one."""
    version: int = 0
    """Rises with every change, so that results worked out for the node can be kept until then."""

    def set_node(self, node: Obj | None) -> None:
        """The node object is new, changed or gone."""
        self.node = node
        self.allocatable = amounts(node.get("status", {}).get("allocatable")) if node else {}
        self.labels = labels_of(node) if node else {}
        self.taints = (node["spec"].get("taints") or []) if node else []
        self.version += 1

    def add(self, info: PodInfo) -> None:
        """A pod is assigned to the node."""
        self.pods[uid_of(info.pod)] = info
        self._count(info, 1)
        self.ports.extend(info.ports)

    def remove(self, uid: str) -> PodInfo | None:
        """A pod has left the node."""
        info = self.pods.pop(uid, None)
        if info is not None:
            self._count(info, -1)
            for port in info.ports:
                self.ports.remove(port)
        return info

    def _count(self, info: PodInfo, sign: int) -> None:
        self.version += 1
        for total, more in ((self.requested, info.requests), (self.compared, info.compared)):
            for name, amount in more.items():
                total[name] = total.get(name, 0) + sign * amount

    def copy(self) -> NodeInfo:
        """A copy to try things out on."""
        return NodeInfo(
            self.name,
            self.node,
            self.allocatable,
            dict(self.requested),
            dict(self.compared),
            dict(self.pods),
            list(self.ports),
            self.labels,
            self.taints,
            self.nominated,
            self.version,
        )

    def beside_nominated(self, pod: Obj, priority: int) -> NodeInfo | None:
        """The node as it will be for a pod that has to leave room for those nominated to run here, which are those of no lower
        priority; None when there are none (framework/runtime/framework.go, addGENominatedPods)."""
        others = [info for uid, info in self.nominated.items() if info.priority >= priority and uid != uid_of(pod)]
        if not others:
            return None
        node = self.copy()
        for info in others:
            node.add(info)
        return node


class Snapshot:
    """All nodes by name."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._nodes: dict[str, NodeInfo] = {}
        self._ready: list[NodeInfo] | None = None
        self._anti: dict[str, PodInfo] = {}
        self._affine: set[str] = set()
        self._stale = True
        store.subscribe(self._on_change)
        store.on_reset(self._on_reset)

    def _on_reset(self) -> None:
        self._stale = True

    def nodes(self) -> dict[str, NodeInfo]:
        """Infos of all names that have a node or a pod assigned."""
        if self._stale:
            self._rebuild()
        return self._nodes

    def ready_nodes(self) -> list[NodeInfo]:
        """Infos of the nodes that exist, in the order they were added."""
        nodes = self.nodes()
        if self._ready is None:
            self._ready = [info for info in nodes.values() if info.node is not None]
        return self._ready

    def with_anti_affinity(self) -> Iterable[PodInfo]:
        """The assigned pods that keep others away."""
        self.nodes()
        return self._anti.values()

    def has_affine_pods(self) -> bool:
        """Whether any assigned pod has inter-pod affinity."""
        self.nodes()
        return bool(self._affine)

    def _rebuild(self) -> None:
        self._stale = False
        self._ready = None
        self._nodes, self._anti, self._affine = {}, {}, set()
        for node in self._store.list("nodes"):
            self._info(name_of(node)).set_node(node)
        for pod in self._store.list("pods"):
            self._put(pod)
            self._nominate(pod)

    def _info(self, name: str) -> NodeInfo:
        info = self._nodes.get(name)
        if info is None:
            info = self._nodes[name] = NodeInfo(name)
        return info

    def _on_change(self, change: Change) -> None:
        if self._stale or change.resource not in ("nodes", "pods"):
            return
        if change.resource == "nodes":
            if change.type != "MODIFIED":
                self._ready = None
            self._info(name_of(change.obj)).set_node(None if change.type == "DELETED" else change.obj)
            return
        if change.old is not None and nominated_node(change.old):
            self._info(nominated_node(change.old)).nominated.pop(uid_of(change.old), None)
        if change.type == "DELETED":
            self._drop(change.obj)
            return
        self._nominate(change.obj)
        if _matters(change):
            if change.old is not None:
                self._drop(change.old)
            self._put(change.obj)

    def _nominate(self, pod: Obj) -> None:
        name = nominated_node(pod)
        if name:
            there = {**pod, "spec": {**pod["spec"], "nodeName": name}}
            self._info(name).nominated[uid_of(pod)] = pod_info(there)

    def _put(self, pod: Obj) -> None:
        if is_assigned(pod):
            info = pod_info(pod)
            self._info(pod["spec"]["nodeName"]).add(info)
            if info.anti_affinity:
                self._anti[uid_of(pod)] = info
            if info.has_affinity:
                self._affine.add(uid_of(pod))

    def _drop(self, pod: Obj) -> None:
        name = pod["spec"].get("nodeName")
        if name in self._nodes:
            self._nodes[name].remove(uid_of(pod))
            self._anti.pop(uid_of(pod), None)
            self._affine.discard(uid_of(pod))


def is_assigned(pod: Obj) -> bool:
    """Whether a pod takes room on a node."""
    return bool(pod["spec"].get("nodeName")) and pod.get("status", {}).get("phase") not in ENDED


def nominated_node(pod: Obj) -> str:
    """The node on which room is being made for a pod that has none yet; empty for all others."""
    status = pod.get("status") or {}
    name: str = status.get("nominatedNodeName") or ""
    return name if name and not pod["spec"].get("nodeName") and status.get("phase") not in ENDED else ""


def _matters(change: Change) -> bool:
    """Whether a change touches what a pod asks for or whether it counts."""
    pod, old = change.obj, change.old
    if old is None or is_assigned(pod) != is_assigned(old):
        return True
    return bool(counts_differently(pod, old) or labels_of(pod) != labels_of(old) or deleting(pod) != deleting(old))


def counts_differently(pod: Obj, old: Obj) -> bool:
    """Whether a pod may count for more or less than it did."""
    return bool(pod["spec"] != old["spec"] or (any(reported(old)) and reported(pod) != reported(old)))
