"""When a Job's pod counts as failed, what a pod failure policy says of it, and how long to wait before the next try.

Source: pkg/controller/job/{job_controller,pod_failure_policy,backoff_utils}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.pods import phase, pod_condition
from tutor.simulator.objects import deleting, name_of, namespace_of
from tutor.simulator.store import Obj

FIRST_BACKOFF = 10.0
"""Seconds before a failed pod is replaced; doubled at every further failure in a row."""
LONGEST_BACKOFF = 600.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a pod failure policy makes of one failed pod."""

    action: str = ""
    counted: bool = True
    message: str = ""
    """Why the Job fails, when the pod fails it."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How many pods have failed since the last one succeeded, and when the last of them did."""

    failures: int = 0
    last: float = 0.0

    def remaining(self, now: float) -> float:
        """Seconds until the next pod may be created."""
        return remaining_backoff(self.failures, self.last, now)


def remaining_backoff(failures: int, last: float, now: float) -> float:
    """Seconds until the next try after this many failures in a row, the last of which was at `last`."""
    if failures == 0:
        return 0.0
    delay = min(FIRST_BACKOFF * 2.0 ** min(failures - 1, 30), LONGEST_BACKOFF)
    return max(0.0, delay - (now - last))


def after(backoff: Backoff, succeeded: Iterable[Obj], failed: Iterable[Obj]) -> Backoff:
    """The back-off once these pods have ended, too."""
    failures = sorted(finished_at(pod) for pod in failed)
    successes = [finished_at(pod) for pod in succeeded]
    if not successes:
        return Backoff(backoff.failures + len(failures), failures[-1]) if failures else backoff
    later = [moment for moment in failures if moment > max(successes)]
    return Backoff(len(later), later[-1]) if later else Backoff()


def only_failed_replaced(job: Obj) -> bool:
    """Whether a pod that is being deleted is replaced only once it has ended."""
    return bool(job["spec"].get("podReplacementPolicy") == "Failed")


def is_failed(job: Obj, pod: Obj) -> bool:
    """Whether a pod counts as failed: it did, or it is being deleted."""
    if phase(pod) == "Failed":
        return True
    return not only_failed_replaced(job) and deleting(pod) and phase(pod) != "Succeeded"


def finished_at(pod: Obj) -> float:
    """The moment a pod ended, as well as it can be told."""
    moments = [_terminated_at(entry) for entry in pod.get("status", {}).get("containerStatuses") or ()]
    known = [moment for moment in moments if moment is not None]
    if moments and len(known) == len(moments):
        return max(known)
    ready = pod_condition(pod, "Ready")
    if ready is not None and ready["status"] == "False" and ready.get("lastTransitionTime"):
        return parse_timestamp(ready["lastTransitionTime"])
    metadata = pod["metadata"]
    if deleting(pod):
        return parse_timestamp(metadata["deletionTimestamp"]) - (metadata.get("deletionGracePeriodSeconds") or 0)
    return parse_timestamp(metadata["creationTimestamp"])


def _terminated_at(entry: Mapping[str, Any]) -> float | None:
    text = ((entry.get("state") or {}).get("terminated") or {}).get("finishedAt")
    return parse_timestamp(text) if text else None


def judge(job: Obj, pod: Obj) -> Judgement:
    """What the Job's pod failure policy says of a failed pod; without a rule that matches it counts."""
    for number, rule in enumerate((job["spec"].get("podFailurePolicy") or {}).get("rules") or ()):
        cause = _exit_code_cause(rule, pod) or _condition_cause(rule, pod)
        if not cause:
            continue
        action = rule["action"]
        if action != "FailJob":
            return Judgement(action, counted=action != "Ignore")
        return Judgement(action, message=f"{cause} matching {action} rule at index {number}")
    return Judgement()


def _where(pod: Obj) -> str:
    return f"{namespace_of(pod)}/{name_of(pod)}"


def _exit_code_cause(rule: Mapping[str, Any], pod: Obj) -> str:
    wanted = rule.get("onExitCodes")
    if not wanted:
        return ""
    status = pod.get("status", {})
    for entry in (*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())):
        code = ((entry.get("state") or {}).get("terminated") or {}).get("exitCode", 0)
        if wanted.get("containerName") not in (None, entry["name"]) or code == 0:
            continue
        if (code in wanted["values"]) == (wanted["operator"] == "In"):
            return f"Container {entry['name']} for pod {_where(pod)} failed with exit code {code}"
    return ""


def _condition_cause(rule: Mapping[str, Any], pod: Obj) -> str:
    patterns = rule.get("onPodConditions") or ()
    for condition in pod.get("status", {}).get("conditions") or ():
        for pattern in patterns:
            if (pattern["type"], pattern.get("status") or "True") == (condition["type"], condition["status"]):
                return f"Pod {_where(pod)} has condition {condition['type']}"
    return ""


def container_restarts(pods: Iterable[Obj]) -> int:
    """How often containers were restarted in pods that have not ended."""
    return sum(
        entry.get("restartCount", 0)
        for pod in pods
        if phase(pod) in ("Running", "Pending")
        for field in ("initContainerStatuses", "containerStatuses")
        for entry in pod["status"].get(field) or ()
    )
