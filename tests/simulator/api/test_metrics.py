"""metrics.k8s.io: there while an APIService says who answers for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import NOW, PODS, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.metrics import Sample, Usage

ROOT = "/apis/metrics.k8s.io/v1beta1"
API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
NAME = "v1beta1.metrics.k8s.io"


@pytest.fixture
def registered(client: InProcessClient) -> InProcessClient:
    service = {"name": "metrics-server", "namespace": "kube-system"}
    spec = {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "service": service,
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    made = client.json("POST", API_SERVICES, {"metadata": {"name": NAME}, "spec": spec})
    assert made["metadata"]["name"] == NAME, made
    return client


@pytest.fixture
def sampled(registered: InProcessClient, cluster: SimulatedCluster) -> InProcessClient:
    body = pod("p")
    body["metadata"]["labels"] = {"app": "x"}
    registered.json("POST", PODS, body)
    cluster.metrics.problem = ""
    usage = {"c": Usage(0.25, 2**20), "d": Usage(0.5, 2**20)}
    cluster.metrics.pods = {("default", "p"): Sample(NOW, 15.0, usage)}
    cluster.metrics.nodes = {"node-1": Sample(NOW, 15.0, {"": Usage(1.5, 2**30)})}
    return registered


def test_the_group_comes_and_goes_with_its_registration(registered: InProcessClient) -> None:
    listed = registered.get(ROOT)["resources"]
    assert [item["name"] for item in listed] == ["nodes", "pods"]
    registered.json("DELETE", f"{API_SERVICES}/{NAME}")
    assert registered.send("GET", ROOT).status == 404


def test_nobody_there_to_answer(registered: InProcessClient, cluster: SimulatedCluster) -> None:
    cluster.metrics.problem = "the server is currently unable to handle the request"
    status = registered.get(f"{ROOT}/nodes")
    assert (status["code"], status["reason"]) == (503, "ServiceUnavailable")


def test_nodes(sampled: InProcessClient) -> None:
    found = sampled.get(f"{ROOT}/nodes/node-1")
    assert (found["kind"], found["window"]) == ("NodeMetrics", "15s")
    assert found["usage"] == {"cpu": "1500000000n", "memory": "1048576Ki"}
    assert sampled.get(f"{ROOT}/nodes")["items"][0]["metadata"]["name"] == "node-1"


@pytest.mark.parametrize(("selector", "count"), [("", 1), ("app=x", 1), ("app=y", 0)])
def test_pods(sampled: InProcessClient, selector: str, count: int) -> None:
    items: list[Any] = sampled.get(f"{ROOT}/namespaces/default/pods", labelSelector=selector)["items"]
    assert len(items) == count
    assert not items or [container["name"] for container in items[0]["containers"]] == ["c", "d"]


def test_samples_are_dated_for_the_client(sampled: InProcessClient) -> None:
    sampled.api.offset = -3600
    found = sampled.get(f"{ROOT}/nodes/node-1")
    assert found["timestamp"] == found["metadata"]["creationTimestamp"] == "2023-11-14T21:13:20Z"


def test_what_has_no_sample_is_not_found(sampled: InProcessClient) -> None:
    assert sampled.get(f"{ROOT}/namespaces/default/pods/q")["message"] == 'pods "q" not found'
    sampled.json("POST", PODS, pod("q"))
    missing = sampled.get(f"{ROOT}/namespaces/default/pods/q")
    assert missing["message"] == 'podmetrics.metrics.k8s.io "default/q" not found'
    assert sampled.get(f"{ROOT}/nodes/nope")["message"] == 'node "nope" not found'


def test_as_a_table(sampled: InProcessClient) -> None:
    accept = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    (row,) = sampled.get(f"{ROOT}/nodes", headers=accept)["rows"]
    assert row["cells"] == ["node-1", "1500000000n", "1048576Ki", "15s"]
    (row,) = sampled.get(f"{ROOT}/pods", headers=accept)["rows"]
    assert row["cells"][0] == "p"


def test_only_reading_is_offered(sampled: InProcessClient) -> None:
    assert sampled.json("DELETE", f"{ROOT}/nodes/node-1")["code"] == 405
