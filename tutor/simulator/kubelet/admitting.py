"""Whether a kubelet takes a pod that was assigned to its node (pkg/kubelet/lifecycle/predicate.go)."""

from __future__ import annotations

from typing import NamedTuple

from tutor.simulator.objects import uid_of
from tutor.simulator.scheduler.filters import node_affinity, node_ports
from tutor.simulator.scheduler.requests import PodInfo, pod_info
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.store import Obj


class Refusal(NamedTuple):
    """Why a pod is not taken: the reason its status shows, and the message of the event."""

    reason: str
    message: str


def refuse(pod: Obj, node: NodeInfo) -> Refusal | None:
    """Why a node does not take a pod beside the others it has; None when it does."""
    info = node.copy()
    wanted = info.remove(uid_of(pod)) or pod_info(pod)
    short = _short_of(wanted, info)
    if short is not None:
        return short
    for check in (node_affinity, node_ports):
        rejection = check(wanted, info)
        if rejection is not None:
            return Refusal(rejection.plugin, f"Predicate {rejection.plugin} failed: {rejection.reasons[0]}")
    return None


def _short_of(wanted: PodInfo, node: NodeInfo) -> Refusal | None:
    room = node.allocatable.get("pods", 0)
    if len(node.pods) + 1 > room:
        return _out_of("pods", 1, len(node.pods), room)
    for name, amount in wanted.requests.items():
        used, capacity = node.requested.get(name, 0), node.allocatable.get(name, 0)
        if amount > 0 and amount > capacity - used:
            return _out_of(name, amount, used, capacity)
    return None


def _out_of(name: str, requested: int, used: int, capacity: int) -> Refusal:
    text = f"Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"
    return Refusal(f"OutOf{name}", text)
