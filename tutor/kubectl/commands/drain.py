"""`kubectl drain`: empties a node for maintenance. Follows kubectl `pkg/drain`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.cordon import node_infos, set_unschedulable
from tutor.kubectl.duration import go_duration
from tutor.kubectl.errors import Aggregate, ApiError, KubectlError
from tutor.kubectl.flags import boolean, duration, integer, string
from tutor.kubectl.objects import Object, annotations_of, controller_of, get, name_of, namespace_of
from tutor.kubectl.pods import pods_resource
from tutor.kubectl.printers.report import DRY_RUN, Reporter, dry_run_mode
from tutor.kubectl.selectors import matches
from tutor.kubectl.targets import SELECTOR
from tutor.kubectl.waiting import deadline_in

_RETRY = 5.0  # seconds until an eviction a disruption budget refused is tried again
_POLL = 1.0  # seconds between looks whether a pod is gone
_DAEMON_SET = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
_LOCAL_STORAGE = "Pods with local storage (use --delete-emptydir-data to override)"
_UNMANAGED = "Pods that declare no controller (use --force to override)"


@dataclass
class _Plan:
    """What draining a node means: the pods to evict, warnings, and what forbids it."""

    pods: list[Object] = field(default_factory=list)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)


def run(invocation: Invocation) -> None:
    mode = dry_run_mode(invocation)
    infos = node_infos(invocation)
    set_unschedulable(invocation, infos, True, mode)
    reporter = Reporter(invocation, "drained", dry_run=mode)
    errors: list[KubectlError] = []
    pending: list[str] = []
    for info in infos:
        try:
            _drain(invocation, info.name, mode)
        except KubectlError as problem:
            invocation.err(
                f'error: unable to drain node "{info.name}" due to error: {_in_brackets(problem)}, continuing '
                f"command...\n"
            )
            errors.append(problem)
            pending.append(info.name)
            continue
        reporter.report(info.obj)
    if pending:
        invocation.err("There are pending nodes to be drained:\n" + "".join(f" {name}\n" for name in pending))
    if errors:
        raise Aggregate(
            [part for error in errors for part in (error.errors if isinstance(error, Aggregate) else (error,))]
        )


def _in_brackets(problem: KubectlError) -> str:
    """Several failures as Go prints them inside a sentence."""
    parts = problem.message.split("\n") if isinstance(problem, Aggregate) else [problem.message]
    return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"


def _drain(invocation: Invocation, node: str, mode: str) -> None:
    plan = _make_plan(invocation, node)
    if plan.errors:
        raise Aggregate(
            [KubectlError(f"cannot delete {reason}: {', '.join(names)}") for reason, names in plan.errors.items()]
        )
    if plan.warnings:
        text = "; ".join(f"{reason}: {', '.join(names)}" for reason, names in plan.warnings.items())
        invocation.err(f"Warning: {text}\n")
    if mode == "client":
        for pod in plan.pods:
            invocation.out(f"evicting pod {namespace_of(pod)}/{name_of(pod)} (dry run)\n")
        return
    _evict_all(invocation, plan.pods, mode)


def _make_plan(invocation: Invocation, node: str) -> _Plan:
    options = invocation.options
    query = {"fieldSelector": f"spec.nodeName={node}"}
    if options.text("pod-selector"):
        query["labelSelector"] = options.text("pod-selector")
    plan = _Plan()
    for pod in invocation.api.get(pods_resource(invocation).path(), query).get("items") or []:
        if options.text("pod-selector") and not matches(options.text("pod-selector"), get(pod, "metadata.labels", {})):
            continue
        _judge(invocation, pod, plan)
    return plan


def _judge(invocation: Invocation, pod: Object, plan: _Plan) -> None:
    """Whether a pod is evicted, left alone, or forbids draining."""
    options = invocation.options
    name = f"{namespace_of(pod)}/{name_of(pod)}"
    owner = controller_of(pod)
    finished = get(pod, "status.phase") in ("Succeeded", "Failed")
    if "kubernetes.io/config.mirror" in annotations_of(pod):
        return
    if owner and owner["kind"] == "DaemonSet" and not finished:
        _record(plan, options.flag("ignore-daemonsets"), ("ignoring DaemonSet-managed Pods", _DAEMON_SET), name)
        return
    allowed = True
    if any("emptyDir" in volume for volume in get(pod, "spec.volumes", [])) and not finished:
        allowed = options.flag("delete-emptydir-data")
        if not allowed:  # when allowed, the next filter's verdict counts, which is how kubectl has it
            plan.errors.setdefault(_LOCAL_STORAGE, []).append(name)
    if allowed and owner is None and not finished:
        allowed = options.flag("force")
        _record(plan, allowed, ("deleting Pods that declare no controller", _UNMANAGED), name)
    if allowed:
        plan.pods.append(pod)


def _record(plan: _Plan, allowed: bool, words: tuple[str, str], name: str) -> None:
    reasons = plan.warnings if allowed else plan.errors
    reasons.setdefault(words[0 if allowed else 1], []).append(name)


def _evict_all(invocation: Invocation, pods: list[Object], mode: str) -> None:
    timeout = invocation.options.seconds("timeout")
    deadline = deadline_in(timeout)
    errors: list[KubectlError] = []
    for pod in pods:
        try:
            _evict(invocation, pod, mode, deadline, timeout)
        except KubectlError as problem:
            errors.append(problem)
    if mode != "server" and not errors:
        for pod in pods:
            _wait_until_gone(invocation, pod, deadline, timeout)
    if errors:
        raise Aggregate(errors)


def _evict(invocation: Invocation, pod: Object, mode: str, deadline: float, timeout: float) -> None:
    name, namespace = name_of(pod), namespace_of(pod)
    suffix = " (server dry run)" if mode == "server" else ""
    where = f'pods/"{name}" -n "{namespace}"'
    while True:
        invocation.out(f"evicting pod {namespace}/{name}{suffix}\n")
        try:
            _send_eviction(invocation, pod, mode)
        except ApiError as problem:
            if problem.not_found:
                return
            if problem.reason != "TooManyRequests":
                raise KubectlError(f"error when evicting {where}: {problem.message}") from None
            invocation.err(f"error when evicting {where} (will retry after 5s): {problem.message}\n")
        else:
            return
        if time.monotonic() + _RETRY > deadline:
            raise KubectlError(f"error when evicting {where}: global timeout reached: {go_duration(timeout)}")
        invocation.io.sleep(_RETRY)


def _send_eviction(invocation: Invocation, pod: Object, mode: str) -> None:
    options: Object = {}
    if invocation.options.number("grace-period") >= 0:
        options["gracePeriodSeconds"] = invocation.options.number("grace-period")
    if mode == "server":
        options["dryRun"] = ["All"]
    resource = pods_resource(invocation)
    if invocation.options.flag("disable-eviction"):
        invocation.api.delete(resource.path(namespace_of(pod), name_of(pod)), options)
        return
    metadata = {"name": name_of(pod), "namespace": namespace_of(pod)}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata, "deleteOptions": options}
    invocation.api.post(resource.path(namespace_of(pod), name_of(pod), "eviction"), body)


def _wait_until_gone(invocation: Invocation, pod: Object, deadline: float, timeout: float) -> None:
    path = pods_resource(invocation).path(namespace_of(pod), name_of(pod))
    uid = get(pod, "metadata.uid")
    while True:
        try:
            current = invocation.api.get(path)
        except ApiError as problem:
            if not problem.not_found:
                raise
            break
        if get(current, "metadata.uid") != uid:
            break
        if time.monotonic() + _POLL > deadline:
            raise KubectlError(
                f'error when waiting for pod "{name_of(pod)}" in namespace "{namespace_of(pod)}" to terminate: '
                f"global timeout reached: {go_duration(timeout)}"
            )
        invocation.io.sleep(_POLL)
    invocation.out(f"pod/{name_of(pod)} evicted\n")


COMMAND = Command(
    name="drain",
    short="Drain node in preparation for maintenance",
    usage="drain NODE",
    run=run,
    arguments="nodes",
    long="""
    Marks the node unschedulable and evicts its pods, which respects disruption budgets and gives each pod its
    time to end. Controllers start the pods again on other nodes. Afterwards kubectl uncordon makes the node usable
    again. """,
    examples="""
    kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data
    """,
    flags=(
        DRY_RUN,
        SELECTOR,
        integer("chunk-size", "Fetch large lists in pieces of this size.", default=500),
        boolean("delete-emptydir-data", "Also evict pods whose emptyDir data is lost with them."),
        boolean("disable-eviction", "Delete pods instead of evicting them; ignores disruption budgets."),
        boolean("force", "Also evict pods that no controller will start again."),
        integer("grace-period", "Seconds pods get to end; -1 keeps each pod's own.", default=-1),
        boolean("ignore-daemonsets", "Leave pods of daemon sets alone, which would come back at once."),
        string("pod-selector", "Only pods whose labels match."),
        integer("skip-wait-for-delete-timeout", "Accepted for compatibility."),
        duration("timeout", "How long to wait; 0 waits as long as needed."),
    ),
)
