"""Room that is made for a pod is kept for it: nominated nodes, and what other pods see of them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulator.lab import Lab

HALF = {"resources": {"requests": {"cpu": "900m"}}}
LINGERING = {**HALF, "command": ["sleep", "3600"]}
"""A program that does not heed SIGTERM, so that its pod stays for its whole grace period."""
GRACE = 20


def priority(lab: Lab, name: str, value: int, **options: str) -> None:
    body = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}
    lab.client.create("priorityclasses.scheduling.k8s.io", {**body, **options})


@pytest.fixture
def lab() -> Lab:
    """Three nodes with room for two pods each, taken by pods of low priority."""
    lab = Lab(nodes=3)
    priority(lab, "high", 1000)
    priority(lab, "medium", 100)
    priority(lab, "patient", 100, preemptionPolicy="Never")
    for number in range(6):
        lab.pod(f"low-{number}", LINGERING, terminationGracePeriodSeconds=GRACE)
    lab.advance(5)
    return lab


def nominated(lab: Lab, name: str) -> str:
    return str(lab.get(name)["status"].get("nominatedNodeName", ""))


def node_of(lab: Lab, name: str) -> str:
    return str(lab.get(name)["spec"].get("nodeName", ""))


def deleted(lab: Lab) -> list[str]:
    """The pods that are going."""
    pods = lab.cluster.store.list_sorted("pods", "default")
    return [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" in pod["metadata"]]


def test_each_of_many_pods_takes_the_place_of_another(lab: Lab) -> None:
    names = [f"medium-{number}" for number in range(6)]
    for name in names:
        lab.pod(name, HALF, priorityClassName="medium")
    lab.advance(2)
    assert deleted(lab) == [f"low-{number}" for number in range(6)]
    places = Counter(nominated(lab, name) for name in names)
    assert sorted(places.values()) == [2, 2, 2]
    lab.advance(GRACE + 5)
    assert Counter(node_of(lab, name) for name in names) == places
    assert not any(nominated(lab, name) for name in names)


def test_room_is_not_taken_by_others_of_the_same_priority(lab: Lab) -> None:
    lab.pod("first", HALF, priorityClassName="medium")
    lab.advance(1)
    going, node = deleted(lab), nominated(lab, "first")
    lab.pod("patient", HALF, priorityClassName="patient")
    lab.advance(GRACE + 5)
    assert lab.gone(going[0])
    assert node_of(lab, "first") == node
    assert node_of(lab, "patient") == ""


def test_a_pod_of_higher_priority_takes_over_the_room_made_for_another(lab: Lab) -> None:
    """The pods that go already are enough, and the other looks for another place."""
    for number in range(6):
        lab.pod(f"medium-{number}", HALF, priorityClassName="medium")
    lab.advance(1)
    lab.pod("high", HALF, priorityClassName="high")
    lab.advance(1)
    node = nominated(lab, "high")
    assert node
    assert not [number for number in range(6) if nominated(lab, f"medium-{number}") == node]
    lab.advance(GRACE + 10)
    assert node_of(lab, "high") == node
    assert sum(bool(node_of(lab, f"medium-{number}")) for number in range(6)) == 5


def test_room_is_free_for_others_when_the_pod_it_was_made_for_goes(lab: Lab) -> None:
    lab.pod("first", HALF, priorityClassName="medium")
    lab.advance(1)
    lab.pod("second", HALF, priorityClassName="patient")
    lab.advance(1)
    lab.client.delete("pods", "default", "first")
    lab.advance(GRACE + 5)
    assert node_of(lab, "second")


def test_a_pod_that_another_keeps_away_can_take_its_place() -> None:
    """Anti-affinity of a pod does not count any more once it is taken away (SelectVictimsOnNode)."""
    lab = Lab(nodes=1)
    priority(lab, "high", 9)
    term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
    alone = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    lab.pod("hermit", labels={"app": "hermit"}, affinity=alone)
    lab.advance(2)
    lab.pod("web", labels={"app": "web"}, priorityClassName="high")
    lab.advance(40)
    assert lab.gone("hermit")
    assert node_of(lab, "web") == "node-1"


def test_the_nomination_is_withdrawn_when_no_victim_is_found_any_more(lab: Lab) -> None:
    """With its node gone, the pod preempts elsewhere; where there is nothing to preempt, nothing is nominated."""
    lab.pod("medium", HALF, priorityClassName="medium", nodeSelector={"kubernetes.io/hostname": "node-2"})
    lab.advance(1)
    assert nominated(lab, "medium") == "node-2"
    lab.client.delete("nodes", "", "node-2")
    lab.advance(400)
    assert nominated(lab, "medium") == ""
    assert node_of(lab, "medium") == ""
