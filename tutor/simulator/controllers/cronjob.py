"""CronJobs start a Job whenever their schedule says so (pkg/controller/cronjob/cronjob_controllerv2.go, utils.go)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.controllers.base import Controller, index_owned, owned, owner_keys
from tutor.simulator.controllers.job.verdict import is_finished
from tutor.simulator.cron import CronError, Every, Schedule, is_zone, parse_schedule
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.events import reference
from tutor.simulator.objects import (
    condition_is,
    controller_of,
    copy_json,
    deleting,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
)
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

JOBS = "jobs.batch"
PADDING = 0.1
"""Seconds after a scheduled moment at which it is looked at."""
MANY_MISSED = 100
SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


@dataclass(slots=True)
class _Look:
    """A CronJob and the status that is being worked out."""

    cron_job: Obj
    status: dict[str, Any]
    jobs: list[Obj]
    active: list[dict[str, Any]] = field(default_factory=list)

    def forget(self, uid: str) -> bool:
        """Take a Job off the list of active ones; says whether it was on it."""
        left = [entry for entry in self.active if entry["uid"] != uid]
        found = len(left) < len(self.active)
        self.active = left
        return found


class CronJobController(Controller):
    """Syncs CronJobs."""

    name = "cronjob-controller"
    primary = "cronjobs.batch"
    secondary = (JOBS,)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, JOBS)

    def affected(self, change: Change) -> Iterable[str]:
        """The CronJob that started a Job."""
        return owner_keys(change, "CronJob")

    def sync(self, cron_job: Obj) -> Result:
        """Note what has ended, and start a Job if one is due."""
        status = copy_json(cron_job.get("status") or {})
        jobs = sorted(owned(self.store, JOBS, uid_of(cron_job)), key=_start_order)
        look = _Look(cron_job, status, jobs, status.get("active") or [])
        self._clean_up(look)
        self._note_ends(look)
        try:
            return DONE if deleting(cron_job) or cron_job["spec"].get("suspend") else self._schedule(look)
        finally:
            self._write(look)

    def _write(self, look: _Look) -> None:
        status = {**look.status, "active": look.active}
        if not look.active:
            del status["active"]
        self.client.update_status(self.primary, look.cron_job, status)

    # -- what has ended

    def _clean_up(self, look: _Look) -> None:
        """Delete the oldest finished Jobs beyond the history limits."""
        for kind, limit in (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")):
            keep = look.cron_job["spec"].get(limit)
            finished = [job for job in look.jobs if condition_is(job.get("status") or {}, kind)]
            for job in finished[: max(0, len(finished) - keep)] if keep is not None else ():
                self._delete(look, job)

    def _delete(self, look: _Look, job: Obj) -> None:
        options = DeleteOptions(propagation="Background")
        self.client.delete(JOBS, namespace_of(job), name_of(job), options)
        look.forget(uid_of(job))
        self.events.normal(look.cron_job, "SuccessfulDelete", f"Deleted job {name_of(job)}")

    def _note_ends(self, look: _Look) -> None:
        for job in look.jobs:
            if is_finished(job):
                self._note_end(look, job)
            elif all(entry["uid"] != uid_of(job) for entry in look.active):
                text = f"Saw a job that the controller did not create or forgot: {name_of(job)}"
                self.events.warning(look.cron_job, "UnexpectedJob", text)
        known = {uid_of(job) for job in look.jobs}
        for entry in list(look.active):
            if entry["uid"] not in known and self.client.get(JOBS, entry["namespace"], entry["name"]) is None:
                self.events.normal(look.cron_job, "MissingJob", f"Active job went missing: {entry['name']}")
                look.forget(entry["uid"])

    def _note_end(self, look: _Look, job: Obj) -> None:
        kind = "Complete" if condition_is(job["status"], "Complete") else "Failed"
        if look.forget(uid_of(job)):
            text = f"Saw completed job: {name_of(job)}, condition: {kind}"
            self.events.normal(look.cron_job, "SawCompletedJob", text)
        ended = job["status"].get("completionTime")
        if kind == "Complete" and ended and ended > look.status.get("lastSuccessfulTime", ""):
            look.status["lastSuccessfulTime"] = ended

    # -- what is due

    def _schedule(self, look: _Look) -> Result:
        spec = look.cron_job["spec"]
        zone = spec.get("timeZone")
        if zone is not None and not is_zone(zone):
            text = f'invalid timeZone: "{zone}": unknown time zone {zone}'
            self.events.warning(look.cron_job, "UnknownTimeZone", text)
            return DONE
        try:
            schedule = parse_schedule(spec["schedule"])
        except CronError as error:
            text = f'unparseable schedule: "{spec["schedule"]}" : {error}'
            self.events.warning(look.cron_job, "UnparseableSchedule", text)
            return DONE
        following = schedule.after(self.now, zone)
        if following is None:  # such as the 31st of February
            text = f"invalid schedule: {spec['schedule']} : time difference between two schedules is less than 1 second"
            self.events.warning(look.cron_job, "InvalidSchedule", text)
            return DONE
        due = self._due(look, schedule, zone)
        if due is not None and not self._is_processed(look, due):
            self._start(look, due, zone)
        return Result(following + PADDING - self.now, housekeeping=True)

    def _due(self, look: _Look, schedule: Schedule | Every, zone: str | None) -> float | None:
        """The newest scheduled moment that has passed since the last one that was seen to."""
        since = parse_timestamp(look.status.get("lastScheduleTime") or look.cron_job["metadata"]["creationTimestamp"])
        deadline = look.cron_job["spec"].get("startingDeadlineSeconds")
        if deadline is not None:
            since = max(since, self.now - deadline)
        due, missed = None, 0
        moment = schedule.after(since, zone)
        while moment is not None and moment <= self.now:
            due, missed = moment, missed + 1
            moment = schedule.after(moment, zone)
        if missed > MANY_MISSED:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self.events.warning(look.cron_job, "TooManyMissedTimes", text)
        if due is not None and deadline is not None and due + deadline < self.now:
            text = f"Missed scheduled time to start a job: {format_datetime(datetime.fromtimestamp(due, UTC))}"
            self.events.warning(look.cron_job, "MissSchedule", text)
            return None
        return due

    @staticmethod
    def _is_processed(look: _Look, due: float) -> bool:
        name = _job_name(look.cron_job, due)
        started = any(entry["name"] == name for entry in look.active)
        return started or look.status.get("lastScheduleTime") == timestamp(due)

    def _start(self, look: _Look, due: float, zone: str | None) -> None:
        policy = look.cron_job["spec"]["concurrencyPolicy"]
        if policy == "Forbid" and look.active:
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.events.normal(look.cron_job, "JobAlreadyActive", text)
            return
        if policy == "Replace":
            self._replace(look)
        job = self._create(look, due, zone)
        if job is None:
            return
        look.active.append(reference(job))
        look.status["lastScheduleTime"] = timestamp(due)

    def _replace(self, look: _Look) -> None:
        for entry in list(look.active):
            job = self.client.get(JOBS, entry["namespace"], entry["name"])
            if job is not None:
                self._delete(look, job)

    def _create(self, look: _Look, due: float, zone: str | None) -> Obj | None:
        cron_job = look.cron_job
        body = _job_from_template(cron_job, due, zone)
        name, namespace = name_of(body), namespace_of(cron_job)
        try:
            job = self.client.create(JOBS, body)
        except ApiError as error:
            existing = self.client.get(JOBS, namespace, name)
            owner = controller_of(existing) if existing else None
            if error.reason == "AlreadyExists":
                return existing if owner is not None and owner["uid"] == uid_of(cron_job) else None
            self.events.warning(cron_job, "FailedCreate", f"Error creating job: {error.message}")
            raise Retry(error.message) from error
        self.events.normal(cron_job, "SuccessfulCreate", f"Created job {name}")
        return job


def _start_order(job: Obj) -> tuple[str, str]:
    """Oldest start first; Jobs that have not started last."""
    return (job.get("status") or {}).get("startTime") or "~", name_of(job)


def _job_name(cron_job: Obj, due: float) -> str:
    """The name tells the minute, so that one moment cannot start two Jobs."""
    return f"{name_of(cron_job)}-{int(due) // 60}"


def _job_from_template(cron_job: Obj, due: float, zone: str | None) -> Obj:
    template = cron_job["spec"]["jobTemplate"]
    given = template.get("metadata") or {}
    local = datetime.fromtimestamp(due, ZoneInfo(zone) if zone else UTC)
    written = local.isoformat(timespec="seconds").replace("+00:00", "Z")
    metadata = {
        "name": _job_name(cron_job, due),
        "namespace": namespace_of(cron_job),
        "annotations": {**(given.get("annotations") or {}), SCHEDULED_AT: written},
        "ownerReferences": [owner_reference(cron_job)],
    }
    if given.get("labels"):
        metadata["labels"] = dict(given["labels"])
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": copy_json(template["spec"])}


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (CronJobController(cluster),)
