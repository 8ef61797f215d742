"""Counting ended pods exactly once: a pod's uid is noted in the status, its finalizer is taken off, then the counter rises.

Source: pkg/controller/job/job_controller.go, trackJobStatusAndRemoveFinalizers.
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.job.failures import is_failed, judge
from tutor.simulator.controllers.job.indexes import format_indexes, index_of, is_indexed, valid_index
from tutor.simulator.controllers.job.look import Look, has_finalizer
from tutor.simulator.controllers.job.manage import PodManager
from tutor.simulator.controllers.job.verdict import renamed, set_status
from tutor.simulator.controllers.pods import phase
from tutor.simulator.objects import deleting, get_condition, uid_of
from tutor.simulator.store import Obj

COUNTERS = ("active", "succeeded", "failed")
"""Left out of the status while they are 0."""


class Accountant:
    """Writes the status of Jobs."""

    def __init__(self, client: Client, manager: PodManager) -> None:
        self._client = client
        self._manager = manager

    def settle(self, look: Look) -> bool:
        """Count what has ended and write the status; says whether the Job is finished."""
        held = {uid_of(pod) for pod in look.pods if has_finalizer(pod)}
        _move_to_counters(look, held)
        ended = [pod for pod in look.pods if has_finalizer(pod) and _may_go(look, pod)]
        new_indexes = {index for pod in ended if (index := _note(look, pod)) is not None}
        if is_indexed(look.job):
            _write_indexes(look, new_indexes)
        final = _announce(look)
        self._write(look)
        for pod in ended:
            self._manager.release(pod)
            held.discard(uid_of(pod))
        _move_to_counters(look, held)
        finished = final is not None and self._finish(look, final)
        self._write(look)
        return finished

    def _write(self, look: Look) -> None:
        look.job = self._client.update_status("jobs.batch", look.job, stored_form(look.status))

    @staticmethod
    def _finish(look: Look, final: dict[str, Any]) -> bool:
        if any(look.uncounted.values()) or look.terminating:
            return False
        set_status(look.status, final)
        if final["type"] == "Complete":
            look.status["completionTime"] = final["lastTransitionTime"]
        return True


def stored_form(status: dict[str, Any]) -> dict[str, Any]:
    """The status without what is empty."""
    stored = {name: value for name, value in status.items() if name not in COUNTERS or value}
    uncounted = status["uncountedTerminatedPods"]
    stored["uncountedTerminatedPods"] = {name: list(uids) for name, uids in uncounted.items() if uids}
    return stored


def _move_to_counters(look: Look, held: set[str]) -> None:
    """Pods that are noted and no longer held count."""
    for name, uids in look.uncounted.items():
        left = [uid for uid in uids if uid in held]
        look.status[name] = look.status.get(name, 0) + len(uids) - len(left)
        look.uncounted[name] = left


def _may_go(look: Look, pod: Obj) -> bool:
    """Whether the finalizer of a pod can be taken off."""
    if deleting(look.job) or look.verdict is not None or phase(pod) == "Succeeded":
        return True
    if not is_failed(look.job, pod):
        return False
    return all(uid_of(pod) != uid_of(waiting) for waiting in look.waiting.values())


def _note(look: Look, pod: Obj) -> int | None:
    """Note a pod's end as uncounted; a newly done index is returned in its place."""
    uid, uncounted = uid_of(pod), look.uncounted
    if phase(pod) == "Succeeded" and uid not in uncounted["failed"]:
        if not is_indexed(look.job):
            if uid not in uncounted["succeeded"]:
                uncounted["succeeded"].append(uid)
            return None
        index = index_of(pod)
        return index if valid_index(look.job, pod) and index not in look.counted_indexes else None
    given_up = look.verdict is not None and look.verdict["type"] != "SuccessCriteriaMet"
    counts = valid_index(look.job, pod) and uid not in uncounted["failed"] and judge(look.job, pod).counted
    if (is_failed(look.job, pod) or given_up) and counts:
        uncounted["failed"].append(uid)
    return None


def _write_indexes(look: Look, new: set[int]) -> None:
    done = look.counted_indexes | look.succeeded_indexes | new
    look.status["succeeded"] = len(done)
    if done or "completedIndexes" in look.status:
        look.status["completedIndexes"] = format_indexes(done)
    if look.failed_indexes is not None:
        look.status["failedIndexes"] = format_indexes(look.failed_indexes)


def _announce(look: Look) -> dict[str, Any] | None:
    """Show what the Job is heading for; returns the condition it will end with once all pods are gone."""
    verdict = look.verdict
    if verdict is None:
        return None
    if verdict["type"] == "FailureTarget":
        look.status["conditions"] = [*(look.status.get("conditions") or ()), verdict]
        return renamed(verdict, "Failed", look.now)
    if verdict["type"] == "SuccessCriteriaMet":
        if get_condition(look.status, "SuccessCriteriaMet") is None:
            look.status["conditions"] = [*(look.status.get("conditions") or ()), verdict]
        return renamed(verdict, "Complete", look.now)
    return verdict
