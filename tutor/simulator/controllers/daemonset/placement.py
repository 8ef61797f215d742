"""One look at a DaemonSet: its pods by node, and which of them to replace in a rolling update (pkg/controller/daemon/update.go)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tutor.simulator.controllers.daemonset.nodes import belongs_on, daemon_tolerations, is_updated, target_node
from tutor.simulator.controllers.deployment.arithmetic import scaled_value
from tutor.simulator.controllers.pods import ENDED, available_in, is_ready, phase
from tutor.simulator.objects import deleting, name_of
from tutor.simulator.store import Obj


@dataclass(slots=True)
class Placement:
    """A DaemonSet's pods by the node they are on or meant for."""

    owner: Obj
    digest: str
    now: float
    nodes: list[Obj]
    pods: dict[str, list[Obj]]
    wanted: dict[str, bool] = field(default_factory=dict)
    """By node: whether a pod should be started there."""
    tolerated: dict[str, bool] = field(default_factory=dict)
    """By node: whether a pod that is there may go on."""

    def is_available(self, pod: Obj) -> bool:
        """Whether a pod has been ready for long enough."""
        return available_in(pod, self.owner["spec"].get("minReadySeconds", 0), self.now) == 0

    def is_new(self, pod: Obj) -> bool:
        """Whether a pod is of the current template."""
        return is_updated(self.owner, pod, self.digest)

    @property
    def rolling(self) -> dict[str, Any]:
        """maxUnavailable and maxSurge, empty when pods are updated on deletion only."""
        return self.owner["spec"]["updateStrategy"].get("rollingUpdate") or {}

    @property
    def surges(self) -> bool:
        """Whether a node may have an old and a new pod for a while."""
        return scaled_value(self.rolling.get("maxSurge", 0), 1, up=True) > 0

    def limits(self) -> tuple[int, int]:
        """How many pods may be surplus, and how many unavailable."""
        desired = sum(self.wanted.values())
        surge = scaled_value(self.rolling.get("maxSurge", 0), desired, up=True)
        unavailable = scaled_value(self.rolling.get("maxUnavailable", 1), desired, up=True)
        return surge, 1 if desired and not surge and not unavailable else unavailable


def place(owner: Obj, digest: str, nodes: list[Obj], pods: Iterable[Obj], now: float) -> Placement:
    """Sort the pods by node, and see which nodes should have one."""
    by_node: dict[str, list[Obj]] = {}
    for pod in pods:
        target = target_node(pod)
        if target is not None and not (deleting(pod) and phase(pod) in ENDED):
            by_node.setdefault(target, []).append(pod)
    for found in by_node.values():
        found.sort(key=by_age)
    placement = Placement(owner, digest, now, nodes, by_node)
    spec = owner["spec"]["template"]["spec"]
    tolerations = daemon_tolerations(spec)
    for node in nodes:
        name = name_of(node)
        placement.wanted[name], placement.tolerated[name] = belongs_on(spec, tolerations, node)
    return placement


def by_age(pod: Obj) -> tuple[bool, str, str]:
    """Order: pods that are on a node first, then the oldest."""
    return not pod["spec"].get("nodeName"), pod["metadata"]["creationTimestamp"], name_of(pod)


def _old_and_new(placement: Placement, pods: Iterable[Obj]) -> tuple[list[Obj], list[Obj]]:
    staying = [pod for pod in pods if not deleting(pod)]
    new = [pod for pod in staying if placement.is_new(pod)]
    return [pod for pod in staying if not placement.is_new(pod)], new


def replaceable(placement: Placement) -> list[Obj]:
    """The old pods that may be deleted now, so that the next look makes new ones. Unavailable ones cost nothing."""
    _, allowed = placement.limits()
    unavailable = 0
    free: list[Obj] = []
    candidates: list[Obj] = []
    for name in dict.fromkeys((*placement.pods, *(n for n, wanted in placement.wanted.items() if wanted))):
        old, new = _old_and_new(placement, placement.pods.get(name, ()))
        if len(old) + len(new) != 1:
            unavailable += 1
        elif new:
            unavailable += not placement.is_available(new[0])
        elif placement.is_available(old[0]):
            candidates.append(old[0])
        else:
            unavailable += 1
            free.append(old[0])
    return free + candidates[: max(0, allowed - unavailable)]


def surge_steps(placement: Placement) -> tuple[list[str], list[Obj]]:
    """With maxSurge: the nodes that get a new pod beside the old one, and the old pods whose successor is available."""
    allowed, _ = placement.limits()
    surging = 0
    free: list[str] = []
    candidates: list[str] = []
    done: list[Obj] = []
    for name, pods in placement.pods.items():
        old, new = _old_and_new(placement, pods)
        if len(old) > 1 or len(new) > 1:
            surging += 1
        elif old and new:
            if placement.is_available(new[0]):
                done.append(old[0])
            else:
                surging += 1
        elif old and not placement.wanted.get(name):
            done += [] if placement.is_available(old[0]) else old
        elif old:
            (candidates if placement.is_available(old[0]) else free).append(name)
    return free + candidates[: max(0, allowed - surging)], done


def counts(placement: Placement) -> dict[str, int]:
    """The numbers of the status."""
    names = ("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady")
    found = dict.fromkeys((*names, "numberAvailable", "updatedNumberScheduled", "numberUnavailable"), 0)
    for node in placement.nodes:
        name = name_of(node)
        pods = placement.pods.get(name)
        found["desiredNumberScheduled"] += placement.wanted[name]
        if not pods or not placement.wanted[name]:
            found["numberMisscheduled"] += bool(pods)
            continue
        found["currentNumberScheduled"] += 1
        found["numberReady"] += is_ready(pods[0])
        found["numberAvailable"] += placement.is_available(pods[0])
        found["updatedNumberScheduled"] += placement.is_new(pods[0])
    found["numberUnavailable"] = found["desiredNumberScheduled"] - found["numberAvailable"]
    return {name: count for name, count in found.items() if count or name in names}
