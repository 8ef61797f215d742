"""What one look at a Job finds: its pods, sorted by what has become of them, and the status that is being worked out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.job.failures import Backoff, after, is_failed, judge
from tutor.simulator.controllers.job.indexes import (
    FAILURES,
    IGNORED_FAILURES,
    failure_count,
    index_of,
    indexes_of,
    is_indexed,
    parse_indexes,
    per_index,
    valid_index,
)
from tutor.simulator.controllers.pods import is_active, is_ready, is_terminating, phase
from tutor.simulator.objects import copy_json, uid_of
from tutor.simulator.store import Obj

FINALIZER = "batch.kubernetes.io/job-tracking"
"""Holds a pod until its end is counted in the Job's status."""


@dataclass(slots=True)
class Look:
    """The facts that a look starts from, and those it changes on its way."""

    job: Obj
    pods: list[Obj]
    now: float
    status: dict[str, Any]
    active: list[Obj]
    terminating: int
    ready: int
    succeeded: int = 0
    failed: int = 0
    backoff: Backoff = field(default_factory=Backoff)
    counted_indexes: set[int] = field(default_factory=set)
    """Indexes that the stored status has as done."""
    succeeded_indexes: set[int] = field(default_factory=set)
    failed_indexes: set[int] | None = None
    """None unless every index has its own back-off limit."""
    waiting: dict[int, Obj] = field(default_factory=dict)
    """With a limit per index: the failed pod that the next pod of an index replaces, kept until then."""
    verdict: dict[str, Any] | None = None
    """The condition that ends the Job."""

    @property
    def uncounted(self) -> dict[str, list[str]]:
        """Uids of pods whose end is noted but not yet in the counters."""
        found: dict[str, list[str]] = self.status["uncountedTerminatedPods"]
        return found

    @property
    def suspended(self) -> bool:
        """Whether the Job is to have no pods for now."""
        return bool(self.job["spec"].get("suspend"))


def has_finalizer(pod: Obj) -> bool:
    """Whether a pod waits for being counted."""
    return FINALIZER in (pod["metadata"].get("finalizers") or ())


def take_look(job: Obj, pods: list[Obj], backoff: Backoff, now: float) -> Look:
    """Count what has ended since the last look."""
    status = copy_json(job.get("status") or {})
    uncounted = status.get("uncountedTerminatedPods") or {}
    status["uncountedTerminatedPods"] = {name: uncounted.get(name) or [] for name in ("succeeded", "failed")}
    active = [pod for pod in pods if is_active(pod)]
    terminating = sum(is_terminating(pod) for pod in pods)
    look = Look(job, pods, now, status, active, terminating, sum(is_ready(pod) for pod in active))
    done = _new(look, "succeeded", [pod for pod in pods if phase(pod) == "Succeeded"])
    failed = _new(look, "failed", [pod for pod in pods if is_failed(job, pod)])
    look.succeeded = status.get("succeeded", 0) + len(done) + len(look.uncounted["succeeded"])
    counted = sum(judge(job, pod).counted for pod in failed)
    look.failed = status.get("failed", 0) + counted + len(look.uncounted["failed"])
    look.backoff = after(backoff, done, failed)
    if is_indexed(job):
        _sort_indexes(look)
    if not look.suspended and "startTime" not in status:
        status["startTime"] = timestamp(now)
    return look


def _new(look: Look, counter: str, pods: Iterable[Obj]) -> list[Obj]:
    known = look.uncounted[counter]
    return [pod for pod in pods if has_finalizer(pod) and uid_of(pod) not in known and valid_index(look.job, pod)]


def _sort_indexes(look: Look) -> None:
    completions = look.job["spec"]["completions"]
    tracked = [pod for pod in look.pods if has_finalizer(pod) and valid_index(look.job, pod)]
    look.counted_indexes = parse_indexes(look.status.get("completedIndexes", ""), completions)
    done = indexes_of(pod for pod in tracked if phase(pod) == "Succeeded")
    look.succeeded_indexes = look.counted_indexes | done
    look.succeeded = len(look.succeeded_indexes)
    if per_index(look.job):
        before = parse_indexes(look.status.get("failedIndexes", ""), completions)
        look.failed_indexes = before | indexes_of(pod for pod in tracked if _ends_index(look.job, pod))
        look.waiting = _replaceable(look, tracked)


def _ends_index(job: Obj, pod: Obj) -> bool:
    """Whether a pod's failure is the last that its index may have."""
    if not is_failed(job, pod):
        return False
    judgement = judge(job, pod)
    if judgement.action == "FailIndex":
        return True
    return judgement.counted and failure_count(pod, FAILURES) >= int(job["spec"]["backoffLimitPerIndex"])


def _replaceable(look: Look, tracked: list[Obj]) -> dict[int, Obj]:
    settled = look.succeeded_indexes | (look.failed_indexes or set()) | indexes_of(look.active)
    found: dict[int, Obj] = {}
    for pod in tracked:
        index = index_of(pod)
        if index is None or index in settled or not is_failed(look.job, pod):
            continue
        if index not in found or _failures(pod) >= _failures(found[index]):
            found[index] = pod
    return found


def _failures(pod: Obj) -> int:
    return failure_count(pod, FAILURES, IGNORED_FAILURES)
