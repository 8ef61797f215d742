"""Why a node cannot take a pod, in the words of Kubernetes' scheduler plugins (pkg/scheduler/framework/plugins)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.simulator.scheduler.matching import matches_node_affinity, tolerates, untolerated
from tutor.simulator.scheduler.requests import PodInfo, ports_collide
from tutor.simulator.scheduler.snapshot import NodeInfo

UNSCHEDULABLE_TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A node is no place for a pod."""

    plugin: str
    reasons: tuple[str, ...]
    helpless: bool = False
    """Not even removing other pods would help (UnschedulableAndUnresolvable)."""


Filter = Callable[[PodInfo, NodeInfo], Rejection | None]


def node_unschedulable(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """A cordoned node takes only pods that tolerate its taint."""
    if node.node is None or not node.node["spec"].get("unschedulable"):
        return None
    if any(tolerates(t, UNSCHEDULABLE_TAINT) for t in info.pod["spec"].get("tolerations") or ()):
        return None
    return Rejection("NodeUnschedulable", ("node(s) were unschedulable",), helpless=True)


def taint_toleration(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """Every taint that keeps pods away must be tolerated."""
    tolerations = info.pod["spec"].get("tolerations") or ()
    if node.taints and untolerated(node.taints, tolerations, ("NoSchedule", "NoExecute")):
        return Rejection("TaintToleration", ("node(s) had untolerated taint(s)",), helpless=True)
    return None


def node_affinity(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """nodeSelector and required node affinity."""
    if node.node is not None and matches_node_affinity(info.pod["spec"], node.node):
        return None
    return Rejection("NodeAffinity", ("node(s) didn't match Pod's node affinity/selector",), helpless=True)


def node_ports(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """Host ports must be free."""
    if info.ports and ports_collide(info.ports, node.ports):
        return Rejection("NodePorts", ("node(s) didn't have free ports for the requested pod ports",))
    return None


def resources_fit(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """Requests of all pods must stay within what the node has to give."""
    reasons, helpless = [], False
    if len(node.pods) + 1 > node.allocatable.get("pods", 0):
        reasons.append("Too many pods")
    for name, amount in info.requests.items():
        room = node.allocatable.get(name, 0) - node.requested.get(name, 0)
        if amount > 0 and amount > room:
            reasons.append(f"Insufficient {name}")
            helpless = helpless or amount > node.allocatable.get(name, 0)
    return Rejection("NodeResourcesFit", tuple(reasons), helpless=helpless) if reasons else None


LOCAL: tuple[Filter, ...] = (node_unschedulable, taint_toleration, node_affinity, node_ports, resources_fit)
"""Filters that look at one node alone, in the order in which the first to refuse decides."""


def first_rejection(info: PodInfo, node: NodeInfo) -> Rejection | None:
    """The first local filter that refuses."""
    for check in LOCAL:
        rejection = check(info, node)
        if rejection is not None:
            return rejection
    return None
