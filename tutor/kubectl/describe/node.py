"""`kubectl describe node`."""

from __future__ import annotations

from fractions import Fraction

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.events import write_events
from tutor.kubectl.describe.pod_resources import pod_limits, pod_requests
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, get, labels_of, name_of, namespace_of
from tutor.kubectl.quantity import canonical, format_quantity, milli, parse_quantity, whole

_ROLE_PREFIX = "node-role.kubernetes.io/"
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})
_INFO = (
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
)


def describe_node(context: Context, node: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(node))
    writer.line(0, "Roles", ",".join(_roles(node)) or "<none>")
    writer.metadata(node)
    writer.line(0, "CreationTimestamp", moment(get(node, "metadata.creationTimestamp")))
    writer.stack("Taints", _taints(node))
    writer.line(0, "Unschedulable", "true" if get(node, "spec.unschedulable") else "false")
    _lease(writer, context, name_of(node))
    _conditions(writer, node)
    writer.write(0, "Addresses:\n")
    for address in get(node, "status.addresses", []):
        writer.line(1, address["type"], address["address"])
    for label, field in (("Capacity", "capacity"), ("Allocatable", "allocatable")):
        _amounts(writer, label, get(node, f"status.{field}", {}))
    _system(writer, node)
    _pods(writer, context, node)
    _events(writer, context, node)
    return writer.aligned()


def _roles(node: Object) -> list[str]:
    roles = {key.removeprefix(_ROLE_PREFIX) for key in labels_of(node) if key.startswith(_ROLE_PREFIX)}
    roles.add(labels_of(node).get("kubernetes.io/role", ""))
    return sorted(roles - {""})


def _taints(node: Object) -> list[str]:
    taints = sorted(get(node, "spec.taints", []), key=lambda item: f"{item.get('effect', '')},{item.get('key', '')}")
    return [
        f"{item['key']}{'=' + item['value'] if item.get('value') else ''}:{item.get('effect', '')}" for item in taints
    ]


def _lease(writer: Writer, context: Context, name: str) -> None:
    try:
        lease = context.invocation.api.get(f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}")
    except ApiError as problem:
        writer.line(0, "Lease", f"Failed to get lease: {problem.message}")
        return
    spec = lease.get("spec") or {}
    writer.write(0, "Lease:\n")
    writer.line(1, "HolderIdentity", spec.get("holderIdentity") or "<unset>")
    for label, field in (("AcquireTime", "acquireTime"), ("RenewTime", "renewTime")):
        writer.line(1, label, moment(spec[field]) if spec.get(field) else "<unset>")


def _conditions(writer: Writer, node: Object) -> None:
    conditions = get(node, "status.conditions", [])
    if not conditions:
        return
    writer.write(0, "Conditions:\n")
    rows = []
    for item in conditions:
        times = [f"{moment(item.get(field))} " for field in ("lastHeartbeatTime", "lastTransitionTime")]
        rows.append(
            (f"{item['type']} ", f"{item['status']} ", *times, f"{item.get('reason', '')} ", item.get("message", ""))
        )
    headers = ("Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message")
    writer.table(1, headers, rows)


def _amounts(writer: Writer, label: str, amounts: dict[str, str]) -> None:
    if amounts:
        writer.write(0, f"{label}:\n")
        for name in sorted(amounts):
            writer.line(1, name, canonical(str(amounts[name])))


def _system(writer: Writer, node: Object) -> None:
    info = get(node, "status.nodeInfo", {})
    writer.write(0, "System Info:\n")
    for label, field in _INFO:
        writer.line(1, label, info.get(field, ""))
    spec = node.get("spec") or {}
    if spec.get("podCIDR"):
        writer.line(0, "PodCIDR", spec["podCIDR"])
    if spec.get("podCIDRs"):
        writer.line(0, "PodCIDRs", ",".join(spec["podCIDRs"]))
    if spec.get("providerID"):
        writer.line(0, "ProviderID", spec["providerID"])


def _pods(writer: Writer, context: Context, node: Object) -> None:
    selector = f"spec.nodeName={name_of(node)},status.phase!=Succeeded,status.phase!=Failed"
    try:
        pods = context.list_all("/api/v1/pods", fieldSelector=selector)
    except ApiError as problem:
        if problem.reason != "Forbidden":
            raise
        writer.line(0, "Pods", "not authorized")
        return
    available = get(node, "status.allocatable") or get(node, "status.capacity", {})
    amounts = {name: parse_quantity(str(value)) for name, value in available.items()}
    writer.line(0, "Non-terminated Pods", f"({len(pods)} in total)")
    writer.write(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n")
    writer.write(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n")
    for pod in pods:
        requests, limits = pod_requests(pod), pod_limits(pod)
        cells = [
            _share(amount.get(name, Fraction(0)), amounts, name)
            for name in ("cpu", "memory")
            for amount in (requests, limits)
        ]
        created = context.since(get(pod, "metadata.creationTimestamp"))
        writer.write(1, "\t".join((namespace_of(pod), name_of(pod), "", *cells, created)) + "\n")
    _allocated(writer, pods, amounts)


def _share(amount: Fraction, available: dict[str, Fraction], name: str) -> str:
    """`250m (12%)`."""
    unit = milli if name == "cpu" else whole
    total = unit(available.get(name, Fraction(0)))
    percent = unit(amount) * 100 // total if total else 0
    return f"{format_quantity(amount, binary=name != 'cpu')} ({percent}%)"


def _allocated(writer: Writer, pods: list[Object], available: dict[str, Fraction]) -> None:
    writer.write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n")
    requests, limits = _sum([pod_requests(pod) for pod in pods]), _sum([pod_limits(pod) for pod in pods])
    rows = []
    hugepages = sorted(name for name in available if name.startswith("hugepages-"))
    for name in ("cpu", "memory", "ephemeral-storage", *hugepages):
        rows.append((name, *(_share(total.get(name, Fraction(0)), available, name) for total in (requests, limits))))
    for name in sorted(set(available) - _STANDARD - set(hugepages)):
        rows.append((name, *(format_quantity(total.get(name, Fraction(0))) for total in (requests, limits))))
    writer.table(1, ("Resource", "Requests", "Limits"), rows)


def _sum(amounts: list[dict[str, Fraction]]) -> dict[str, Fraction]:
    total: dict[str, Fraction] = {}
    for amount in amounts:
        for name, value in amount.items():
            total[name] = total.get(name, Fraction(0)) + value
    return total


def _events(writer: Writer, context: Context, node: Object) -> None:
    """Controllers write the node's UID into events, the kubelet its name: both are looked for."""
    if context.show_events:
        write_events(writer, context.events(node) + context.events(node, uid=name_of(node)), context.now)
