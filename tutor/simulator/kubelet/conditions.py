"""The conditions of a pod as its kubelet reports them (pkg/kubelet/status/generate.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.kubelet.restarts import init_containers, is_sidecar
from tutor.simulator.kubelet.state import PodRecord
from tutor.simulator.store import Obj

Status = dict[str, Any]


def _condition(kind: str, value: bool, reason: str = "", message: str = "") -> Status:
    condition: Status = {"type": kind, "status": "True" if value else "False"}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


def _names(containers: Iterable[str]) -> str:
    return "[" + " ".join(containers) + "]"


def _containers_ready(pod: Obj, init: list[Status], main: list[Status], phase_: str) -> Status:
    if phase_ in ("Succeeded", "Failed"):
        return _condition("ContainersReady", False, "PodCompleted" if phase_ == "Succeeded" else "PodFailed")
    sidecars = [s for c, s in zip(init_containers(pod["spec"]), init, strict=False) if is_sidecar(c)]
    unready = [status["name"] for status in (*sidecars, *main) if not status["ready"]]
    if unready:
        message = f"containers with unready status: {_names(unready)}"
        return _condition("ContainersReady", False, "ContainersNotReady", message)
    return _condition("ContainersReady", True)


def _ready(pod: Obj, containers: Status, conditions: Iterable[Mapping[str, Any]]) -> Status:
    if containers["status"] != "True":
        return {**containers, "type": "Ready"}
    known = {condition["type"]: condition["status"] for condition in conditions}
    unmet = []
    for gate in pod["spec"].get("readinessGates") or ():
        kind = gate["conditionType"]
        if kind not in known:
            unmet.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif known[kind] != "True":
            unmet.append(f'the status of pod readiness gate "{kind}" is not "True", but {known[kind]}')
    if unmet:
        return _condition("Ready", False, "ReadinessGatesNotReady", ", ".join(unmet))
    return _condition("Ready", True)


def readiness_is_stale(pod: Obj) -> bool:
    """Whether others have changed the conditions a pod's readiness gates name, so that Ready has to be told anew
    (pkg/kubelet/status/status_manager.go, NeedToReconcilePodReadiness)."""
    gates = pod["spec"].get("readinessGates") or ()
    if not gates:
        return False
    known = {c["type"]: c["status"] for c in (pod.get("status") or {}).get("conditions") or ()}
    open_ = all(known.get(gate["conditionType"]) == "True" for gate in gates)
    return "Ready" in known and (known["Ready"] == "True") != (open_ and known.get("ContainersReady") == "True")


def _initialized(pod: Obj, init: list[Status], main: list[Status], phase_: str) -> Status:
    if phase_ == "Succeeded":
        return _condition("Initialized", True, "PodCompleted")
    if any("running" in s["state"] or "terminated" in s["state"] or s["lastState"] for s in main):
        return _condition("Initialized", True)
    incomplete = [
        status["name"]
        for container, status in zip(init_containers(pod["spec"]), init, strict=False)
        if not (status["started"] if is_sidecar(container) else status["ready"])
    ]
    if incomplete:
        message = f"containers with incomplete status: {_names(incomplete)}"
        return _condition("Initialized", False, "ContainersNotInitialized", message)
    return _condition("Initialized", True)


def sandbox_condition(record: PodRecord) -> Status:
    """PodReadyToStartContainers"""
    if record.sandbox == "ready":
        return _condition("PodReadyToStartContainers", True)
    message = "pod sandbox is not ready" if record.sandbox == "stopped" else "no pod sandbox exists"
    return _condition("PodReadyToStartContainers", False, "PodSandboxNotReady", message)


def disruption(message: str, generation: int, now: float) -> Status:
    """The condition of a pod that its kubelet has ended for its node's sake."""
    times = {"lastProbeTime": None, "lastTransitionTime": timestamp(now)}
    found = _condition("DisruptionTarget", True, "TerminationByKubelet", message)
    return {**found, **times, "observedGeneration": generation}


def merge_conditions(old: Iterable[Mapping[str, Any]], new: list[Status], generation: int, now: float) -> list[Status]:
    """The conditions of others, then the kubelet's with their transition times."""
    before = {condition["type"]: condition for condition in old}
    merged = []
    for condition in new:
        previous = before.get(condition["type"])
        same = previous is not None and previous["status"] == condition["status"]
        since = previous["lastTransitionTime"] if previous is not None and same else timestamp(now)
        merged.append(
            {**condition, "observedGeneration": generation, "lastProbeTime": None, "lastTransitionTime": since}
        )
    known = {condition["type"] for condition in new}
    return [*(dict(condition) for kind, condition in before.items() if kind not in known), *merged]


def pod_conditions(pod: Obj, record: PodRecord, init: list[Status], main: list[Status], phase: str) -> list[Status]:
    """All conditions that are the kubelet's, from the container statuses and the phase."""
    known = (pod.get("status") or {}).get("conditions") or ()
    containers_ready = _containers_ready(pod, init, main, phase)
    return [
        sandbox_condition(record),
        _initialized(pod, init, main, phase),
        _ready(pod, containers_ready, known),
        containers_ready,
        _condition("PodScheduled", True),
    ]
