"""`kubectl describe pod`."""

from __future__ import annotations

from tutor.kubectl.describe.containers import describe_containers, describe_resources
from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.pod_template import describe_spread_constraints, toleration_lines
from tutor.kubectl.describe.volumes import describe_volumes
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.objects import Object, controller_of, get, name_of, namespace_of


def describe_pod(context: Context, pod: Object) -> str:
    writer = Writer()
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    _head(writer, pod, spec, status)
    _status(writer, context, pod, status)
    _network(writer, pod, status)
    if spec.get("resources"):
        writer.write(0, "Resources:\n")
        describe_resources(writer, spec["resources"], 1)
    _containers(writer, pod, spec, status)
    _conditions(writer, spec, status)
    describe_volumes(writer, spec.get("volumes"), "")
    writer.line(0, "QoS Class", status.get("qosClass", ""))
    writer.labels("Node-Selectors", spec.get("nodeSelector"))
    writer.stack("Tolerations", toleration_lines(spec.get("tolerations")))
    describe_spread_constraints(writer, spec.get("topologySpreadConstraints"), "")
    context.write_events(writer, pod, with_kind=False)
    return writer.aligned()


def _head(writer: Writer, pod: Object, spec: Object, status: Object) -> None:
    writer.line(0, "Name", name_of(pod))
    writer.line(0, "Namespace", namespace_of(pod))
    if spec.get("priority") is not None:
        writer.line(0, "Priority", spec["priority"])
    optional = (
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    )
    for label, field in optional:
        if spec.get(field):
            writer.line(0, label, spec[field])
    writer.line(0, "Node", f"{spec['nodeName']}/{status.get('hostIP', '')}" if spec.get("nodeName") else "<none>")
    if status.get("startTime"):
        writer.line(0, "Start Time", moment(status["startTime"]))
    writer.metadata(pod)


def _status(writer: Writer, context: Context, pod: Object, status: Object) -> None:
    phase = str(status.get("phase", ""))
    deleted = get(pod, "metadata.deletionTimestamp")
    if deleted and phase not in ("Failed", "Succeeded"):
        writer.line(0, "Status", f"Terminating (lasts {context.since(deleted)})")
        writer.line(0, "Termination Grace Period", f"{get(pod, 'metadata.deletionGracePeriodSeconds', 0)}s")
    else:
        writer.line(0, "Status", phase)
    for field in ("reason", "message"):
        if status.get(field):
            writer.line(0, field.capitalize(), status[field])
    profile = get(pod, "spec.securityContext.seccompProfile")
    if profile:
        writer.line(0, "SeccompProfile", profile.get("type", ""))
        if profile.get("type") == "Localhost":
            writer.line(0, "LocalhostProfile", profile.get("localhostProfile", ""))


def _network(writer: Writer, pod: Object, status: Object) -> None:
    writer.line(0, "IP", status.get("podIP", ""))
    addresses = status.get("podIPs") or []
    writer.write(0, "IPs:\n" if addresses else "IPs:\t<none>\n")
    for address in addresses:
        writer.line(1, "IP", address.get("ip", ""))
    owner = controller_of(pod)
    if owner:
        writer.line(0, "Controlled By", f"{owner['kind']}/{owner['name']}")
    if status.get("nominatedNodeName"):
        writer.line(0, "NominatedNodeName", status["nominatedNodeName"])


def _containers(writer: Writer, pod: Object, spec: Object, status: Object) -> None:
    if spec.get("initContainers"):
        describe_containers(
            writer, "Init Containers", spec["initContainers"], status.get("initContainerStatuses"), "", pod
        )
    describe_containers(writer, "Containers", spec.get("containers") or [], status.get("containerStatuses"), "", pod)
    if spec.get("ephemeralContainers"):
        statuses = status.get("ephemeralContainerStatuses")
        describe_containers(writer, "Ephemeral Containers", spec["ephemeralContainers"], statuses, "", pod)


def _conditions(writer: Writer, spec: Object, status: Object) -> None:
    conditions = status.get("conditions") or []
    values = {item["type"]: item.get("status", "") for item in conditions}
    if spec.get("readinessGates"):
        writer.write(0, "Readiness Gates:\n  Type\tStatus\n")
        for gate in spec["readinessGates"]:
            kind = gate["conditionType"]
            writer.write(1, f"{kind} \t{values.get(kind, '<none>')} \n")
    if conditions:
        writer.write(0, "Conditions:\n  Type\tStatus\n")
        for item in conditions:
            writer.write(1, f"{item['type']} \t{item.get('status', '')} \n")
