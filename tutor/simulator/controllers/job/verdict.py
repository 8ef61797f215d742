"""Conditions of a Job, and when it is over (pkg/controller/job/job_controller.go, syncJob)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.controllers.job.failures import container_restarts, is_failed, judge
from tutor.simulator.controllers.job.indexes import is_indexed, success_rule
from tutor.simulator.controllers.job.look import Look
from tutor.simulator.objects import condition_is, get_condition
from tutor.simulator.store import Obj

Condition = dict[str, Any]


def is_finished(job: Obj) -> bool:
    """Whether a Job is over, one way or the other."""
    status = job.get("status") or {}
    return condition_is(status, "Complete") or condition_is(status, "Failed")


def new_condition(kind: str, reason: str, message: str, now: float, value: str = "True") -> Condition:
    """A condition as of now."""
    times = dict.fromkeys(("lastProbeTime", "lastTransitionTime"), timestamp(now))
    return {"type": kind, "status": value, **times, "reason": reason, "message": message}


def renamed(condition: Condition, kind: str, now: float) -> Condition:
    """The same reason and message under another type, as of now."""
    return new_condition(kind, condition["reason"], condition["message"], now)


def set_status(status: dict[str, Any], condition: Condition) -> bool:
    """Put a condition into a status; says whether that changed it. One that was never true is not added as false."""
    conditions: list[Condition] = status.get("conditions") or []
    names = ("status", "reason", "message")
    for i, old in enumerate(conditions):
        if old["type"] == condition["type"]:
            if all(old.get(name) == condition[name] for name in names):
                return False
            status["conditions"] = [*conditions[:i], condition, *conditions[i + 1 :]]
            return True
    if condition["status"] == "False":
        return False
    status["conditions"] = [*conditions, condition]
    return True


def judge_job(look: Look) -> Condition | None:
    """What ends the Job, before its pods are managed; None while nothing does."""
    reached = get_condition(look.status, "SuccessCriteriaMet")
    if reached is not None and reached["status"] == "True":
        return reached
    target = get_condition(look.status, "FailureTarget")
    if target is not None and target["status"] == "True":
        return renamed(target, "Failed", look.now)
    found = _failure(look)
    if found is not None:
        return new_condition("FailureTarget", *found, look.now)
    rule = success_rule(look.job, look.succeeded_indexes) if is_indexed(look.job) else None
    if rule is None:
        return None
    return new_condition("SuccessCriteriaMet", "SuccessPolicy", f"Matched rules at index {rule}", look.now)


def _failure(look: Look) -> tuple[str, str] | None:
    """Reason and message of the Job's failure."""
    messages = (judge(look.job, pod).message for pod in look.pods if is_failed(look.job, pod))
    by_policy = next((message for message in messages if message), "")
    if by_policy:
        return "PodFailurePolicy", by_policy
    if look.failed > look.job["spec"]["backoffLimit"] or _too_many_restarts(look):
        return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    left = deadline_left(look)
    if left is not None and left <= 0:
        return "DeadlineExceeded", "Job was active longer than specified deadline"
    return _index_failure(look)


def _too_many_restarts(look: Look) -> bool:
    """With restartPolicy OnFailure the restarts of containers count in the place of failed pods."""
    if look.job["spec"]["template"]["spec"].get("restartPolicy") != "OnFailure":
        return False
    limit: int = look.job["spec"]["backoffLimit"]
    return container_restarts(look.pods) >= max(limit, 1)


def deadline_left(look: Look) -> float | None:
    """Seconds the Job may still run; None without a deadline."""
    limit, start = look.job["spec"].get("activeDeadlineSeconds"), look.status.get("startTime")
    if limit is None or start is None or look.suspended:
        return None
    return parse_timestamp(start) + float(limit) - look.now


def _index_failure(look: Look) -> tuple[str, str] | None:
    if look.failed_indexes is None:
        return None
    most, count = look.job["spec"].get("maxFailedIndexes"), len(look.failed_indexes)
    if most is not None and count > most:
        return "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"
    if count and count + len(look.succeeded_indexes) >= look.job["spec"]["completions"]:
        return "FailedIndexes", "Job has failed indexes"
    return None


def is_complete(look: Look, active: int) -> bool:
    """Whether enough pods have succeeded and none is left."""
    wanted = look.job["spec"].get("completions")
    if active:
        return False
    return look.succeeded > 0 if wanted is None else look.succeeded >= wanted


def completed(now: float) -> Condition:
    """The condition of a Job that has done what it was asked."""
    return new_condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods", now)
