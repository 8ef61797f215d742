"""What the final status of a pod says of containers that are not known to have ended.

Source: pkg/kubelet/status/status_manager.go (TerminatePod, hasPodInitialized).
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.kubelet.restarts import is_sidecar
from tutor.simulator.store import Obj

Status = dict[str, Any]
UNKNOWN: Status = {
    "exitCode": 137,
    "reason": "ContainerStatusUnknown",
    "message": "The container could not be located when the pod was terminated",
    "startedAt": None,
    "finishedAt": None,
}


def settle(pod: Obj, main: list[Status], init: list[Status]) -> list[Status]:
    """The statuses of the containers of a pod that is over: once it has initialised, one that has not ended has failed."""
    return _failed(main) if _has_initialised(pod, main, init) else main


def settle_init(init: list[Status]) -> list[Status]:
    """The same of init containers: those up to the last one that was ever begun, which the first counts as."""
    begun = max((at for at, s in enumerate(init) if "waiting" not in s["state"] or s["lastState"]), default=0) + 1
    return [*_failed(init[:begun]), *init[begun:]]


def _failed(statuses: list[Status]) -> list[Status]:
    return [s if "terminated" in s["state"] else {**s, "state": {"terminated": dict(UNKNOWN)}} for s in statuses]


def _has_initialised(pod: Obj, main: list[Status], init: list[Status]) -> bool:
    """Whether the pod is past its init containers."""
    if not init or any("waiting" not in status["state"] or status["lastState"] for status in main):
        return True
    container, last = pod["spec"]["initContainers"][-1], init[-1]
    if is_sidecar(container):
        return "running" in last["state"] and bool(last["started"])
    return any((last[field].get("terminated") or {}).get("exitCode") == 0 for field in ("lastState", "state"))
