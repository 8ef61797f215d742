"""The arithmetic of the HorizontalPodAutoscaler: from what pods use to how many there should be.

Source: pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go. Amounts are in thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.pods import phase, pod_condition
from tutor.simulator.objects import deleting, name_of
from tutor.simulator.quantity import milli
from tutor.simulator.store import Obj

CPU_INITIALIZATION = 300.0
"""Seconds after a pod's start in which its CPU use counts only while it is ready."""
READINESS_DELAY = 30.0
"""A pod that became unready for good within this time has never been ready."""
DEFAULT_TOLERANCE = 0.1


class MetricError(Exception):
    """A replica count cannot be worked out; the message says why in the controller's words."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What one pod uses: the amount, and the time it was measured over."""

    value: int
    at: float = 0.0
    window: float = 0.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the use may be from the target without anything happening."""

    up: float = DEFAULT_TOLERANCE
    down: float = DEFAULT_TOLERANCE

    def covers(self, ratio: float) -> bool:
        """Whether a ratio of use to target is near enough to 1."""
        return 1.0 - self.down <= ratio <= 1.0 + self.up


@dataclass(frozen=True, slots=True)
class Groups:
    """Pods sorted by what their metrics are worth."""

    ready: int
    unready: tuple[str, ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How many replicas a metric asks for, and the use that it saw."""

    replicas: int
    average: int
    """Average amount a pod."""
    utilization: int | None = None
    """Percent of the request."""


def group_pods(pods: Iterable[Obj], metrics: Mapping[str, Metric], resource: str, now: float) -> Groups:
    """Sort pods: deleted and failed ones are ignored, pending ones are unready, and so is who has only just started."""
    ready = 0
    unready, missing, ignored = [], [], []
    for pod in pods:
        name = name_of(pod)
        if deleting(pod) or phase(pod) == "Failed":
            ignored.append(name)
        elif phase(pod) == "Pending":
            unready.append(name)
        elif name not in metrics:
            missing.append(name)
        elif resource == "cpu" and _starting(pod, metrics[name], now):
            unready.append(name)
        else:
            ready += 1
    return Groups(ready, tuple(unready), tuple(missing), tuple(ignored))


def _starting(pod: Obj, metric: Metric, now: float) -> bool:
    """Whether a pod's CPU use may still be that of its start."""
    condition, start_text = pod_condition(pod, "Ready"), pod.get("status", {}).get("startTime")
    if condition is None or not start_text:
        return True
    start, changed = parse_timestamp(start_text), parse_timestamp(condition["lastTransitionTime"])
    if start + CPU_INITIALIZATION > now:
        return bool(condition["status"] == "False" or metric.at < changed + metric.window)
    return bool(condition["status"] == "False" and start + READINESS_DELAY > changed)


def pod_request(pod: Obj, container: str, resource: str) -> int:
    """What a pod (or one of its containers) requests. Raises MetricError when a container requests nothing."""
    spec, total = pod["spec"], 0
    sidecars = [c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always"]
    for entry in (*spec["containers"], *sidecars):
        if container not in ("", entry["name"]):
            continue
        requested = ((entry.get("resources") or {}).get("requests") or {}).get(resource)
        if requested is None:
            raise MetricError(f"missing request for {resource} in container {entry['name']} of Pod {name_of(pod)}")
        total += milli(requested)
        if container:
            return total
    if container:
        raise MetricError(f"container {container} not found in Pod {name_of(pod)}")
    return total


@dataclass(frozen=True, slots=True)
class _Target:
    """What use is compared with: a percentage of the requests, or an amount a pod."""

    amount: int
    requests: Mapping[str, int] | None = None

    def ratio(self, metrics: Mapping[str, Metric]) -> tuple[float, int, int | None]:
        """Ratio of use to target, average use, and percentage of the requests."""
        if self.requests is None:
            average = sum(metric.value for metric in metrics.values()) // len(metrics)
            return average / self.amount, average, None
        known = [(metric.value, self.requests[name]) for name, metric in metrics.items() if name in self.requests]
        used, requested = sum(pair[0] for pair in known), sum(pair[1] for pair in known)
        if requested == 0:
            raise MetricError("no metrics returned matched known pods")
        percent = used * 100 // requested
        return percent / self.amount, used // len(known), percent

    def assumed(self, pod: str) -> int:
        """The use a pod without metrics is taken to have when scaling down."""
        return self.amount if self.requests is None else self.requests[pod] * max(100, self.amount) // 100


def replicas_for_utilization(
    current: int,
    target: int,
    pods: list[Obj],
    metrics: Mapping[str, Metric],
    resource: str,
    container: str = "",
    tolerance: Tolerance | None = None,
    now: float = 0.0,
) -> Proposal:
    """How many replicas bring the use to `target` percent of the requests. Raises MetricError."""
    groups = _check(pods, metrics, resource, now)
    requests = {name_of(pod): pod_request(pod, container, resource) for pod in pods}
    return _propose(current, _Target(target, requests), metrics, groups, tolerance or Tolerance())


def replicas_for_average(
    current: int,
    target: int,
    pods: list[Obj],
    metrics: Mapping[str, Metric],
    resource: str = "",
    tolerance: Tolerance | None = None,
    now: float = 0.0,
) -> Proposal:
    """How many replicas bring the average use of a pod to `target`. Raises MetricError."""
    groups = _check(pods, metrics, resource, now)
    return _propose(current, _Target(target), metrics, groups, tolerance or Tolerance())


def _check(pods: list[Obj], metrics: Mapping[str, Metric], resource: str, now: float) -> Groups:
    if not pods:
        raise MetricError("no pods returned by selector while calculating replica count")
    groups = group_pods(pods, metrics, resource, now)
    if not metrics.keys() - {*groups.ignored, *groups.unready}:
        raise MetricError("did not receive metrics for targeted pods (pods might be unready)")
    return groups


def _propose(
    current: int, target: _Target, metrics: Mapping[str, Metric], groups: Groups, tolerance: Tolerance
) -> Proposal:
    skipped = {*groups.ignored, *groups.unready}
    usable = {name: metric for name, metric in metrics.items() if name not in skipped}
    ratio, average, percent = target.ratio(usable)
    unready_count = bool(groups.unready) and ratio > 1.0
    if not unready_count and not groups.missing:
        wanted = current if tolerance.covers(ratio) else ceil(ratio * groups.ready)
        return Proposal(wanted, average, percent)
    corrected = _with_doubtful(usable, target, groups, ratio, unready_count)
    ratio_then, _, _ = target.ratio(corrected)
    wanted = ceil(ratio_then * len(corrected))
    turned = (ratio - 1.0) * (ratio_then - 1.0) < 0
    against = (ratio_then < 1.0 and wanted > current) or (ratio_then > 1.0 and wanted < current)
    if tolerance.covers(ratio_then) or turned or against:
        wanted = current
    return Proposal(wanted, average, percent)


def _with_doubtful(
    usable: Mapping[str, Metric], target: _Target, groups: Groups, ratio: float, unready_count: bool
) -> dict[str, Metric]:
    """The metrics with careful guesses for pods that have none: at the target when scaling down, idle when scaling up."""
    corrected = dict(usable)
    for name in groups.missing:
        if ratio < 1.0:
            corrected[name] = Metric(target.assumed(name))
        elif ratio > 1.0:
            corrected[name] = Metric(0)
    if unready_count:
        corrected.update((name, Metric(0)) for name in groups.unready)
    return corrected


def tolerance_of(hpa: Mapping[str, Any]) -> Tolerance:
    """The tolerances of an HPA's behavior, or the default."""
    behavior = hpa["spec"].get("behavior") or {}
    up, down = ((behavior.get(name) or {}).get("tolerance") for name in ("scaleUp", "scaleDown"))
    return Tolerance(
        DEFAULT_TOLERANCE if up is None else milli(up) / 1000, DEFAULT_TOLERANCE if down is None else milli(down) / 1000
    )
