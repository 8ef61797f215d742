"""`kubectl autoscale`: creates a HorizontalPodAutoscaler. Follows kubectl `pkg/cmd/autoscale/autoscale.go`."""

from __future__ import annotations

import re

from tutor.kubectl.change_cause import RECORD, recorded
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import integer, string
from tutor.kubectl.mutate import SAVE_CONFIG, field_manager, typed, with_last_applied, write_query
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.quantity import canonical, parse_quantity
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import FILE_FLAGS, builder_for, given_infos


def run(invocation: Invocation) -> None:
    options = invocation.options
    maximum, minimum = options.number("max"), options.number("min")
    if maximum < 1:
        raise KubectlError(f"--max=MAXPODS is required and must be at least 1, max: {maximum}")
    if maximum < minimum:
        raise KubectlError(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {maximum}, min: {minimum}")
    if options.given("cpu-percent") and options.given("cpu"):
        raise KubectlError("--cpu-percent and --cpu are mutually exclusive")
    if options.given("cpu-percent"):
        invocation.err(
            "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format "
            "(e.g., '70%' for utilization or '500m' for milliCPU).\n"
        )
    mode = dry_run_mode(invocation)
    reporter = Reporter(invocation, "autoscaled", dry_run=mode, ordered=True)
    errors: list[KubectlError] = []
    for info in given_infos(builder_for(invocation, invocation.args), errors):
        if "scale" not in info.resource.subresources:
            kind = info.resource.kind
            where = f"{info.resource.group}/{info.resource.version}, Resource={info.resource.plural}"
            raise KubectlError(
                f"cannot autoscale a {kind}: could not find scale subresource for {where} in discovery information"
            )
        scaler = _scaler(invocation, info)
        reporter.report(scaler if mode == "client" else _create(invocation, scaler, mode))
    raise_all(errors)


def _create(invocation: Invocation, scaler: Object, mode: str) -> Object:
    scaler = recorded(invocation, scaler)
    if invocation.options.flag("save-config"):
        scaler = with_last_applied(scaler)
    resource = invocation.mapper.for_object(scaler)
    query = write_query(invocation.options.text("field-manager"), mode)
    try:
        return typed(invocation.api.post(resource.path(invocation.namespace), scaler, query), resource)
    except ApiError as problem:
        if not scaler["spec"].get("metrics"):
            raise KubectlError(
                "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input"
            ) from None
        raise KubectlError(
            f"failed to create HorizontalPodAutoscaler using autoscaling/v2 API: {problem.message}"
        ) from None


def _scaler(invocation: Invocation, info: Info) -> Object:
    options = invocation.options
    metadata: Object = {"name": options.text("name") or info.name}
    if invocation.namespace_enforced:
        metadata["namespace"] = invocation.namespace
    target = {"kind": info.resource.kind, "name": info.name, "apiVersion": info.resource.api_version}
    spec: Object = {"scaleTargetRef": target}
    if options.number("min") > 0:
        spec["minReplicas"] = options.number("min")
    spec["maxReplicas"] = options.number("max")
    metrics = []
    if options.number("cpu-percent") > 0:
        metrics.append(_metric("cpu", f"{options.number('cpu-percent')}%"))
    metrics += [_metric(name, options.text(name)) for name in ("cpu", "memory") if options.text(name)]
    spec |= {"metrics": metrics} if metrics else {}
    status = {"desiredReplicas": 0, "currentMetrics": None}
    return {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v2",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }


def _metric(name: str, text: str) -> Object:
    """`70%` is a share of the requests, anything else an average amount per pod."""
    trimmed = text.strip()
    if trimmed.endswith("%"):
        if not re.fullmatch(r"[0-9]+%", trimmed):
            raise KubectlError(f"invalid percentage value: {trimmed[:-1]}")
        target: Object = {"type": "Utilization", "averageUtilization": int(trimmed[:-1])}
    else:
        try:
            parse_quantity(trimmed)
        except ValueError:
            raise KubectlError(f"invalid resource {name} value: {text}") from None
        target = {"type": "AverageValue", "averageValue": canonical(trimmed)}
    return {"type": "Resource", "resource": {"name": name, "target": target}}


COMMAND = Command(
    name="autoscale",
    short="Auto-scale a deployment, replica set, stateful set, or replication controller",
    usage="autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [flags]",
    run=run,
    arguments="resources",
    long="""
    Creates a horizontal pod autoscaler, which measures the pods and sets the number of replicas between the
    two limits. It needs metrics-server, and requests on every container for percentages. """,
    examples="""
    # Between 3 and 20 pods, at 70 % of the requested CPU
    kubectl autoscale deployment web --min=3 --max=20 --cpu=70%
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        SAVE_CONFIG,
        field_manager("kubectl-autoscale"),
        RECORD,
        *FILE_FLAGS,
        string("cpu", "Target for CPU: a share of the requests (70%) or an amount per pod (500m)."),
        integer("cpu-percent", "Target for CPU as a percentage. Use --cpu instead.", default=-1),
        integer("max", "The largest number of pods.", default=-1, required=True),
        string("memory", "Target for memory: a share of the requests (70%) or an amount per pod (200Mi)."),
        integer("min", "The smallest number of pods.", default=-1),
        string("name", "Name of the autoscaler; the object's own by default."),
    ),
)
