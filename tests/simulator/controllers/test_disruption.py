"""PodDisruptionBudgets: what may be evicted. Status and events were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage, conditions
from tests.simulator.controllers.test_job import job
from tests.simulator.workloads import deployment, pod_spec
from tutor.simulator.clock import timestamp
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

BUDGETS = "poddisruptionbudgets.policy"


def budget(app: str = "web", **spec: Any) -> Obj:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "budget"},
        "spec": {"selector": {"matchLabels": {"app": app}}, **spec},
    }


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.create("deployments.apps", deployment("web", replicas=4))
    stage.run_all()
    return stage


def numbers(stage: Stage) -> tuple[int, int, int, int]:
    status = stage.status(BUDGETS, "budget")
    names = ("expectedPods", "desiredHealthy", "currentHealthy", "disruptionsAllowed")
    found = [int(status[name]) for name in names]
    return found[0], found[1], found[2], found[3]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"minAvailable": 3}, (4, 3, 4, 1)),
        ({"minAvailable": 4}, (4, 4, 4, 0)),
        ({"minAvailable": "50%"}, (4, 2, 4, 2)),
        ({"minAvailable": "51%"}, (4, 3, 4, 1)),
        ({"maxUnavailable": 1}, (4, 3, 4, 1)),
        ({"maxUnavailable": "30%"}, (4, 2, 4, 2)),
    ],
)
def test_what_is_allowed(stage: Stage, spec: dict[str, Any], expected: tuple[int, ...]) -> None:
    stage.create(BUDGETS, budget(**spec))
    assert numbers(stage) == expected
    allowed = expected[3] > 0
    assert conditions(stage.status(BUDGETS, "budget")) == {
        "DisruptionAllowed": (str(allowed), "SufficientPods" if allowed else "InsufficientPods")
    }


def test_pods_that_are_not_ready_use_it_up(stage: Stage) -> None:
    stage.create(BUDGETS, budget(minAvailable=3))
    stage.set_pod(stage.pods("web-")[0], "Running", False)
    assert numbers(stage) == (4, 3, 3, 0)


def test_the_size_of_the_workload_counts_not_the_pods_there_are(stage: Stage) -> None:
    stage.create(BUDGETS, budget(maxUnavailable=1))
    stage.engine.stop("replicaset-controller")
    stage.change("deployments.apps", "web", replicas=6)
    assert numbers(stage) == (6, 5, 4, 0)


def test_without_pods(stage: Stage) -> None:
    stage.create(BUDGETS, budget("nobody", minAvailable=1))
    assert numbers(stage) == (0, 1, 0, 0)
    assert stage.message("budget", "NoPods") == "No matching pods found"


def test_bare_pods_cannot_be_counted(stage: Stage) -> None:
    metadata = {"name": "bare", "labels": {"app": "bare"}}
    stage.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec()})
    stage.create(BUDGETS, budget("bare", maxUnavailable=1))
    assert numbers(stage)[0] == 0
    assert stage.message("budget", "UnmanagedPods").startswith(
        "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: bare,},"
        "MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged."
    )


def test_pods_of_a_job_have_no_size(stage: Stage) -> None:
    body = job()
    body["spec"]["template"]["metadata"] = {"labels": {"app": "task"}}
    stage.create("jobs.batch", body)
    stage.create(BUDGETS, budget("task", maxUnavailable=1))
    assert stage.message("budget", "CalculateExpectedPodCountFailed") == (
        "Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource"
    )
    assert conditions(stage.status(BUDGETS, "budget"))["DisruptionAllowed"] == ("False", "SyncFailed")


def test_an_evicted_pod_counts_as_gone_until_it_shows(stage: Stage) -> None:
    stage.create(BUDGETS, budget(minAvailable=2))
    obj, pod = stage.get(BUDGETS, "budget"), stage.pods("web-")[0]
    disrupted = {name_of(pod): timestamp(stage.client.now)}
    stage.client.update_status(BUDGETS, obj, {**obj["status"], "disruptionsAllowed": 1, "disruptedPods": disrupted})
    stage.engine.run_ready()
    assert numbers(stage) == (4, 2, 3, 1)
    stage.advance(121)
    assert numbers(stage) == (4, 2, 4, 2)
    assert stage.message(name_of(pod), "NotDeleted") == (
        "Pod was expected by PDB default/budget to be deleted but it wasn't"
    )


def test_a_pod_of_two_budgets_is_told_apart(stage: Stage) -> None:
    for name in ("second", "first"):
        body = budget(minAvailable=1)
        body["metadata"]["name"] = name
        stage.create(BUDGETS, body)
    pod = stage.pods("web-")[0]
    stage.set_pod(pod, "Running", False)
    assert stage.message(name_of(pod), "MultiplePodDisruptionBudgets") == (
        f'Pod "default"/"{name_of(pod)}" matches multiple PodDisruptionBudgets.  Chose "first" arbitrarily.'
    )
