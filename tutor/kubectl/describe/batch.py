"""`kubectl describe` for jobs and cron jobs."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.pod_template import describe_pod_template
from tutor.kubectl.describe.writer import Writer, moment, truth
from tutor.kubectl.duration import human_duration, parse_time
from tutor.kubectl.objects import Object, controller_of, get, name_of, namespace_of
from tutor.kubectl.selectors import selector_text


def _or_unset(value: object, suffix: str = "") -> str:
    return "<unset>" if value is None else f"{value}{suffix}"


def _boolean(value: object) -> str:
    return "true" if value else "false"


def describe_job(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.line(0, "Selector", selector_text(spec.get("selector")))
    writer.metadata(obj)
    owner = controller_of(obj)
    if owner:
        writer.line(0, "Controlled By", f"{owner['kind']}/{owner['name']}")
    _job_settings(writer, spec)
    _job_times(writer, spec, status)
    ready = f" ({status['ready']} Ready)" if status.get("ready") is not None else ""
    counts = f"{status.get('active', 0)} Active{ready} / {status.get('succeeded', 0)} Succeeded / {status.get('failed', 0)} Failed"
    writer.line(0, "Pods Statuses", counts)
    if spec.get("completionMode") == "Indexed":
        writer.line(0, "Completed Indexes", _indexes(str(status.get("completedIndexes", ""))))
    describe_pod_template(spec.get("template"), writer)
    context.write_events(writer, obj)
    return writer.aligned()


def _job_settings(writer: Writer, spec: Object) -> None:
    if spec.get("parallelism") is not None:
        writer.line(0, "Parallelism", spec["parallelism"])
    writer.line(0, "Completions", _or_unset(spec.get("completions")))
    if spec.get("completionMode"):
        writer.line(0, "Completion Mode", spec["completionMode"])
    if spec.get("suspend") is not None:
        writer.line(0, "Suspend", _boolean(spec["suspend"]))
    if spec.get("backoffLimit") is not None:
        writer.line(0, "Backoff Limit", spec["backoffLimit"])
    if spec.get("ttlSecondsAfterFinished") is not None:
        writer.line(0, "TTL Seconds After Finished", spec["ttlSecondsAfterFinished"])


def _job_times(writer: Writer, spec: Object, status: Object) -> None:
    started, completed = status.get("startTime"), status.get("completionTime")
    if started:
        writer.line(0, "Start Time", moment(started))
    if completed:
        writer.line(0, "Completed At", moment(completed))
    if started and completed:
        writer.line(0, "Duration", human_duration((parse_time(completed) or 0) - (parse_time(started) or 0)))
    if spec.get("activeDeadlineSeconds") is not None:
        writer.line(0, "Active Deadline Seconds", f"{spec['activeDeadlineSeconds']}s")


def _indexes(text: str, limit: int = 50) -> str:
    """The list of indexes, cut at the first comma after `limit` characters."""
    if not text:
        return "<none>"
    comma = text.find(",", limit)
    return text if comma < 0 else text[: comma + 1] + "..."


def describe_cron_job(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.metadata(obj)
    writer.line(0, "Schedule", spec.get("schedule", ""))
    writer.line(0, "Concurrency Policy", spec.get("concurrencyPolicy", ""))
    writer.line(0, "Suspend", "<unset>" if spec.get("suspend") is None else truth(spec["suspend"]))
    writer.line(0, "Time Zone", _or_unset(spec.get("timeZone")))
    writer.line(0, "Successful Job History Limit", _or_unset(spec.get("successfulJobsHistoryLimit")))
    writer.line(0, "Failed Job History Limit", _or_unset(spec.get("failedJobsHistoryLimit")))
    writer.line(0, "Starting Deadline Seconds", _or_unset(spec.get("startingDeadlineSeconds"), "s"))
    _job_template(writer, get(spec, "jobTemplate.spec", {}))
    last = status.get("lastScheduleTime")
    writer.line(0, "Last Schedule Time", moment(last) if last else "<unset>")
    active = ", ".join(str(job.get("name", "")) for job in status.get("active") or [])
    writer.line(0, "Active Jobs", active or "<none>")
    context.write_events(writer, obj)
    return writer.aligned()


def _job_template(writer: Writer, spec: Object) -> None:
    selector = spec.get("selector")
    writer.line(0, "Selector", selector_text(selector) if selector is not None else "<unset>")
    writer.line(0, "Parallelism", _or_unset(spec.get("parallelism")))
    writer.line(0, "Completions", _or_unset(spec.get("completions")))
    if spec.get("activeDeadlineSeconds") is not None:
        writer.line(0, "Active Deadline Seconds", f"{spec['activeDeadlineSeconds']}s")
    describe_pod_template(spec.get("template"), writer)
