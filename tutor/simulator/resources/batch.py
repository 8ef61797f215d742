"""Jobs and CronJobs. Rules: pkg/apis/batch/validation/validation.go, pkg/registry/batch/job/strategy.go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.cron import CronError, is_zone, parse_schedule
from tutor.simulator.errors import FieldError, invalid, not_supported, required
from tutor.simulator.names import name_problems
from tutor.simulator.objects import condition_is, matches_selector
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.job_policies import default_failure_policy
from tutor.simulator.resources.job_template import validate_template_update
from tutor.simulator.resources.job_validation import validate_job_spec
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import (
    AGE,
    NAME,
    NONE,
    at,
    format_selector,
    human_duration,
    since,
    wide_template_columns,
)
from tutor.simulator.resources.workload_validation import immutable, not_negative
from tutor.simulator.store import Obj

CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
JOB_NAME = "batch.kubernetes.io/job-name"
CONCURRENCY = ("Allow", "Forbid", "Replace")
_STATES = (("Complete", "Complete"), ("Failed", "Failed"))
_LATER_STATES = ("Suspended", "FailureTarget", "SuccessCriteriaMet")


def _default_job_spec(spec: dict[str, Any]) -> None:
    template = spec.setdefault("template", {})
    restart = (template.get("spec") or {}).get("restartPolicy")
    default_template(template)
    if not restart:
        template["spec"]["restartPolicy"] = "Always"
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = spec["parallelism"] = 1
    for name, value in (
        ("parallelism", 1),
        ("backoffLimit", 2**31 - 1 if spec.get("backoffLimitPerIndex") is not None else 6),
        ("completionMode", "NonIndexed"),
        ("suspend", False),
        ("manualSelector", False),
        ("podReplacementPolicy", "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed"),
    ):
        if spec.get(name) is None:
            spec[name] = value
    default_failure_policy(spec)


def _default_job(job: Obj) -> None:
    spec = job.setdefault("spec", {})
    _default_job_spec(spec)
    labels = spec["template"]["metadata"].get("labels")
    if labels and not job["metadata"].get("labels"):
        job["metadata"]["labels"] = dict(labels)


def _prepare_create(_: Context, job: Obj) -> None:
    """Every job selects its pods by its own uid (strategy.go generateSelector)."""
    job["status"] = {}
    spec, uid, name = job["spec"], job["metadata"]["uid"], job["metadata"]["name"]
    if spec.get("manualSelector"):
        return
    added = {CONTROLLER_UID: uid, JOB_NAME: name, "controller-uid": uid, "job-name": name}
    metadata = spec["template"]["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), **added}
    if not job["metadata"].get("labels"):
        job["metadata"]["labels"] = dict(metadata["labels"])
    selector = spec["selector"] = spec.get("selector") or {}
    selector["matchLabels"] = dict(sorted({**(selector.get("matchLabels") or {}), CONTROLLER_UID: uid}.items()))


def _validate_job(job: Obj) -> Iterator[FieldError]:
    metadata, spec = job["metadata"], job["spec"]
    selector, labels = spec.get("selector"), spec["template"]["metadata"].get("labels")
    generated = {"matchLabels": {CONTROLLER_UID: metadata["uid"]}}
    new = "resourceVersion" not in metadata  # of one that is stored, only the change is judged
    if new and selector is not None and not spec["manualSelector"] and selector != generated:
        yield invalid("spec.selector", selector, "`selector` not auto-generated")
    yield from validate_job_spec(spec, "spec")
    if selector is None:
        yield required("spec.selector")
    if not matches_selector(selector, labels or {}):
        yield invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
    hostname = f"{metadata['name']}-{(spec.get('completions') or 0) - 1}"
    if spec["completionMode"] == "Indexed" and spec.get("completions") and name_problems(hostname, "label"):
        why = f"will not able to create pod with invalid DNS label: {hostname}"
        yield invalid("metadata.name", metadata["name"], why)


def _update_job(job: Obj, old: Obj) -> Iterator[FieldError]:
    yield from _update_completions(job, old)
    yield from immutable("spec.selector", "spec", "selector", type_="?v1.LabelSelector")(job, old)
    yield from validate_template_update(job, old)
    yield from immutable("spec.completionMode", "spec", "completionMode")(job, old)
    yield from immutable("spec.podFailurePolicy", "spec", "podFailurePolicy", type_="?batch.PodFailurePolicy")(job, old)
    yield from immutable("spec.backoffLimitPerIndex", "spec", "backoffLimitPerIndex")(job, old)
    yield from immutable("spec.managedBy", "spec", "managedBy")(job, old)
    yield from immutable("spec.successPolicy", "spec", "successPolicy", type_="?batch.SuccessPolicy")(job, old)


def _update_completions(job: Obj, old: Obj) -> Iterator[FieldError]:
    """Indexed Jobs may grow and shrink as long as all indexes run at once (validateCompletions)."""
    spec = job["spec"]
    if spec["completionMode"] != "Indexed":
        yield from immutable("spec.completions", "spec", "completions")(job, old)
        return
    wanted = spec.get("completions")
    if wanted not in (None, old["spec"].get("completions"), spec["parallelism"]):
        yield invalid("spec.completions", wanted, "can only be modified in tandem with spec.parallelism")


def _status(job: Obj, _: float) -> str:
    status = job.get("status", {})
    for condition, shown in _STATES:
        if condition_is(status, condition):
            return shown
    if "deletionTimestamp" in job["metadata"]:
        return "Terminating"
    return next((name for name in _LATER_STATES if condition_is(status, name)), "Running")


def _completions(job: Obj, _: float) -> str:
    spec, done = job["spec"], job.get("status", {}).get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def _duration(job: Obj, now: float) -> str:
    status = job.get("status", {})
    if not status.get("startTime"):
        return ""
    end = parse_timestamp(status["completionTime"]) if status.get("completionTime") else now
    return human_duration(end - parse_timestamp(status["startTime"]))


# -- CronJob


def _default_cron_job(job: Obj) -> None:
    spec = job.setdefault("spec", {})
    template = spec.setdefault("jobTemplate", {})
    template.setdefault("metadata", {})
    inner = template.setdefault("spec", {}).setdefault("template", {})
    default_template(inner)
    default_failure_policy(template["spec"])
    for name, value in (
        ("concurrencyPolicy", "Allow"),
        ("suspend", False),
        ("successfulJobsHistoryLimit", 3),
        ("failedJobsHistoryLimit", 1),
    ):
        if spec.get(name) in (None, ""):
            spec[name] = value


def _validate_cron_job(job: Obj) -> Iterator[FieldError]:
    spec = job["spec"]
    if not spec.get("schedule"):
        yield required("spec.schedule")
    else:
        try:
            parse_schedule(spec["schedule"])
        except CronError as error:
            yield invalid("spec.schedule", spec["schedule"], str(error))
        if "TZ" in spec["schedule"]:
            why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            yield invalid("spec.schedule", spec["schedule"], why)
    yield from _validate_zone(spec.get("timeZone"))
    if spec["concurrencyPolicy"] not in CONCURRENCY:
        yield not_supported("spec.concurrencyPolicy", spec["concurrencyPolicy"], CONCURRENCY)
    if len(job["metadata"].get("name", "")) > 52:
        yield invalid("metadata.name", job["metadata"]["name"], "must be no more than 52 characters")
    for field in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(spec, field, "spec")
    template = spec["jobTemplate"]["spec"]
    yield from validate_job_spec({"completionMode": "NonIndexed", **template}, "spec.jobTemplate.spec")
    if template.get("manualSelector"):
        yield not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false"))


def _validate_zone(zone: str | None) -> Iterator[FieldError]:
    """A name of the time zone database (validateTimeZone)."""
    if zone is None:
        return
    if not zone:
        yield invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string")
    elif zone.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield invalid("spec.timeZone", zone, why)
    elif not is_zone(zone):
        yield invalid("spec.timeZone", zone, f"unknown time zone {zone}")


def _last_schedule(job: Obj, now: float) -> str:
    last = job.get("status", {}).get("lastScheduleTime")
    return since(last, now) if last else NONE


_CRON_POD = ("spec", "jobTemplate", "spec", "template", "spec")

RESOURCES = (
    Resource(
        group="batch",
        version="v1",
        kind="Job",
        plural="jobs",
        categories=("all",),
        columns=(
            NAME,
            Column("Status", _status, description="Whether it runs, has completed or has failed."),
            Column("Completions", _completions, description="Pods that have succeeded of those wanted."),
            Column("Duration", _duration, description="How long it has run or ran."),
            AGE,
            *wide_template_columns(),
        ),
        default=_default_job,
        prepare_create=_prepare_create,
        validate=_validate_job,
        validate_update=_update_job,
        warnings=of_template("spec", "template"),
        has_status=True,
        has_generation=True,
        default_propagation="Orphan",
        fields={"status.successful": lambda job: str(job.get("status", {}).get("succeeded", 0))},
        schema="io.k8s.api.batch.v1.Job",
    ),
    Resource(
        group="batch",
        version="v1",
        kind="CronJob",
        plural="cronjobs",
        short_names=("cj",),
        categories=("all",),
        columns=(
            NAME,
            Column("Schedule", at("spec", "schedule"), description="When it starts jobs, in cron's notation."),
            Column("Timezone", at("spec", "timeZone", default=NONE), description="Time zone of the schedule."),
            Column(
                "Suspend",
                lambda job, _: str(job["spec"].get("suspend", False)),
                type="boolean",
                description="Whether it pauses.",
            ),
            Column(
                "Active",
                lambda job, _: len(job.get("status", {}).get("active") or ()),
                type="integer",
                description="Jobs that run.",
            ),
            Column("Last Schedule", _last_schedule, description="Time since a job was last due."),
            AGE,
            *wide_template_columns(selector=False, path=_CRON_POD),
            Column(
                "Selector",
                lambda job, _: format_selector(job["spec"]["jobTemplate"]["spec"].get("selector")),
                priority=1,
                description="Labels of the pods that belong to a job.",
            ),
        ),
        default=_default_cron_job,
        prepare_create=lambda _, obj: obj.__setitem__("status", {}),
        validate=_validate_cron_job,
        warnings=of_template("spec", "jobTemplate", "spec", "template"),
        has_status=True,
        has_generation=True,
        schema="io.k8s.api.batch.v1.CronJob",
    ),
)
