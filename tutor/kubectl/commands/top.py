"""`kubectl top`: CPU and memory in use, as metrics-server measures it. Follows kubectl `pkg/cmd/top` and `pkg/metricsutil`."""

from __future__ import annotations

from fractions import Fraction

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.duration import age, parse_time
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.quantity import milli, parse_quantity, whole
from tutor.kubectl.tabwriter import TabWriter, table_writer
from tutor.kubectl.targets import SELECTOR

_ROOT = "/apis/metrics.k8s.io/v1beta1"
_MEBIBYTE = 1024 * 1024
_NEW_POD = 120.0  # seconds a pod may be without metrics before that is an error


def _require_metrics(invocation: Invocation) -> None:
    versions = invocation.mapper.discovery.group_versions
    if not any(version.startswith("metrics.k8s.io/") for version in versions):
        invocation.mapper.refresh()
        versions = invocation.mapper.discovery.group_versions
    if not any(version.startswith("metrics.k8s.io/") for version in versions):
        raise KubectlError("Metrics API not available")


def _check_sort(invocation: Invocation, usage: str) -> str:
    field = invocation.options.text("sort-by")
    if field not in ("", "cpu", "memory"):
        raise KubectlError(f"--sort-by accepts only cpu or memory{usage}")
    return field


def _amount(usage: Object, name: str) -> Fraction:
    return parse_quantity(str(usage.get(name, "0")))


def _usage_cells(usage: Object) -> list[str]:
    return [f"{milli(_amount(usage, 'cpu'))}m", f"{whole(_amount(usage, 'memory')) // _MEBIBYTE}Mi"]


def _write_row(writer: TabWriter, cells: list[str]) -> None:
    writer.write("".join(f"{cell}\t" for cell in cells) + "\n")


def _nodes(invocation: Invocation) -> None:
    field = _check_sort(invocation, "")
    if len(invocation.args) > 1:
        raise invocation.usage_error("node [NAME | -l label]")
    name, selector = (invocation.args or [""])[0], invocation.options.text("selector")
    if name and selector:
        raise KubectlError("only one of NAME or --selector can be provided")
    _require_metrics(invocation)
    query = {"labelSelector": selector} if selector else None
    if name:
        metrics = [invocation.api.get(f"{_ROOT}/nodes/{name}")]
        nodes = [invocation.api.get(f"/api/v1/nodes/{name}")]
    else:
        metrics = invocation.api.get(f"{_ROOT}/nodes", query).get("items") or []
        nodes = invocation.api.get("/api/v1/nodes", query).get("items") or []
    if not metrics:
        raise KubectlError("metrics not available yet")
    _print_nodes(invocation, metrics, nodes, field)


def _print_nodes(invocation: Invocation, metrics: list[Object], nodes: list[Object], field: str) -> None:
    resources = "status.capacity" if invocation.options.flag("show-capacity") else "status.allocatable"
    available = {name_of(node): get(node, resources, {}) for node in nodes}
    writer = table_writer()
    if not invocation.options.flag("no-headers"):
        _write_row(writer, ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"])
    for item in sorted(metrics, key=lambda item: _order(item.get("usage") or {}, field, name_of(item))):
        usage = item.get("usage") or {}
        total = available.pop(name_of(item), {})
        cpu, memory = _usage_cells(usage)
        _write_row(
            writer, [name_of(item), cpu, _percent(usage, total, "cpu"), memory, _percent(usage, total, "memory")]
        )
    for name in available:
        _write_row(writer, [name, *["<unknown>"] * 4])
    invocation.out(writer.flush())


def _percent(usage: Object, total: Object, name: str) -> str:
    amount = milli(_amount(total, name))
    return f"{milli(_amount(usage, name)) * 100 // amount if amount else 0}%"


def _order(usage: Object, field: str, name: str) -> tuple[Fraction, str]:
    """Largest first when sorting by a resource, otherwise by name."""
    return (-_amount(usage, field) if field else Fraction(0)), name


def _pods(invocation: Invocation) -> None:
    options = invocation.options
    field = _check_sort(invocation, "")
    if len(invocation.args) > 1:
        raise invocation.usage_error("pod [NAME | -l label]")
    name = (invocation.args or [""])[0]
    if name and (options.text("selector") or options.text("field-selector")):
        raise KubectlError("only one of NAME or selector can be provided")
    _require_metrics(invocation)
    everywhere = options.flag("all-namespaces")
    base = f"{_ROOT}/pods" if everywhere else f"{_ROOT}/namespaces/{invocation.namespace}/pods"
    metrics = _pod_metrics(invocation, base, name)
    if not metrics:
        _explain_missing(invocation, name)
        return
    _print_pods(invocation, metrics, field)


def _pod_metrics(invocation: Invocation, base: str, name: str) -> list[Object]:
    options = invocation.options
    if name:
        return [invocation.api.get(f"{base}/{name}")]
    query = {"labelSelector": options.text("selector"), "fieldSelector": options.text("field-selector")}
    found = invocation.api.get(base, {key: value for key, value in query.items() if value})
    return list(found.get("items") or [])


def _explain_missing(invocation: Invocation, name: str) -> None:
    """No metrics: because there are no pods, because they are new, or because something is wrong."""
    everywhere = invocation.options.flag("all-namespaces")
    path = "/api/v1/pods" if everywhere else f"/api/v1/namespaces/{invocation.namespace}/pods"
    selector = invocation.options.text("selector")
    pods = (
        [invocation.api.get(f"{path}/{name}")]
        if name
        else (invocation.api.get(path, {"labelSelector": selector} if selector else None).get("items") or [])
    )
    if not pods:
        invocation.err(
            "No resources found\n" if everywhere else f"No resources found in {invocation.namespace} namespace.\n"
        )
        return
    now = invocation.io.now()
    for pod in pods:
        created = get(pod, "metadata.creationTimestamp")
        if now - (parse_time(created) or 0.0) > _NEW_POD:
            raise KubectlError(
                f"Metrics not available for pod {namespace_of(pod)}/{name_of(pod)}, age: {age(created, now)}"
            )
    raise KubectlError("metrics not available yet")


def _print_pods(invocation: Invocation, metrics: list[Object], field: str) -> None:
    options = invocation.options
    everywhere, by_container = options.flag("all-namespaces"), options.flag("containers")
    columns = (
        (["NAMESPACE"] if everywhere else [])
        + (["POD"] if by_container else [])
        + ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    )
    writer = table_writer()
    if not options.flag("no-headers"):
        _write_row(writer, columns)
    for item in _sorted_pods(metrics, field, everywhere):
        prefix = [namespace_of(item)] if everywhere else []
        if by_container:
            for container in sorted(
                item.get("containers") or [], key=lambda one: _order(one.get("usage") or {}, field, one["name"])
            ):
                _write_row(
                    writer, [*prefix, name_of(item), container["name"], *_usage_cells(container.get("usage") or {})]
                )
        else:
            _write_row(writer, [*prefix, name_of(item), *_sum_cells([item])])
    if options.flag("sum"):
        blanks = [""] * (len(columns) - 2)
        _write_row(writer, [*blanks, "________", "________"])
        _write_row(writer, [*blanks, *_sum_cells(metrics)])
    invocation.out(writer.flush())


def _sorted_pods(metrics: list[Object], field: str, everywhere: bool) -> list[Object]:
    def key(item: Object) -> tuple[Fraction, str, str]:
        amount = -_total(item, field) if field else Fraction(0)
        return amount, namespace_of(item) if everywhere else "", name_of(item)

    return sorted(metrics, key=key)


def _total(item: Object, name: str) -> Fraction:
    return sum((_amount(container.get("usage") or {}, name) for container in item.get("containers") or []), Fraction(0))


def _sum_cells(items: list[Object]) -> list[str]:
    cpu = sum((_total(item, "cpu") for item in items), Fraction(0))
    memory = sum((_total(item, "memory") for item in items), Fraction(0))
    return [f"{milli(cpu)}m", f"{whole(memory) // _MEBIBYTE}Mi"]


_SORT = string("sort-by", "Sort by cpu or memory, largest first.")
_HEADERS = boolean("no-headers", "Leave the header line out.")

COMMAND = Command(
    name="top",
    short="Display resource (CPU/memory) usage",
    usage="top [flags]",
    long="""
    Shows what nodes and pods use, as metrics-server measured it a moment ago. 1000m is one CPU core; Mi are mebibytes.
    """,
    subcommands=(
        Command(
            name="node",
            aliases=("nodes", "no"),
            short="Display resource (CPU/memory) usage of nodes",
            usage="top node [NAME | -l label]",
            run=_nodes,
            arguments="nodes",
            flags=(
                SELECTOR,
                _SORT,
                _HEADERS,
                boolean("show-capacity", "Percentages of the whole node instead of what pods may use."),
                boolean("use-protocol-buffers", "Accepted for compatibility.", default=True),
            ),
        ),
        Command(
            name="pod",
            aliases=("pods", "po"),
            short="Display resource (CPU/memory) usage of pods",
            usage="top pod [NAME | -l label]",
            run=_pods,
            arguments="pods",
            flags=(
                SELECTOR,
                _SORT,
                _HEADERS,
                boolean("all-namespaces", "In all namespaces.", "A"),
                boolean("containers", "One line per container."),
                string("field-selector", "Only pods with these field values."),
                boolean("sum", "Add everything up."),
                boolean("use-protocol-buffers", "Accepted for compatibility.", default=True),
            ),
        ),
    ),
)
