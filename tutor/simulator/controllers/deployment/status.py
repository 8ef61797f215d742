"""The status of a Deployment: counts and conditions (pkg/controller/deployment/progress.go, sync.go calculateStatus)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.controllers.deployment.arithmetic import asked, counted, max_unavailable, replicas, total
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

Status = dict[str, Any]
Condition = dict[str, Any]
NO_DEADLINE = 2**31 - 1


def has_deadline(deployment: Obj) -> bool:
    """Whether the Deployment may fail to progress."""
    return deployment["spec"].get("progressDeadlineSeconds") not in (None, NO_DEADLINE)


def condition_of(status: Status, kind: str) -> Condition | None:
    """A condition by its type."""
    for condition in status.get("conditions") or ():
        if condition["type"] == kind:
            found: Condition = condition
            return found
    return None


def new_condition(kind: str, value: str, reason: str, message: str, now: float) -> Condition:
    """A condition as of now."""
    at = timestamp(now)
    return {
        "type": kind,
        "status": value,
        "reason": reason,
        "message": message,
        "lastUpdateTime": at,
        "lastTransitionTime": at,
    }


def without_condition(status: Status, kind: str) -> Status:
    """The status without a condition."""
    left = [condition for condition in status.get("conditions") or () if condition["type"] != kind]
    return {**status, "conditions": left}


def with_condition(status: Status, condition: Condition) -> Status:
    """The status with a condition set; one of the same status and reason stays as it is."""
    current = condition_of(status, condition["type"])
    if current is not None and current["status"] == condition["status"]:
        if current["reason"] == condition["reason"]:
            return status
        condition = {**condition, "lastTransitionTime": current["lastTransitionTime"]}
    left = without_condition(status, condition["type"])["conditions"]
    return {**status, "conditions": [*left, condition]}


def _terminating(sets: list[Obj]) -> int | None:
    """How many pods of all ReplicaSets are on their way out; None while one of them does not say."""
    count = 0
    for rs in sets:
        status = rs.get("status") or {}
        if "terminatingReplicas" in status:
            count += status["terminatingReplicas"]
        elif status.get("observedGeneration"):
            return None
    return count


def calculate(every: list[Obj], new: Obj | None, deployment: Obj, now: float) -> Status:
    """Counts from the ReplicaSets, and the condition Available."""
    available = total(every, "availableReplicas")
    counts = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total(every, "replicas"),
        "updatedReplicas": counted(new, "replicas") if new else 0,
        "readyReplicas": total(every, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, asked(every) - available),
    }
    status: Status = {name: count for name, count in counts.items() if count}
    terminating = _terminating(every)
    if terminating is not None:
        status["terminatingReplicas"] = terminating
    old = deployment.get("status") or {}
    if "collisionCount" in old:
        status["collisionCount"] = old["collisionCount"]
    status["conditions"] = list(old.get("conditions") or ())
    if available >= replicas(deployment) - max_unavailable(deployment):
        reason, message = "MinimumReplicasAvailable", "Deployment has minimum availability."
        return with_condition(status, new_condition("Available", "True", reason, message, now))
    reason, message = "MinimumReplicasUnavailable", "Deployment does not have minimum availability."
    return with_condition(status, new_condition("Available", "False", reason, message, now))


def is_complete(deployment: Obj, status: Status) -> bool:
    """Whether all pods asked for are of the new template and available, and no others are left."""
    wanted = replicas(deployment)
    counts = [status.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas")]
    observed = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    return counts == [wanted] * 3 and observed


def _is_progressing(deployment: Obj, status: Status) -> bool:
    old = deployment.get("status") or {}

    def count(source: Status, name: str) -> int:
        found: int = source.get(name, 0)
        return found

    def left(source: Status) -> int:
        return count(source, "replicas") - count(source, "updatedReplicas")

    return (
        count(status, "updatedReplicas") > count(old, "updatedReplicas")
        or left(status) < left(old)
        or count(status, "readyReplicas") > count(old, "readyReplicas")
        or count(status, "availableReplicas") > count(old, "availableReplicas")
    )


def deadline(deployment: Obj, condition: Condition) -> float:
    """The moment a rollout counts as stuck, if nothing moves until then."""
    seconds: int = deployment["spec"]["progressDeadlineSeconds"]
    return parse_timestamp(condition["lastUpdateTime"]) + seconds


def _has_timed_out(deployment: Obj, status: Status, now: float) -> bool:
    condition = condition_of(status, "Progressing")
    if condition is None or condition["reason"] == "NewReplicaSetAvailable":
        return False
    return condition["reason"] == "ProgressDeadlineExceeded" or deadline(deployment, condition) < now


def rollout_status(every: list[Obj], new: Obj | None, deployment: Obj, now: float) -> Status:
    """The status with the conditions Progressing and ReplicaFailure too."""
    status = calculate(every, new, deployment, now)
    if not has_deadline(deployment):
        status = without_condition(status, "Progressing")
    current = condition_of(deployment.get("status") or {}, "Progressing")
    all_updated = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    done = all_updated and current is not None and current["reason"] == "NewReplicaSetAvailable"
    if has_deadline(deployment) and not done:
        status = _with_progress(status, deployment, new, current, now)
    failures = _replica_failures(every, new)
    return with_condition(status, failures[0]) if failures else without_condition(status, "ReplicaFailure")


def _with_progress(status: Status, deployment: Obj, new: Obj | None, current: Condition | None, now: float) -> Status:
    who = f'ReplicaSet "{name_of(new)}"' if new else f'Deployment "{name_of(deployment)}"'
    if is_complete(deployment, status):
        message = f"{who} has successfully progressed."
        return with_condition(status, new_condition("Progressing", "True", "NewReplicaSetAvailable", message, now))
    if _is_progressing(deployment, status):
        condition = new_condition("Progressing", "True", "ReplicaSetUpdated", f"{who} is progressing.", now)
        if current is not None and current["status"] == "True":
            condition["lastTransitionTime"] = current["lastTransitionTime"]
        return with_condition(without_condition(status, "Progressing"), condition)
    if _has_timed_out(deployment, status, now):
        message = f"{who} has timed out progressing."
        return with_condition(status, new_condition("Progressing", "False", "ProgressDeadlineExceeded", message, now))
    return status


def _replica_failures(every: list[Obj], new: Obj | None) -> list[Condition]:
    """ReplicaFailure conditions of the new ReplicaSet, else those of any."""
    for sets in ([new] if new else [], every):
        found = [
            {**condition, "lastUpdateTime": condition["lastTransitionTime"]}
            for rs in sets
            for condition in (rs.get("status") or {}).get("conditions") or ()
            if condition["type"] == "ReplicaFailure"
        ]
        if found:
            return found
    return []
