"""`kubectl describe` for pod disruption budgets and priority classes."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, annotations_of, name_of, namespace_of
from tutor.kubectl.selectors import map_text, selector_text


def describe_disruption_budget(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    if spec.get("minAvailable") is not None:
        writer.line(0, "Min available", spec["minAvailable"])
    elif spec.get("maxUnavailable") is not None:
        writer.line(0, "Max unavailable", spec["maxUnavailable"])
    selector = spec.get("selector")
    writer.line(0, "Selector", "<unset>" if selector is None else selector_text(selector) or "<none>")
    writer.write(0, "Status:\n")
    for label, field in _COUNTS:
        writer.line(2, label, status.get(field, 0))
    context.write_events(writer, obj)
    return writer.aligned()


_COUNTS = (
    ("Allowed disruptions", "disruptionsAllowed"),
    ("Current", "currentHealthy"),
    ("Desired", "desiredHealthy"),
    ("Total", "expectedPods"),
)


def describe_priority_class(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Value", obj.get("value", 0))
    writer.line(0, "GlobalDefault", "true" if obj.get("globalDefault") else "false")
    writer.line(0, "PreemptionPolicy", obj.get("preemptionPolicy", ""))
    writer.line(0, "Description", obj.get("description", ""))
    writer.line(0, "Annotations", map_text(annotations_of(obj)) or "<none>")
    context.write_events(writer, obj)
    return writer.aligned()
