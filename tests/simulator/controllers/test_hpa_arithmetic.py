"""The HPA's arithmetic against cases worked out by hand from the formula: ceil(ready pods x use / target)."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.hpa.calculator import (
    Metric,
    MetricError,
    Tolerance,
    replicas_for_average,
    replicas_for_utilization,
)
from tutor.simulator.controllers.hpa.limits import Memory, Moment, limit
from tutor.simulator.resources.autoscaling import DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP
from tutor.simulator.store import Obj

NOW = 1_780_000_000.0
OLD = NOW - 3600


def pod(
    name: str, *, phase: str = "Running", ready: bool = True, request: str = "100m", start: float = OLD, **metadata: Any
) -> Obj:
    condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": timestamp(start + 5)}
    return {
        "metadata": {"name": name, "namespace": "default", **metadata},
        "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": request}}}]},
        "status": {"phase": phase, "startTime": timestamp(start), "conditions": [condition]},
    }


def used(*amounts: int | None) -> dict[str, Metric]:
    """Metrics of the pods p0, p1, ...; None: there is none."""
    return {f"p{i}": Metric(n, NOW - 5, 15) for i, n in enumerate(amounts) if n is not None}


def pods(count: int) -> list[Obj]:
    return [pod(f"p{i}") for i in range(count)]


@pytest.mark.parametrize(
    ("current", "target", "amounts", "wanted", "percent"),
    [
        (3, 70, (85, 85, 85), 4, 85),  # the chapter's case: 3 x 85/70 = 3.64
        (3, 50, (100, 100, 100), 6, 100),  # twice the target
        (3, 50, (50, 50, 50), 3, 50),  # on target
        (3, 50, (54, 55, 56), 3, 55),  # ratio 1.10: just within the tolerance
        (3, 50, (56, 56, 56), 4, 56),  # ratio 1.12: 3.36
        (3, 50, (45, 45, 45), 3, 45),  # ratio 0.90: just within
        (3, 50, (44, 44, 44), 3, 44),  # ratio 0.88: 2.64
        (4, 50, (20, 20, 20, 20), 2, 20),  # 1.6
        (1, 50, (1000,), 20, 1000),  # limits come later
        (2, 80, (0, 0), 0, 0),  # idle
        (2, 80, (60, 61), 2, 60),  # 60.5 % is cut to 60: ratio 0.75, 1.5
    ],
)
def test_cpu_utilization(current: int, target: int, amounts: tuple[int, ...], wanted: int, percent: int) -> None:
    found = replicas_for_utilization(current, target, pods(len(amounts)), used(*amounts), "cpu", now=NOW)
    assert (found.replicas, found.utilization) == (wanted, percent)


@pytest.mark.parametrize(
    ("amounts", "target", "wanted"),
    [
        # one pod without metrics: scaling down it counts as using all it requests: (20+20+100)/300 = 46 %, ratio 0.92: no change
        ((20, 20, None), 50, 3),
        # scaling up it counts as idle: (100+100+0)/300 = 66 %, ratio 1.32: 3.96
        ((100, 100, None), 50, 4),
        # the correction turns the direction: (60+60+0)/300 = 40 %, below target: no change
        ((60, 60, None), 50, 3),
        # two without metrics, scaling down: (10+100+100)/300 = 70 %, above target: no change
        ((10, None, None), 50, 3),
    ],
)
def test_missing_metrics_make_it_careful(amounts: tuple[int | None, ...], target: int, wanted: int) -> None:
    found = replicas_for_utilization(3, target, pods(3), used(*amounts), "cpu", now=NOW)
    assert found.replicas == wanted


def test_unready_pods_count_as_idle_when_scaling_up() -> None:
    group = [pod("p0"), pod("p1"), pod("p2", ready=False, start=NOW - 60)]
    found = replicas_for_utilization(3, 50, group, used(120, 120, 100), "cpu", now=NOW)
    assert found.replicas == 5  # (120+120+0)/300 = 80 %, ratio 1.6: 4.8
    assert found.utilization == 120


def test_unready_pods_do_not_count_when_scaling_down() -> None:
    group = [pod("p0"), pod("p1"), pod("p2", ready=False, start=NOW - 60)]
    found = replicas_for_utilization(3, 50, group, used(20, 20, 100), "cpu", now=NOW)
    assert found.replicas == 1  # 20/50 x 2 ready pods = 0.8


def test_a_pod_that_has_just_become_ready_is_not_trusted_yet() -> None:
    """Its metric covers time before it was ready."""
    group = [pod("p0"), pod("p1", start=NOW - 20)]
    found = replicas_for_utilization(2, 50, group, used(60, 500), "cpu", now=NOW)
    assert found.utilization == 60
    assert found.replicas == 2  # (60+0)/200 = 30 %: the correction turns the direction


def test_pending_failed_and_deleted_pods() -> None:
    group = [
        pod("p0"),
        pod("p1", phase="Pending"),
        pod("p2", phase="Failed"),
        pod("p3", deletionTimestamp=timestamp(NOW)),
    ]
    found = replicas_for_utilization(4, 50, group, used(100, None, 100, 100), "cpu", now=NOW)
    assert found.replicas == 4  # (100+0)/200 = 50 %: on target with the pending pod counted as idle
    assert found.utilization == 100


def test_a_container_without_a_request_makes_it_impossible() -> None:
    group = pods(1)
    del group[0]["spec"]["containers"][0]["resources"]
    with pytest.raises(MetricError, match="missing request for cpu in container c of Pod p0"):
        replicas_for_utilization(1, 50, group, used(10), "cpu", now=NOW)


def test_only_unready_pods_make_it_impossible() -> None:
    with pytest.raises(MetricError, match="did not receive metrics for targeted pods"):
        replicas_for_utilization(1, 50, [pod("p0", ready=False, start=NOW - 5)], used(10), "cpu", now=NOW)


def test_no_pods_make_it_impossible() -> None:
    with pytest.raises(MetricError, match="no pods returned by selector"):
        replicas_for_average(1, 100, [], used(10), now=NOW)


@pytest.mark.parametrize(
    ("amounts", "wanted"),
    [((300, 300), 4), ((150, 150), 2), ((164, 164), 2), ((170, 170), 3), ((80, 80), 2), ((70, None), 2)],
)
def test_average_values(amounts: tuple[int | None, ...], wanted: int) -> None:
    found = replicas_for_average(2, 150, pods(2), used(*amounts), "memory", now=NOW)
    assert found.replicas == wanted


def test_an_own_tolerance() -> None:
    found = replicas_for_utilization(10, 50, pods(10), used(*[52] * 10), "cpu", tolerance=Tolerance(up=0.01), now=NOW)
    assert found.replicas == 11


# -- limits


def hpa(least: int = 1, most: int = 10, behavior: dict[str, Any] | None = None) -> Obj:
    spec: dict[str, Any] = {"minReplicas": least, "maxReplicas": most}
    if behavior is not None:
        spec["behavior"] = {
            "scaleUp": {**DEFAULT_SCALE_UP, **behavior.get("scaleUp", {})},
            "scaleDown": {**DEFAULT_SCALE_DOWN, **behavior.get("scaleDown", {})},
        }
    return {"metadata": {"name": "h", "namespace": "default"}, "spec": spec}


@pytest.mark.parametrize(
    ("current", "proposed", "wanted", "reason"),
    [
        (3, 4, 4, "DesiredWithinRange"),
        (3, 20, 6, "ScaleUpLimit"),  # at most double
        (1, 9, 4, "ScaleUpLimit"),  # but at least 4
        (8, 20, 10, "TooManyReplicas"),
        (3, 0, 1, "TooFewReplicas"),
    ],
)
def test_default_limits(current: int, proposed: int, wanted: int, reason: str) -> None:
    found = limit(hpa(), Memory(), current, proposed, NOW)
    assert found.replicas == wanted
    assert found.conditions[1][2] == reason


def test_scaling_down_waits_for_five_minutes() -> None:
    memory = Memory((Moment(NOW - 299, 5),))
    held = limit(hpa(), memory, 5, 2, NOW)
    assert held.replicas == 5
    assert held.conditions[0][2] == "ScaleDownStabilized"
    freed = limit(hpa(), held.memory, 5, 2, NOW + 15)
    assert freed.replicas == 2
    assert freed.conditions[0][2] == "ReadyForNewScale"


def test_scaling_up_can_wait_too() -> None:
    body = hpa(behavior={"scaleUp": {"stabilizationWindowSeconds": 60}})
    found = limit(body, Memory((Moment(NOW - 30, 3),)), 3, 8, NOW)
    assert found.replicas == 3
    assert found.conditions[0][2] == "ScaleUpStabilized"


@pytest.mark.parametrize(
    ("policies", "select", "wanted"),
    [
        ([("Pods", 2), ("Percent", 100)], "Max", 6),
        ([("Pods", 2), ("Percent", 100)], "Min", 5),
        ([("Percent", 50)], "Max", 5),  # 4.5 rounds up
        ([("Pods", 1)], "Disabled", 3),
    ],
)
def test_policies_limit_how_fast_it_grows(policies: list[tuple[str, int]], select: str, wanted: int) -> None:
    listed = [{"type": kind, "value": value, "periodSeconds": 60} for kind, value in policies]
    body = hpa(behavior={"scaleUp": {"policies": listed, "selectPolicy": select}})
    found = limit(body, Memory(), 3, 10, NOW)
    assert found.replicas == wanted
    assert found.conditions[1][1:3] == (True, "ScaleUpLimit")


def test_a_policy_counts_what_has_changed_in_its_period() -> None:
    listed = [{"type": "Pods", "value": 2, "periodSeconds": 60}]
    body = hpa(behavior={"scaleUp": {"policies": listed}})
    memory = Memory(ups=(Moment(NOW - 30, 2),))
    assert limit(body, memory, 5, 10, NOW).replicas == 5
    assert limit(body, memory, 5, 10, NOW + 31).replicas == 7


@pytest.mark.parametrize(("kind", "value", "wanted"), [("Pods", 1, 9), ("Percent", 10, 9), ("Percent", 25, 7)])
def test_policies_limit_how_fast_it_shrinks(kind: str, value: int, wanted: int) -> None:
    listed = [{"type": kind, "value": value, "periodSeconds": 60}]
    body = hpa(behavior={"scaleDown": {"policies": listed, "stabilizationWindowSeconds": 0}})
    found = limit(body, Memory(), 10, 2, NOW)
    assert found.replicas == wanted
    assert found.conditions[1][2] == "ScaleDownLimit"
