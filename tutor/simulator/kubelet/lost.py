"""What the final status of a pod says of containers that are not known to have ended.

Source: pkg/kubelet/status/status_manager.go (TerminatePod), pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses).
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.kubelet.restarts import is_sidecar
from tutor.simulator.store import Obj

Status = dict[str, Any]
UNKNOWN = "ContainerStatusUnknown"
CODE = 137
NEVER_SEEN = "The container could not be located when the pod was terminated"
GONE = "The container could not be located when the pod was deleted.  The container used to be Running"
OF_A_RUN = ("containerID", "resources", "allocatedResources", "user")


def settle(pod: Obj, main: list[Status], init: list[Status], *, evicted: bool) -> list[Status]:
    """The statuses of the containers of a pod that is over. Once a pod has initialised, a container that has not ended counts
    as failed. The containers of an evicted pod are removed before anybody has seen how they ended."""
    if not _has_initialised(pod, main, init):
        return main
    return [_removed(pod, status) if evicted else _ended(status) for status in main]


def _ended(status: Status) -> Status:
    if "terminated" in status["state"]:
        return status
    return {**status, "state": _unknown(NEVER_SEEN)}


def _removed(pod: Obj, status: Status) -> Status:
    before = next((s for s in pod["status"].get("containerStatuses") or () if s["name"] == status["name"]), None)
    if before is None or "running" not in before["state"]:
        return _ended(status)
    image = next(c["image"] for c in pod["spec"]["containers"] if c["name"] == status["name"])
    kept = {key: value for key, value in status.items() if key not in OF_A_RUN}
    restarts = status["restartCount"] + ("deletionTimestamp" not in pod["metadata"])
    return {
        **kept,
        "image": image,
        "imageID": "",
        "lastState": _unknown(GONE),
        "restartCount": restarts,
        "state": _unknown(NEVER_SEEN),
    }


def _unknown(message: str) -> Status:
    return {
        "terminated": {
            "exitCode": CODE,
            "reason": UNKNOWN,
            "message": message,
            "startedAt": None,
            "finishedAt": None,
        }
    }


def _has_initialised(pod: Obj, main: list[Status], init: list[Status]) -> bool:
    """Whether the pod is past its init containers (hasPodInitialized)."""
    if not init or any("waiting" not in status["state"] or status["lastState"] for status in main):
        return True
    container, last = pod["spec"]["initContainers"][-1], init[-1]
    if is_sidecar(container):
        return "running" in last["state"] and bool(last["started"])
    return any((last[field].get("terminated") or {}).get("exitCode") == 0 for field in ("lastState", "state"))
