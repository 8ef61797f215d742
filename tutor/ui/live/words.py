"""The state of objects in a word or two, as `kubectl get` shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tutor.ui.live.state import Object


@dataclass(frozen=True)
class PodState:
    """A Pod's state: the word, whether it is ready, and whether it is in trouble."""

    word: str
    ready: bool
    trouble: bool
    restarts: int

    @property
    def mark(self) -> str:
        """A sign that goes with the word."""
        return "●" if self.ready else "✗" if self.trouble else "◌"


TROUBLE = frozenset(
    {
        "CrashLoopBackOff",
        "Error",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "OOMKilled",
        "Failed",
        "Evicted",
    }
)


def pod_state(pod: Object) -> PodState:
    """What the STATUS column of `kubectl get pods` says (kubernetes, pkg/printers/internalversion/printers.go, printPod)."""
    status: dict[str, Any] = pod.get("status") or {}
    containers = status.get("containerStatuses") or []
    restarts = sum(int(container.get("restartCount") or 0) for container in containers)
    word = _word(pod, status, containers)
    ready = _is_ready(status) and word == "Running"
    if word == "Running" and not ready:
        word = "Running, not ready"
    return PodState(word, ready, trouble=word in TROUBLE or word.startswith("Init:Err"), restarts=restarts)


def _word(pod: Object, status: dict[str, Any], containers: list[dict[str, Any]]) -> str:
    if (pod.get("metadata") or {}).get("deletionTimestamp"):
        return "Terminating"
    word = str(status.get("reason") or status.get("phase") or "Pending")
    init = _init_word(status.get("initContainerStatuses") or [])
    if init:
        return init
    for container in reversed(containers):
        word = _container_word(container) or word
    if word == "Completed" and any("running" in (container.get("state") or {}) for container in containers):
        return "Running"
    if word == "Pending" and _unscheduled(status):
        return "Pending, no node fits"
    return word


def _init_word(containers: Iterable[dict[str, Any]]) -> str | None:
    for container in containers:
        terminated = (container.get("state") or {}).get("terminated")
        if terminated and terminated.get("exitCode") == 0:
            continue
        if container.get("started") and container.get("ready"):
            continue  # a sidecar that runs
        reason = _container_word(container)
        return f"Init:{reason}" if reason and reason != "PodInitializing" else "Init"
    return None


def _container_word(container: dict[str, Any]) -> str | None:
    state = container.get("state") or {}
    waiting, terminated = state.get("waiting"), state.get("terminated")
    if waiting and waiting.get("reason"):
        return str(waiting["reason"])
    if terminated:
        return str(terminated.get("reason") or f"ExitCode:{terminated.get('exitCode')}")
    return None


def _is_ready(status: dict[str, Any]) -> bool:
    return _condition(status, "Ready") == "True"


def _unscheduled(status: dict[str, Any]) -> bool:
    return _condition(status, "PodScheduled") == "False"


def _condition(status: dict[str, Any], kind: str) -> str | None:
    for condition in status.get("conditions") or ():
        if condition.get("type") == kind:
            return str(condition.get("status"))
    return None


def node_word(node: Object) -> str:
    """`ready`, `not ready`, with `no new Pods` for one that is cordoned."""
    ready = "ready" if _condition(node.get("status") or {}, "Ready") == "True" else "not ready"
    return f"{ready}, no new Pods" if (node.get("spec") or {}).get("unschedulable") else ready


def images_of(template: dict[str, Any]) -> str:
    """The images of a Pod template."""
    containers = (template.get("spec") or {}).get("containers") or []
    return ", ".join(str(container.get("image", "?")) for container in containers)
