"""A snapshot that is restored changes nothing of what follows: in place after the cluster went astray, and by way of a file."""

from __future__ import annotations

import pickle
import time

import pytest

from tests.simulator.histories.busy import BUSY
from tests.simulator.histories.restoring import WAYS, Way, all_scenarios, play_restoring
from tests.simulator.lab import BUSYBOX, Lab
from tests.simulator.workloads import NOW, deployment
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import ClusterState, SimulatedCluster

SCENARIOS = all_scenarios()
SAMPLE = sorted(SCENARIOS)[:: max(1, len(SCENARIOS) // 20)]
"""`python -m tests.tools.same_history --restore` plays all of them."""


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.mark.parametrize("name", SAMPLE)
def test_a_scenario_goes_on_as_it_would_have(name: str) -> None:
    way = WAYS[SAMPLE.index(name) % 2]
    assert play_restoring(SCENARIOS[name], way, every=4) == ""


@pytest.mark.parametrize("way", WAYS)
def test_a_busy_cluster_goes_on_as_it_would_have(way: Way) -> None:
    assert play_restoring(SCENARIOS[BUSY], way, every=4) == ""


@pytest.mark.parametrize("way", WAYS)
def test_a_node_that_was_cut_off_is_cut_off_again(lab: Lab, way: Way) -> None:
    lab.pod("web", {"image": "nginx:1.27"}, nodeName="node-1")
    lab.pod("box", {"command": ["sleep", "1000"]}, nodeName="node-2")
    lab.advance(20)
    connected = lab.cluster.save()
    lab.cluster.runtime.cut_off("node-1")
    cut = lab.cluster.save()
    for state, reached in ((connected, True), (cut, False)):
        lab.cluster = restored(lab.cluster, state, way)
        assert answers(lab) is reached


def test_a_volume_goes_on_being_shared_in_a_restarted_cluster(lab: Lab) -> None:
    share = {"volumeMounts": [{"name": "share", "mountPath": "/share"}]}
    writer = {"image": BUSYBOX, "command": ["sh", "-c", "sleep 60; echo later > /share/news; sleep 600"], **share}
    reader = {"image": BUSYBOX, "command": ["sh", "-c", "sleep 90; cat /share/news; sleep 600"], **share}
    lab.pod("pair", writer, reader, volumes=[{"name": "share", "emptyDir": {}}])
    lab.advance(30)
    lab.cluster = restored(lab.cluster, lab.cluster.save(), "by file")
    lab.advance(90)
    assert lab.log("pair", "c1") == ["later"]


def test_a_command_that_runs_goes_on(lab: Lab) -> None:
    lab.pod("box", {"command": ["sleep", "1000"]})
    lab.advance(10)
    session = lab.cluster.runtime.exec(
        "default", "box", "c", ["sh", "-c", "sleep 5; echo done"], stdin=False, tty=False
    )
    assert session is not None
    state = lab.cluster.save()
    for _ in range(2):
        lab.cluster.load(state)
        assert list(session.output()) == []
        lab.advance(6)
        assert list(session.output()) == [("stdout", b"done\n")]


def test_a_command_that_was_not_there_yet_is_over(lab: Lab) -> None:
    lab.pod("box", {"command": ["sleep", "1000"]})
    lab.advance(10)
    state = lab.cluster.save()
    session = lab.cluster.runtime.exec("default", "box", "c", ["sleep", "500"], stdin=False, tty=False)
    assert session is not None
    assert session.exit_status() is None
    lab.cluster.load(state)
    assert session.exit_status() is not None


def test_watchers_are_told_to_start_over(lab: Lab) -> None:
    client = InProcessClient(lab.cluster)
    state = lab.cluster.save()
    lab.pod("a")
    listed = client.get("/api/v1/namespaces/default/pods")["metadata"]["resourceVersion"]
    watch = client.watch("/api/v1/namespaces/default/pods", resourceVersion=listed)
    lab.cluster.load(state)
    assert [(event["type"], event["object"]["code"]) for event in watch.events()] == [("ERROR", 410)]
    late = client.watch("/api/v1/namespaces/default/pods", resourceVersion=listed)
    assert [(event["type"], event["object"]["code"]) for event in late.events()] == [("ERROR", 410)]
    page = client.get("/api/v1/namespaces/default/pods")
    assert page["items"] == []
    again = client.watch("/api/v1/namespaces/default/pods", resourceVersion=page["metadata"]["resourceVersion"])
    lab.pod("b")
    assert next(iter(again.events()))["object"]["metadata"]["name"] == "b"


def test_saving_and_restoring_are_quick() -> None:
    cluster = SimulatedCluster(now=NOW)
    cluster.client("user").create("deployments.apps", deployment("web", replicas=200))
    cluster.engine.advance(30)
    restart = min(timed(cluster) for _ in range(3))
    assert restart < 0.25  # 0.02 s on an idle machine


def timed(cluster: SimulatedCluster) -> float:
    """Processor seconds of a save and a restore."""
    began = time.process_time()
    cluster.load(cluster.save())
    return time.process_time() - began


def restored(cluster: SimulatedCluster, state: ClusterState, way: Way) -> SimulatedCluster:
    """The cluster taken back to a state, or the one there is after the program was ended and started again."""
    if way == "by file":
        cluster, state = SimulatedCluster(now=NOW, nodes=(), strict=True), pickle.loads(pickle.dumps(state))
    cluster.load(state)
    return cluster


def answers(lab: Lab) -> bool:
    """Whether the pod box reaches the web server on the other node."""
    address = lab.get("web")["status"]["podIP"]
    return lab.run("box", "wget", "-q", "-T", "2", "-O", "-", f"http://{address}", seconds=5)[0] == 0
