"""Random workloads, faults and changes: whatever happens, some things always hold, and in the end everything settles."""

from __future__ import annotations

import pytest

from tests.simulator.chaos.invariants import always, settled
from tests.simulator.chaos.monkey import PAUSES, VERBS, Action, Monkey, script
from tests.simulator.chaos.playing import play, shorten
from tutor.simulator.objects import with_spec

STEPS = 40
SHORT = [pause for pause in PAUSES if pause <= 60]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens(seed: int) -> None:
    """`python -m tests.tools.chaos` tries many more, and prints the shortest script that breaks something."""
    assert play(seed, script(seed, STEPS, SHORT)) == ""


def test_a_script_has_something_of_everything() -> None:
    assert {action.verb for action in script(0, 200)} == set(VERBS)


def test_what_must_hold_can_be_seen_to_fail() -> None:
    """The checks find a node that was promised away, and a Service that lists a pod too many."""
    monkey = Monkey(0)
    for number in (0, 7):
        monkey.do(Action("create", number, 6, 30.0))
    store = monkey.cluster.store
    assert [*always(monkey.cluster), *settled(monkey.cluster)] == []
    node = store.list_sorted("nodes")[0]
    store.update("nodes", {**node, "status": {**node["status"], "allocatable": {"pods": "0"}}}, "test")
    slice_ = next(obj for obj in monkey.there("endpointslices.discovery.k8s.io") if obj.get("endpoints"))
    store.update("endpointslices.discovery.k8s.io", {**slice_, "endpoints": []}, "test")
    for workload in monkey.there("replicasets.apps"):
        store.update("replicasets.apps", with_spec(workload, replicas=9), "test")
    assert any("has promised" in problem for problem in always(monkey.cluster))
    found = list(settled(monkey.cluster))
    assert any("Service deployment-a lists []" in problem for problem in found)
    assert any("9 wanted" in problem for problem in found)


def test_scripts_are_made_as_short_as_they_can_be() -> None:
    actions = script(1, 40)
    needed = [actions[3], actions[25]]
    assert shorten(actions, lambda shorter: all(action in shorter for action in needed)) == needed
