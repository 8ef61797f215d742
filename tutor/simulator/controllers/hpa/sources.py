"""Where an HPA's metrics come from, what it says when there are none, and how they show in its status.

Only the resource metrics API exists here; there is no adapter for custom or external metrics, as on a cluster without one.
Source: pkg/controller/podautoscaler/horizontal.go computeStatusFor*, metrics/client.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.controllers.go_format import go_selector
from tutor.simulator.controllers.hpa.calculator import (
    Metric,
    MetricError,
    Proposal,
    replicas_for_average,
    replicas_for_utilization,
    tolerance_of,
)
from tutor.simulator.metrics import Metrics, Usage, average_text, milli
from tutor.simulator.objects import name_of, namespace_of
from tutor.simulator.quantity import milli as quantity_milli
from tutor.simulator.store import Obj

_NO_CUSTOM = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
_NO_EXTERNAL = (
    "unable to fetch metrics from external metrics API: the server could not find the requested resource "
    "(get {name}.external.metrics.k8s.io)"
)
UNKNOWN: dict[str, Any] = {"type": ""}
"""How a metric that could not be had shows in status.currentMetrics."""


class SourceError(Exception):
    """A metric could not be had: `reason` and `message` are its event's and its condition's."""

    def __init__(self, reason: str, message: str, prefix: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.summary = f"{prefix}: {message}" if prefix else message
        """What the HPA says when all metrics have failed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of an HPA: what it proposes, its name in messages and its entry in the status."""

    proposal: Proposal
    name: str
    status: dict[str, Any]


def measure(hpa: Obj, spec: Mapping[str, Any], current: int, pods: list[Obj], metrics: Metrics, now: float) -> Measured:
    """Work out what one metric proposes. Raises SourceError."""
    kind = spec["type"]
    if kind == "Resource":
        source = spec["resource"]
        return _resource(hpa, kind, source, "", current, pods, metrics, now)
    if kind == "ContainerResource":
        source = spec["containerResource"]
        return _resource(hpa, kind, source, source["container"], current, pods, metrics, now)
    raise _absent(hpa, kind, spec)


def _absent(hpa: Obj, kind: str, spec: Mapping[str, Any]) -> SourceError:
    if kind == "Pods":
        name = spec["pods"]["metric"]["name"]
        message = f"unable to get metric {name}: {_NO_CUSTOM}"
        return SourceError("FailedGetPodsMetric", message, "failed to get pods metric value")
    if kind == "Object":
        target, name = spec["object"]["describedObject"], spec["object"]["metric"]["name"]
        where = f"{target['kind']} {namespace_of(hpa)}/{target['name']}"
        message = f"unable to get metric {name} on {where}: {_NO_CUSTOM}"
        prefix = "failed to get object metric value"
        if _by_average(spec["object"]):
            prefix += f": failed to get {name} object metric"
        return SourceError("FailedGetObjectMetric", message, prefix)
    if kind == "External":
        name = spec["external"]["metric"]["name"]
        where = f"{namespace_of(hpa)}/{name}/{go_selector(spec['external']['metric'].get('selector'))}"
        message = f"unable to get external metric {where}: {_NO_EXTERNAL.format(name=name)}"
        inner = f"{name} external metric" if _by_average(spec["external"]) else f"external metric {name}"
        prefix = f"failed to get {name} external metric value: failed to get {inner}"
        return SourceError("FailedGetExternalMetric", message, prefix)
    return SourceError("InvalidMetricSourceType", f'unknown metric source type "{kind}"', "")


def _by_average(source: Mapping[str, Any]) -> bool:
    return source["target"].get("averageValue") is not None


def _resource(
    hpa: Obj,
    kind: str,
    source: Mapping[str, Any],
    container: str,
    current: int,
    pods: list[Obj],
    metrics: Metrics,
    now: float,
) -> Measured:
    resource, target, tolerance = source["name"], source["target"], tolerance_of(hpa)
    by_average = _by_average(source)
    try:
        found = _fetch(metrics, pods, resource, container)
        if by_average:
            wanted = quantity_milli(target["averageValue"])
            proposal = replicas_for_average(current, wanted, pods, found, resource, tolerance, now)
        else:
            percent = target["averageUtilization"]
            proposal = replicas_for_utilization(current, percent, pods, found, resource, container, tolerance, now)
    except MetricError as error:
        what = "usage" if by_average else "utilization"
        raise _resource_error(kind, resource, container, f"failed to get {resource} {what}: {error}") from error
    return Measured(proposal, _name(kind, resource, by_average), _status(kind, source, proposal))


def _resource_error(kind: str, resource: str, container: str, message: str) -> SourceError:
    if kind == "ContainerResource":
        prefix = f"failed to get {container} container metric value"
        return SourceError("FailedGetContainerResourceMetric", message, prefix)
    return SourceError("FailedGetResourceMetric", message, f"failed to get {resource} resource metric value")


def _name(kind: str, resource: str, by_average: bool) -> str:
    if by_average:
        return f"{resource} resource"
    container = "container " if kind == "ContainerResource" else ""
    return f"{resource} {container}resource utilization (percentage of request)"


def _status(kind: str, source: Mapping[str, Any], proposal: Proposal) -> dict[str, Any]:
    measured: dict[str, Any] = {"averageValue": average_text(source["name"], proposal.average)}
    if proposal.utilization is not None:
        measured["averageUtilization"] = proposal.utilization
    entry = {"name": source["name"], "current": measured}
    if kind == "ContainerResource":
        return {"type": kind, "containerResource": {**entry, "container": source["container"]}}
    return {"type": kind, "resource": entry}


def _fetch(metrics: Metrics, pods: list[Obj], resource: str, container: str) -> dict[str, Metric]:
    """The metrics API's answer for pods. Raises MetricError."""
    prefix = f"unable to get metrics for resource {resource}"
    if metrics.problem:
        why = f"{metrics.problem} (get pods.metrics.k8s.io)"
        raise MetricError(f"{prefix}: unable to fetch metrics from resource metrics API: {why}")
    samples = {name_of(pod): sample for pod in pods if (sample := metrics.of_pod(pod)) is not None}
    if not samples:
        raise MetricError(f"{prefix}: no metrics returned from resource metrics API")
    found = {}
    for name, sample in samples.items():
        used = _used(sample.containers, resource, container)
        if used is not None:
            found[name] = Metric(used, sample.at, sample.window)
    return found


def _used(containers: Mapping[str, Usage], resource: str, container: str) -> int | None:
    """The use of all containers or of one; None when it is not known, or no such resource is measured."""
    if resource not in ("cpu", "memory") or not containers:
        return None
    if container:
        return milli(containers[container], resource) if container in containers else None
    return sum(milli(usage, resource) for usage in containers.values())
