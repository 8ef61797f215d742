"""RestartAllContainers: a container ends with an exit code for which its rules have all containers of the pod begin anew, the init
containers first. Those that run are killed at once, and all are removed.

Source: pkg/kubelet/container/helpers.go (ShouldAllContainersRestart), kuberuntime/kuberuntime_manager.go (getContainersToReset),
kubelet_pods.go (convertToAPIContainerStatuses), status/generate.go (GenerateAllContainersRestartingCondition).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.images.container import KILLED
from tutor.simulator.kubelet.restarts import matching_action
from tutor.simulator.kubelet.state import EPHEMERAL, PodRecord

if TYPE_CHECKING:
    from tutor.simulator.kubelet.look import Look

ACTION = "RestartAllContainers"
CONDITION = "AllContainersRestarting"
REASON = "RestartingAllContainers"
_MESSAGE = "The container is removed because RestartAllContainers in place"
BEGUN, REMOVED = "begun", "removed"
_WAITING = {"reason": REASON, "message": _MESSAGE}
_ENDED = {"exitCode": KILLED, "reason": REASON, "message": _MESSAGE, "startedAt": None, "finishedAt": None}


def is_due(look: Look) -> bool:
    """Whether a container has ended in such a way."""
    return "deletionTimestamp" not in look.pod["metadata"] and any(_calls_for_it(look))


def _calls_for_it(look: Look) -> Iterator[bool]:
    for container in _containers(look.pod["spec"]):
        own = look.record.containers.get(container["name"])
        ended = own.current.ended if own is not None and own.current is not None else None
        yield ended is not None and matching_action(container, ended.code) == ACTION


def _containers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from spec.get("initContainers") or ()
    yield from spec["containers"]


def begin_anew(look: Look) -> None:
    """Kill and remove all containers; the next sync starts them like those of a new pod. The status tells of both steps."""
    record = look.record
    record.reset = BEGUN
    look.write_status()
    for own in record.containers.values():
        run = own.current
        if own.kind == EPHEMERAL:
            continue
        if run is not None and run.container is not None and run.is_running:
            look.event("Normal", "Killing", "killing", own.name)
            run.container.kill(look.now)
        own.removed = run.number + 1 if run is not None else own.removed
        own.current = own.previous = own.failure = own.stop = None
        own.observed = False
        own.probes.clear()
    record.reset = REMOVED
    look.write_status()
    record.reset = ""
    record.want_sync(look.now)


def condition(spec: Mapping[str, Any], record: PodRecord, phase: str) -> dict[str, Any] | None:
    """What pods in which it can happen say of it; None for all others."""
    rules = (rule for container in _containers(spec) for rule in container.get("restartPolicyRules") or ())
    if all(rule.get("action") != ACTION for rule in rules):
        return None
    found = {"type": CONDITION, "status": "False"}
    if phase in ("Succeeded", "Failed"):
        return {**found, "reason": "PodCompleted" if phase == "Succeeded" else "PodFailed"}
    if record.reset == BEGUN:
        text = "container exited with restart policy rule"
        return {**found, "status": "True", "reason": "RestartAllContainersStarted", "message": text}
    return found


def show_removed(status: dict[str, Any], reset: str, count: int) -> None:
    """Fill in what is left of a container that was removed: its count of restarts, and how it is said to have ended."""
    status["restartCount"] = max(status["restartCount"], count)
    status["lastState"] = status["lastState"] or {"terminated": dict(_ENDED)}
    if reset == REMOVED:
        status["state"] = {"waiting": dict(_WAITING)}


def was_removed(terminated: Mapping[str, Any]) -> bool:
    """Whether what ended was only removed in order to begin anew."""
    return terminated.get("reason") == REASON
