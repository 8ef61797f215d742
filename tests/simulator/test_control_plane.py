"""The API server and etcd stopped or slow: who goes on, who waits, and what follows when they are back.

What is expected was seen on a genuine cluster (Kubernetes 1.37.2) whose etcd and then API server were stopped for half a minute.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.faults import NotNow, faults, set_fault

PARTS = ("api-server-stopped", "etcd-stopped")


@pytest.fixture
def lab() -> Lab:
    return Lab(nodes=2)


def web(lab: Lab, replicas: int = 2) -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    lab.create("deployments.apps", "apps/v1", "Deployment", "web", spec=spec)
    lab.settle()


def ready_nodes(lab: Lab) -> list[str]:
    conditions = [(n, c) for n in lab.cluster.store.list("nodes") for c in n["status"]["conditions"]]
    return [n["metadata"]["name"] for n, c in conditions if (c["type"], c["status"]) == ("Ready", "True")]


def pods(lab: Lab) -> list[str]:
    return [pod["metadata"]["name"] for pod in lab.cluster.store.list("pods", "default")]


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_written_while_it_is_stopped(lab: Lab, part: str) -> None:
    web(lab)
    set_fault(lab.cluster, part, True)
    revision = lab.cluster.store.revision
    lab.advance(600)
    assert lab.cluster.store.revision == revision


@pytest.mark.parametrize("part", PARTS)
def test_containers_are_restarted_meanwhile_and_that_is_told_of_later(lab: Lab, part: str) -> None:
    lab.pod("q", {"command": ["sh", "-c", "sleep 12; exit 3"]})
    lab.advance(5)
    set_fault(lab.cluster, part, True)
    lab.advance(20)
    assert lab.status("q")["restartCount"] == 0
    assert lab.events("q").count("Started") == 1
    set_fault(lab.cluster, part, False)
    assert lab.status("q")["restartCount"] == 1
    assert lab.status("q")["lastState"]["terminated"]["exitCode"] == 3
    event = next(e for e in lab.cluster.store.list("events", "default") if e["reason"] == "Started")
    assert event["count"] == 2
    assert event["lastTimestamp"] == lab.status("q")["state"]["running"]["startedAt"]


@pytest.mark.parametrize("part", PARTS)
def test_no_node_is_taken_for_lost_after_a_long_outage(lab: Lab, part: str) -> None:
    web(lab)
    before = pods(lab)
    set_fault(lab.cluster, part, True)
    lab.advance(3600)
    set_fault(lab.cluster, part, False)
    lab.advance(120)
    assert ready_nodes(lab) == ["node-1", "node-2"]
    assert pods(lab) == before
    assert "NodeNotReady" not in lab.events("node-1")
    assert lab.get("web", "deployments.apps")["status"]["readyReplicas"] == 2


def test_what_was_asked_for_before_is_done_afterwards(lab: Lab) -> None:
    web(lab, 1)
    deployment = lab.get("web", "deployments.apps")
    set_fault(lab.cluster, "controllers-stopped", True)
    lab.client.update("deployments.apps", {**deployment, "spec": {**deployment["spec"], "replicas": 3}})
    set_fault(lab.cluster, "api-server-stopped", True)
    set_fault(lab.cluster, "controllers-stopped", False)
    lab.advance(60)
    assert len(pods(lab)) == 1
    set_fault(lab.cluster, "api-server-stopped", False)
    lab.settle()
    assert len(pods(lab)) == 3


def test_controllers_that_are_stopped_stay_so_when_the_api_server_is_back(lab: Lab) -> None:
    set_fault(lab.cluster, "scheduler-stopped", True)
    set_fault(lab.cluster, "api-server-stopped", True)
    set_fault(lab.cluster, "api-server-stopped", False)
    lab.pod("waiting")
    lab.settle()
    assert "nodeName" not in lab.get("waiting")["spec"]


def test_both_have_to_be_there(lab: Lab) -> None:
    web(lab, 1)
    for part in PARTS:
        set_fault(lab.cluster, part, True)
    set_fault(lab.cluster, "etcd-stopped", False)
    revision = lab.cluster.store.revision
    lab.advance(60)
    assert lab.cluster.store.revision == revision
    set_fault(lab.cluster, "api-server-stopped", False)
    lab.advance(20)
    assert lab.cluster.store.revision > revision


def test_an_outage_is_part_of_a_snapshot(lab: Lab) -> None:
    lab.pod("q", {"command": ["sh", "-c", "sleep 12; exit 3"]})
    lab.advance(5)
    before = lab.cluster.save()
    set_fault(lab.cluster, "api-server-stopped", True)
    lab.advance(10)
    during = lab.cluster.save()
    lab.advance(10)
    set_fault(lab.cluster, "api-server-stopped", False)
    first = lab.status("q")
    lab.cluster.load(during)
    assert [fault.name for fault in faults(lab.cluster) if fault.is_on()] == ["api-server-stopped"]
    lab.advance(10)
    set_fault(lab.cluster, "api-server-stopped", False)
    assert lab.status("q") == first
    lab.cluster.load(before)
    assert not [fault for fault in faults(lab.cluster) if fault.is_on()]
    lab.advance(20)
    assert lab.status("q")["restartCount"] == 1


def test_pods_do_not_reach_a_stopped_api_server_either(lab: Lab) -> None:
    lab.pod("p", {"command": ["sleep", "1000"]})
    lab.settle()
    reaches = ("sh", "-c", "nc -z -w 1 kubernetes.default 443; echo $?")
    assert lab.run("p", *reaches, seconds=3)[1] == "0\n"
    set_fault(lab.cluster, "api-server-stopped", True)
    assert lab.run("p", *reaches, seconds=3)[1].endswith("1\n")


def test_filling_a_node_needs_an_api_server(lab: Lab) -> None:
    set_fault(lab.cluster, "api-server-stopped", True)
    with pytest.raises(NotNow, match="kube-apiserver is stopped"):
        set_fault(lab.cluster, "full/node-1", True)


def status(answer: Any) -> tuple[int, str, str]:
    body = json.loads(answer.payload())
    return body["code"], body["reason"], body["message"]


def test_without_etcd_objects_can_neither_be_read_nor_written(lab: Lab) -> None:
    api = InProcessClient(lab.cluster)
    set_fault(lab.cluster, "etcd-stopped", True)
    for path in ("/api/v1/namespaces/default/pods", "/api/v1/nodes/node-1"):
        answer = api.send("GET", path)
        assert (answer.status, answer.payload()) == (504, b"")
    written = api.send("POST", "/api/v1/namespaces/default/configmaps", {"metadata": {"name": "one"}})
    assert status(written) == (
        504,
        "Timeout",
        "Timeout: request did not complete within requested timeout - context deadline exceeded",
    )
    assert api.send("GET", "/version").status == 200
    assert api.get("/apis/apps/v1")["kind"] == "APIResourceList"
    review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    assert api.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review).status == 201
    set_fault(lab.cluster, "etcd-stopped", False)
    assert api.get("/api/v1/nodes/node-1")["kind"] == "Node"


def test_without_etcd_health_checks_fail(lab: Lab) -> None:
    api = InProcessClient(lab.cluster)
    assert api.send("GET", "/readyz").payload() == b"ok"
    set_fault(lab.cluster, "etcd-stopped", True)
    ready = api.send("GET", "/readyz")
    assert ready.status == 500
    assert b"[-]etcd failed: reason withheld\n[-]etcd-readiness failed: reason withheld\n" in ready.payload()
    assert ready.payload().endswith(b"readyz check failed\n")
    alive = api.send("GET", "/livez")
    assert (alive.status, b"etcd-readiness" in alive.payload()) == (500, False)
    assert api.send("GET", "/livez/ping").payload() == b"ok"


def test_component_statuses_name_what_does_not_answer(lab: Lab) -> None:
    api = InProcessClient(lab.cluster)
    for fault in ("etcd-stopped", "scheduler-stopped"):
        set_fault(lab.cluster, fault, True)
    found = {c["metadata"]["name"]: c["conditions"][0] for c in api.get("/api/v1/componentstatuses")["items"]}
    assert found["controller-manager"]["status"] == "True"
    assert found["etcd-0"]["error"] == "etcd grpc connection not ready: context deadline exceeded"
    assert found["scheduler"]["message"] == (
        'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused'
    )


def test_a_slow_api_server_makes_everything_late(lab: Lab) -> None:
    set_fault(lab.cluster, "api-server-slow", True)
    lab.pod("late")
    lab.advance(1)
    assert "nodeName" not in lab.get("late")["spec"]
    lab.advance(1.5)
    assert "nodeName" in lab.get("late")["spec"]
    set_fault(lab.cluster, "api-server-slow", False)
    lab.pod("soon")
    lab.advance(0.1)
    assert "nodeName" in lab.get("soon")["spec"]


def test_slow_kubelets_start_pods_late_and_still_run_commands_at_once(lab: Lab) -> None:
    lab.pod("there", {"command": ["sleep", "1000"]})
    lab.settle()
    set_fault(lab.cluster, "kubelets-slow", True)
    lab.pod("late")
    lab.advance(10)
    assert lab.get("late")["status"]["phase"] == "Pending"
    assert lab.run("there", "echo", "hi") == (0, "hi\n")
    lab.advance(20)
    assert lab.get("late")["status"]["phase"] == "Running"
