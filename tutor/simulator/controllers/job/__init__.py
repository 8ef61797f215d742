"""Jobs run pods until enough of them have succeeded, or too many have failed (pkg/controller/job)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.adoption import claim
from tutor.simulator.controllers.base import Controller, index_owned, owned
from tutor.simulator.controllers.job.accounting import Accountant
from tutor.simulator.controllers.job.failures import Backoff
from tutor.simulator.controllers.job.look import Look, has_finalizer, take_look
from tutor.simulator.controllers.job.manage import PodManager
from tutor.simulator.controllers.job.verdict import (
    completed,
    deadline_left,
    is_complete,
    is_finished,
    judge_job,
    new_condition,
    set_status,
)
from tutor.simulator.controllers.pods import PodControl, affected_by_pod
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import controller_of, deleting, key_of, namespace_of, split_key, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

JOBS = "jobs.batch"
MANAGED_BY = "kubernetes.io/job-controller"
FIRST_RETRY, LAST_RETRY = 1.0, 60.0
"""Seconds until a look is repeated that the API has refused something (DefaultJobApiBackOff, MaxJobApiBackOff)."""
_POD = "pod:"
"""Prefix of keys of pods whose Job is over or gone, so that nobody else takes their finalizer off."""


class JobController(Controller):
    """Syncs Jobs. It remembers, as the real one does, how many pods of a Job have failed in a row."""

    name = "job-controller"
    primary = JOBS
    secondary = ("pods",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, "pods")
        self._pods = PodManager(self.client, PodControl(self.client, self.events))
        self._accountant = Accountant(self.client, self._pods)
        self._backoffs: dict[str, Backoff] = {}

    # -- what concerns which key

    def observe(self, change: Change) -> Iterable[str]:
        """The Job, unless nothing but the status it was given here is new; and the pods of one that is gone."""
        if change.resource == JOBS and change.type == "DELETED":
            return [_POD + key_of(pod) for pod in owned(self.store, "pods", uid_of(change.obj))]
        if change.resource == JOBS and change.actor == self.name and not is_finished(change.obj):
            return ()
        return super().observe(change)

    def affected(self, change: Change) -> Iterable[str]:
        """The Job of a pod, or the pod itself if its Job is over or has let go of it."""
        reference = controller_of(change.obj)
        if reference is not None and reference["kind"] != "Job":
            return ()
        keys = list(affected_by_pod(self.client, change, JOBS, "Job"))
        if has_finalizer(change.obj) and self._is_left_over(change.obj):
            return (_POD + key_of(change.obj), *(keys if reference is None else ()))
        return keys

    def _is_left_over(self, pod: Obj) -> bool:
        """Whether no Job will ever count this pod (handleSingleOrphanPod)."""
        reference = controller_of(pod)
        if reference is None:
            return True
        if reference["kind"] != "Job":
            return False
        job = self.client.get(JOBS, namespace_of(pod), reference["name"])
        if job is None or uid_of(job) != reference["uid"]:
            return True
        return _is_ours(job) and is_finished(job)

    def resync(self) -> Iterable[str]:
        """All Jobs, and pods that wait for nothing."""
        yield from super().resync()
        for pod in self.store.list("pods"):
            if has_finalizer(pod) and self._is_left_over(pod):
                yield _POD + key_of(pod)

    def reconcile(self, key: str) -> Result:
        """Look at a Job, or let go of a pod that is left over."""
        if not key.startswith(_POD):
            if self.client.get(JOBS, *split_key(key)) is None:
                self._backoffs.pop(key, None)
            return super().reconcile(key)
        pod = self.client.get("pods", *split_key(key.removeprefix(_POD)))
        if pod is not None and self._is_left_over(pod):
            self._pods.release(pod)
        return DONE

    # -- one look

    def sync(self, job: Obj) -> Result:
        """Count what has ended, decide whether the Job is over, and create or delete pods."""
        if is_finished(job) or not _is_ours(job):
            self._backoffs.pop(key_of(job), None)
            return DONE
        pods = claim(self.client, job, "pods", job["spec"]["selector"])
        look = take_look(job, pods, self._backoffs.get(key_of(job), Backoff()), self.now)
        look.verdict = judge_job(look)
        problem: ApiError | None = None
        wait: float | None = None
        try:
            active, wait = self._manage(look)
        except ApiError as error:
            problem, active = error, len(look.active)
        look.status.update({"active": active, "ready": look.ready, "terminating": look.terminating})
        self._backoffs[key_of(job)] = look.backoff
        if self._accountant.settle(look):
            self._tell_end(look)
        if problem is not None:
            raise Retry(problem.message, first=FIRST_RETRY, most=LAST_RETRY)
        return _next(wait, None if is_finished(look.job) else deadline_left(look))

    def _manage(self, look: Look) -> tuple[int, float | None]:
        if look.verdict is not None:
            return self._pods.delete_active(look), None
        active, wait = len(look.active), None
        if not deleting(look.job):
            active, wait = self._pods.adjust(look)
        if is_complete(look, active):
            look.verdict = completed(look.now)
        elif not deleting(look.job):
            self._note_suspension(look)
        return active, wait

    def _note_suspension(self, look: Look) -> None:
        if look.suspended:
            condition = new_condition("Suspended", "JobSuspended", "Job suspended", look.now)
            if set_status(look.status, condition):
                self.events.normal(look.job, "Suspended", "Job suspended")
                look.status.pop("startTime", None)
            return
        condition = new_condition("Suspended", "JobResumed", "Job resumed", look.now, "False")
        if set_status(look.status, condition):
            self.events.normal(look.job, "Resumed", "Job resumed")
            look.status["startTime"] = timestamp(look.now)

    def _tell_end(self, look: Look) -> None:
        end = look.status["conditions"][-1]
        if end["type"] == "Failed":
            self.events.warning(look.job, end["reason"], end["message"])
            return
        if look.status["succeeded"] > (look.job["spec"].get("completions") or look.status["succeeded"]):
            text = "Too many succeeded pods running after completion count reached"
            self.events.warning(look.job, "TooManySucceededPods", text)
        self.events.normal(look.job, "Completed", "Job completed")

    # -- what it remembers

    def save(self) -> Any:
        """The back-offs of Jobs that are not over."""
        return tuple(self._backoffs.items())

    def load(self, state: Any) -> None:
        """Go back to saved back-offs."""
        self._backoffs = dict(state or ())


def _is_ours(job: Obj) -> bool:
    """Whether no other controller was named to look after the Job."""
    return job["spec"].get("managedBy") in (None, MANAGED_BY)


def _next(backoff: float | None, deadline: float | None) -> Result:
    """The sooner of the two; a deadline alone leaves the cluster settled."""
    if backoff is not None and (deadline is None or backoff <= deadline):
        return Result(backoff)
    return Result(deadline, housekeeping=True) if deadline is not None and deadline > 0 else DONE


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (JobController(cluster),)
