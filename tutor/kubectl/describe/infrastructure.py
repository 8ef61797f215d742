"""`kubectl describe` for what clusters keep for themselves: IP addresses, service networks, storage drivers of nodes."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.objects import Object, annotations_of, get, labels_of, name_of


def _head(obj: Object) -> Writer:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.labels("Labels", labels_of(obj))
    writer.annotations("Annotations", annotations_of(obj))
    return writer


def describe_ip_address(context: Context, obj: Object) -> str:
    writer = _head(obj)
    parent = get(obj, "spec.parentRef")
    if parent:
        writer.write(0, "Parent Reference:\n")
        for label in ("Group", "Resource", "Namespace", "Name"):
            writer.line(1, label, parent.get(label.lower(), ""))
    context.write_events(writer, obj)
    return writer.aligned()


def describe_service_cidr(context: Context, obj: Object) -> str:
    writer = _head(obj)
    writer.line(0, "CIDRs", ", ".join(get(obj, "spec.cidrs", [])))
    conditions = get(obj, "status.conditions", [])
    if conditions:
        writer.write(0, "Status:\nConditions:\n")
        rows = [
            [item.get("type"), item.get("status"), moment(item.get("lastTransitionTime")), *_why(item)]
            for item in conditions
        ]
        writer.table(1, ("Type", "Status", "LastTransitionTime", "Reason", "Message"), rows)
    context.write_events(writer, obj)
    return writer.aligned()


def _why(condition: Object) -> tuple[str, str]:
    return condition.get("reason", ""), condition.get("message", "")


def describe_csi_node(context: Context, obj: Object) -> str:
    writer = _head(obj)
    writer.line(0, "CreationTimestamp", moment(get(obj, "metadata.creationTimestamp")))
    writer.write(0, "Spec:\n")
    drivers = get(obj, "spec.drivers")
    if drivers:
        writer.write(1, "Drivers:\n")
    for driver in drivers or []:
        writer.write(2, f"{driver.get('name', '')}:\n")
        writer.line(3, "Node ID", driver.get("nodeID", ""))
        count = get(driver, "allocatable.count")
        if count is not None:
            writer.write(3, "Allocatables:\n")
            writer.line(4, "Count", count)
        if driver.get("topologyKeys") is not None:
            writer.line(3, "Topology Keys", f"[{' '.join(driver['topologyKeys'])}]")
    context.write_events(writer, obj)
    return writer.aligned()
