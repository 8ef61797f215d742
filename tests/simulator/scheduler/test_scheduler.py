"""Where pods go, and what is said when they go nowhere."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import deployment
from tutor.simulator.objects import with_spec

HOSTNAME = "kubernetes.io/hostname"
NOT_HELPFUL = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."


@pytest.fixture
def lab() -> Lab:
    return Lab(nodes=3)


def node_of(lab: Lab, name: str) -> str:
    return str(lab.get(name)["spec"].get("nodeName", ""))


def change_node(lab: Lab, name: str, **spec: Any) -> None:
    node = lab.cluster.store.get("nodes", "", name)
    assert node is not None
    lab.client.update("nodes", with_spec(node, **spec))


def requests(**amounts: str) -> dict[str, Any]:
    return {"resources": {"requests": amounts}}


def affinity(kind: str, app: str) -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": HOSTNAME}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


@pytest.mark.parametrize(
    ("container", "spec", "said"),
    [
        (requests(cpu="100"), {}, f"3 Insufficient cpu. {NOT_HELPFUL}"),
        (requests(cpu="100", memory="1Ti"), {}, f"3 Insufficient cpu, 3 Insufficient memory. {NOT_HELPFUL}"),
        ({}, {"nodeSelector": {"disk": "ssd"}}, f"3 node(s) didn't match Pod's node affinity/selector. {NOT_HELPFUL}"),
        ({}, affinity("podAffinity", "nobody"), f"3 node(s) didn't match pod affinity rules. {NOT_HELPFUL}"),
        (
            requests(cpu="100"),
            {"nodeSelector": {HOSTNAME: "node-1"}},
            f"1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector. {NOT_HELPFUL}",
        ),
        (
            {},
            {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "nope"}}]},
            'persistentvolumeclaim "nope" not found. not found',
        ),
    ],
)
def test_why_a_pod_waits(lab: Lab, container: dict[str, Any], spec: dict[str, Any], said: str) -> None:
    lab.pod("p", container, **spec)
    lab.advance(1)
    message = f"0/3 nodes are available: {said}"
    assert lab.messages("p", "FailedScheduling") == [message]
    condition = lab.get("p")["status"]["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == ("PodScheduled", "False", "Unschedulable")
    assert condition["message"] == message


def test_taints_keep_pods_away_unless_they_are_tolerated(lab: Lab) -> None:
    for number in (1, 2, 3):
        change_node(lab, f"node-{number}", taints=[{"key": "dedicated", "value": "db", "effect": "NoSchedule"}])
    lab.pod("stranger")
    lab.pod("db", tolerations=[{"key": "dedicated", "operator": "Equal", "value": "db", "effect": "NoSchedule"}])
    lab.advance(5)
    said = f"0/3 nodes are available: 3 node(s) had untolerated taint(s). {NOT_HELPFUL}"
    assert lab.messages("stranger", "FailedScheduling") == [said]
    assert node_of(lab, "db")
    change_node(lab, "node-2", taints=None)
    lab.advance(1)
    assert node_of(lab, "stranger") == "node-2"


def test_cordoned_nodes_take_no_pods(lab: Lab) -> None:
    for number in (1, 2, 3):
        change_node(lab, f"node-{number}", unschedulable=True)
    lab.pod("p")
    lab.advance(1)
    assert lab.messages("p", "FailedScheduling")[0].startswith("0/3 nodes are available: 3 node(s) were unschedulable.")
    change_node(lab, "node-3", unschedulable=None)
    lab.advance(1)
    assert node_of(lab, "p") == "node-3"


def test_a_pod_that_did_not_fit_is_placed_when_room_is_made(lab: Lab) -> None:
    for number in (1, 2, 3):
        lab.pod(f"full-{number}", requests(cpu="1500m"), nodeName=f"node-{number}", terminationGracePeriodSeconds=1)
    lab.pod("next", requests(cpu="1"))
    lab.advance(5)
    assert node_of(lab, "next") == ""
    lab.client.delete("pods", "default", "full-2")
    lab.advance(10)
    assert node_of(lab, "next") == "node-2"


def test_replicas_are_spread_over_nodes(lab: Lab) -> None:
    lab.client.create("deployments.apps", deployment("web", image="registry.k8s.io/pause:3.10", replicas=9))
    lab.advance(10)
    counts = Counter(pod["spec"]["nodeName"] for pod in lab.cluster.store.list("pods", "default"))
    assert sorted(counts.values()) == [3, 3, 3]


def test_anti_affinity_puts_one_on_each_node(lab: Lab) -> None:
    for number in range(4):
        lab.pod(f"db-{number}", labels={"app": "db"}, **affinity("podAntiAffinity", "db"))
    lab.advance(5)
    assert {node_of(lab, f"db-{number}") for number in range(3)} == {"node-1", "node-2", "node-3"}
    said = "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. "
    assert lab.messages("db-3", "FailedScheduling")[0].startswith(said)


def test_affinity_goes_where_the_other_is(lab: Lab) -> None:
    lab.pod("cache", nodeName="node-3")
    lab.pod("web", **affinity("podAffinity", "cache"))
    lab.advance(1)
    assert node_of(lab, "web") == "node-3"


def test_topology_spread(lab: Lab) -> None:
    rule = {"maxSkew": 1, "topologyKey": HOSTNAME, "whenUnsatisfiable": "DoNotSchedule"}
    for number in range(6):
        rules = [{**rule, "labelSelector": {"matchLabels": {"app": "web"}}}]
        lab.pod(f"w{number}", labels={"app": "web"}, topologySpreadConstraints=rules)
    lab.advance(1)
    assert sorted(Counter(node_of(lab, f"w{number}") for number in range(6)).values()) == [2, 2, 2]


def test_host_ports_are_taken_once_a_node(lab: Lab) -> None:
    ports = {"ports": [{"containerPort": 80, "hostPort": 8080}]}
    for number in range(4):
        lab.pod(f"p{number}", ports)
    lab.advance(1)
    assert sorted(node_of(lab, f"p{number}") for number in range(4)) == ["", "node-1", "node-2", "node-3"]
    assert "3 node(s) didn't have free ports for the requested pod ports" in lab.messages("p3", "FailedScheduling")[0]


def test_a_pod_of_high_priority_takes_the_place_of_a_low_one(lab: Lab) -> None:
    for number in (1, 2, 3):
        lab.pod(f"low-{number}", requests(cpu="1500m"), nodeName=f"node-{number}", terminationGracePeriodSeconds=2)
    metadata = {"name": "urgent"}
    body = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": metadata, "value": 1000}
    lab.client.create("priorityclasses.scheduling.k8s.io", body)
    lab.advance(5)
    lab.pod("high", requests(cpu="1500m"), priorityClassName="urgent")
    lab.advance(10)
    said = lab.messages("high", "FailedScheduling")[0]
    node = node_of(lab, "high")
    assert said.endswith(f"preemption: found a potential placement for pod on node {node}, preempting 1 victims")
    assert lab.gone(f"low-{node[-1]}")
    assert lab.events(f"low-{node[-1]}")[-2:] == ["Preempted", "Killing"]


def test_equal_priority_preempts_nobody(lab: Lab) -> None:
    for number in (1, 2, 3):
        lab.pod(f"p-{number}", requests(cpu="1500m"), nodeName=f"node-{number}")
    lab.pod("more", requests(cpu="1500m"))
    lab.advance(2)
    assert lab.messages("more", "FailedScheduling")[0].endswith("3 No preemption victims found for incoming pod.")


def test_gated_pods_and_other_schedulers_are_left_alone(lab: Lab) -> None:
    lab.pod("gated", schedulingGates=[{"name": "example.com/wait"}])
    lab.pod("other", schedulerName="somebody-else")
    lab.advance(2)
    assert (node_of(lab, "gated"), node_of(lab, "other")) == ("", "")
    assert lab.events("other") == []
    lab.client.update("pods", with_spec(lab.get("gated"), schedulingGates=None))
    lab.advance(2)
    assert node_of(lab, "gated")


def test_no_nodes_at_all() -> None:
    lab = Lab(nodes=0)
    lab.pod("p")
    lab.advance(1)
    assert lab.messages("p", "FailedScheduling") == ["no nodes available to schedule pods"]


def test_nodes_that_a_pod_does_not_name_are_said_to_be_left_out_before(lab: Lab) -> None:
    """As pods of DaemonSets do, which name one node each."""
    named = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-2"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [named]}}
    lab.pod("fits", affinity={"nodeAffinity": required})
    large = {"resources": {"requests": {"cpu": "64"}}}
    lab.pod("large", large, affinity={"nodeAffinity": required})
    lab.advance(10)
    assert lab.get("fits")["spec"]["nodeName"] == "node-2"
    message = lab.messages("large", "FailedScheduling")[0]
    assert "1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]" in message
