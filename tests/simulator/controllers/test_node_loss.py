"""A node is lost and found again, with kubelets that really run: what a learner sees who pulls the plug."""

from __future__ import annotations

import pytest

from tests.simulator.workloads import deployment
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.objects import get_condition
from tutor.simulator.store import Obj

NOW = 1_780_000_040.0
LOST = "node-2"


@pytest.fixture
def cluster() -> SimulatedCluster:
    cluster = SimulatedCluster(now=NOW, strict=True)
    cluster.client("test").create("deployments.apps", deployment("web", replicas=6))
    cluster.engine.advance(30)
    assert len(on_node(cluster)) == 2
    return cluster


def on_node(cluster: SimulatedCluster) -> list[Obj]:
    return [pod for pod in cluster.store.list("pods", "default") if pod["spec"].get("nodeName") == LOST]


def ready(obj: Obj | None) -> str:
    condition = get_condition((obj or {}).get("status") or {}, "Ready")
    return str(condition["status"]) if condition else ""


def web(cluster: SimulatedCluster) -> dict[str, int]:
    found = cluster.store.get("deployments.apps", "default", "web")
    assert found is not None
    status: dict[str, int] = found["status"]
    return status


def test_a_lost_node_is_noticed_after_fifty_seconds(cluster: SimulatedCluster) -> None:
    cluster.runtime.cut_off(LOST)
    cluster.engine.advance(40)
    assert ready(cluster.store.get("nodes", "", LOST)) == "True"
    cluster.engine.advance(20)
    assert ready(cluster.store.get("nodes", "", LOST)) == "Unknown"
    assert [ready(pod) for pod in on_node(cluster)] == ["False", "False"]
    assert web(cluster)["availableReplicas"] == 4


def test_its_pods_are_replaced_after_five_minutes_and_hang_as_terminating(cluster: SimulatedCluster) -> None:
    cluster.runtime.cut_off(LOST)
    cluster.engine.advance(400)
    assert web(cluster)["availableReplicas"] == 6
    assert all("deletionTimestamp" in pod["metadata"] for pod in on_node(cluster))
    assert len(on_node(cluster)) == 2


def test_they_go_when_the_node_is_back(cluster: SimulatedCluster) -> None:
    cluster.runtime.cut_off(LOST)
    cluster.engine.advance(400)
    cluster.runtime.reconnect(LOST)
    cluster.engine.advance(60)
    assert ready(cluster.store.get("nodes", "", LOST)) == "True"
    node = cluster.store.get("nodes", "", LOST)
    assert node is not None
    assert not node["spec"].get("taints")
    assert on_node(cluster) == []


def test_a_node_that_is_back_in_time_keeps_its_pods(cluster: SimulatedCluster) -> None:
    before = {pod["metadata"]["uid"] for pod in on_node(cluster)}
    cluster.runtime.cut_off(LOST)
    cluster.engine.advance(120)
    cluster.runtime.reconnect(LOST)
    cluster.engine.advance(400)
    assert {pod["metadata"]["uid"] for pod in on_node(cluster)} == before
    assert [ready(pod) for pod in on_node(cluster)] == ["True", "True"]
    assert web(cluster)["availableReplicas"] == 6


def test_a_stopped_kubelet_leaves_its_containers_running(cluster: SimulatedCluster) -> None:
    cluster.runtime.stop_kubelet(LOST)
    cluster.engine.advance(60)
    assert ready(cluster.store.get("nodes", "", LOST)) == "Unknown"
    cluster.runtime.start_kubelet(LOST)
    cluster.engine.advance(30)
    assert [ready(pod) for pod in on_node(cluster)] == ["True", "True"]
    restarts = [pod["status"]["containerStatuses"][0]["restartCount"] for pod in on_node(cluster)]
    assert restarts == [0, 0]
