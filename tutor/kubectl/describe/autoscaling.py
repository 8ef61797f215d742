"""`kubectl describe hpa`."""

from __future__ import annotations

from collections.abc import Callable

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.quantity import canonical

_UNKNOWN = "<unknown>"


def describe_autoscaler(context: Context, obj: Object) -> str:
    writer = Writer()
    obj = _newest(context, obj)
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    target = spec.get("scaleTargetRef") or {}
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.metadata(obj)
    writer.line(0, "CreationTimestamp", moment(get(obj, "metadata.creationTimestamp")))
    writer.line(0, "Reference", f"{target.get('kind', '')}/{target.get('name', '')}")
    writer.line(0, "Metrics", "( current / target )")
    measured = status.get("currentMetrics") or []
    for index, metric in enumerate(spec.get("metrics") or []):
        _metric(writer, metric, measured[index] if index < len(measured) else {})
    writer.line(0, "Min replicas", "<unset>" if spec.get("minReplicas") is None else spec["minReplicas"])
    writer.line(0, "Max replicas", spec.get("maxReplicas", 0))
    if spec.get("behavior"):
        writer.write(0, "Behavior:\n")
        _behavior(writer, "Scale Up", spec["behavior"].get("scaleUp"))
        _behavior(writer, "Scale Down", spec["behavior"].get("scaleDown"))
    counts = f"{status.get('currentReplicas', 0)} current / {status.get('desiredReplicas', 0)} desired"
    writer.line(0, f"{target.get('kind', '')} pods", counts)
    _conditions(writer, status)
    context.write_events(writer, obj)
    return writer.aligned()


def _newest(context: Context, obj: Object) -> Object:
    """The object in autoscaling/v2, whichever version was asked for; as it is where a server has no v2."""
    if obj.get("apiVersion") == "autoscaling/v2":
        return obj
    path = f"/apis/autoscaling/v2/namespaces/{namespace_of(obj)}/horizontalpodautoscalers/{name_of(obj)}"
    try:
        return context.invocation.api.get(path)
    except ApiError:
        return obj


def _conditions(writer: Writer, status: Object) -> None:
    if status.get("conditions"):
        writer.write(0, "Conditions:\n")
        rows = [
            (item["type"], item["status"], item.get("reason", ""), item.get("message", ""))
            for item in status["conditions"]
        ]
        writer.table(1, ("Type", "Status", "Reason", "Message"), rows)


def _metric(writer: Writer, metric: Object, measured: Object) -> None:
    describe = _METRICS.get(str(metric.get("type")))
    if describe is None:
        writer.write(1, f'<unknown metric type "{metric.get("type", "")}">\n')
        return
    key = str(metric["type"])[0].lower() + str(metric["type"])[1:]
    writer.write(1, describe(metric.get(key) or {}, get(measured, f"{key}.current", {})))


def _amount(values: Object, key: str) -> str:
    return canonical(str(values[key])) if values.get(key) is not None else _UNKNOWN


def _resource(metric: Object, current: Object) -> str:
    return f"resource {metric.get('name', '')} on pods{_usage(metric.get('target') or {}, current)}"


def _container_resource(metric: Object, current: Object) -> str:
    container = metric.get("container", "")
    return f'resource {metric.get("name", "")} of container "{container}" on pods{_usage(metric.get("target") or {}, current)}'


def _usage(target: Object, current: Object) -> str:
    if target.get("averageValue") is not None:
        return f":\t{_amount(current, 'averageValue')} / {_amount(target, 'averageValue')}\n"
    shown = _UNKNOWN
    if current.get("averageUtilization") is not None:
        shown = f"{current['averageUtilization']}% ({_amount(current, 'averageValue')})"
    wanted = f"{target['averageUtilization']}%" if target.get("averageUtilization") is not None else "<auto>"
    return f"  (as a percentage of request):\t{shown} / {wanted}\n"


def _pods(metric: Object, current: Object) -> str:
    target = metric.get("target") or {}
    return f'"{get(metric, "metric.name", "")}" on pods:\t{_amount(current, "averageValue")} / {_amount(target, "averageValue")}\n'


def _object(metric: Object, current: Object) -> str:
    target, described = metric.get("target") or {}, metric.get("describedObject") or {}
    average = target.get("type") == "AverageValue"
    key, label = ("averageValue", "target average value") if average else ("value", "target value")
    head = f'"{get(metric, "metric.name", "")}" on {described.get("kind", "")}/{described.get("name", "")}'
    return f"{head} ({label}):\t{_amount(current, key)} / {_amount(target, key)}\n"


def _external(metric: Object, current: Object) -> str:
    target = metric.get("target") or {}
    average = target.get("averageValue") is not None
    key, label = ("averageValue", "target average value") if average else ("value", "target value")
    return f'"{get(metric, "metric.name", "")}" ({label}):\t{_amount(current, key)} / {_amount(target, key)}\n'


_METRICS: dict[str, Callable[[Object, Object], str]] = {
    "Resource": _resource,
    "ContainerResource": _container_resource,
    "Pods": _pods,
    "Object": _object,
    "External": _external,
}


def _behavior(writer: Writer, direction: str, rules: Object | None) -> None:
    if not rules:
        return
    writer.write(1, f"{direction}:\n")
    if rules.get("stabilizationWindowSeconds") is not None:
        writer.write(2, f"Stabilization Window: {rules['stabilizationWindowSeconds']} seconds\n")
    if rules.get("policies"):
        writer.write(2, f"Select Policy: {rules.get('selectPolicy') or 'Max'}\n")
        writer.write(2, "Policies:\n")
        for policy in rules["policies"]:
            writer.write(
                3, f"- Type: {policy['type']}\tValue: {policy['value']}\tPeriod: {policy['periodSeconds']} seconds\n"
            )
