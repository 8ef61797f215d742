"""Faults put into a cluster: what each breaks, and that taking it away mends it."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tutor.simulator import faults
from tutor.simulator.api.inprocess import InProcessClient


@pytest.fixture
def lab() -> Lab:
    return Lab(nodes=2)


def is_on(lab: Lab, name: str) -> bool:
    return next(fault for fault in faults.faults(lab.cluster) if fault.name == name).is_on()


def node_ready(lab: Lab, name: str) -> str:
    node = lab.cluster.store.get("nodes", "", name)
    assert node is not None
    return next(str(entry["status"]) for entry in node["status"]["conditions"] if entry["type"] == "Ready")


def deployment(lab: Lab, replicas: int) -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    lab.create("deployments.apps", "apps/v1", "Deployment", "web", spec=spec)


def test_without_a_scheduler_pods_stay_pending(lab: Lab) -> None:
    faults.set_fault(lab.cluster, "scheduler-stopped", True)
    lab.pod("one")
    lab.advance(60)
    assert lab.get("one")["status"]["phase"] == "Pending"
    assert is_on(lab, "scheduler-stopped")
    faults.set_fault(lab.cluster, "scheduler-stopped", False)
    lab.advance(10)
    assert lab.get("one")["status"]["phase"] == "Running"


def test_without_controllers_a_deployment_makes_nothing(lab: Lab) -> None:
    faults.set_fault(lab.cluster, "controllers-stopped", True)
    deployment(lab, 2)
    lab.advance(60)
    assert not lab.client.list("replicasets.apps", "default")
    faults.set_fault(lab.cluster, "controllers-stopped", False)
    lab.advance(20)
    assert lab.get("web", "deployments.apps")["status"]["readyReplicas"] == 2


def test_slow_controllers_react_late(lab: Lab) -> None:
    faults.set_fault(lab.cluster, "controllers-slow", True)
    deployment(lab, 1)
    lab.advance(faults.SLOW_SECONDS - 1)
    assert not lab.client.list("replicasets.apps", "default")
    lab.advance(2)
    assert len(lab.client.list("replicasets.apps", "default")) == 1
    lab.advance(120)
    assert lab.get("web", "deployments.apps")["status"]["readyReplicas"] == 1


def test_a_stopped_kubelet_is_noticed_and_its_containers_run_on(lab: Lab) -> None:
    lab.pod("one", nodeName="node-1")
    lab.advance(10)
    faults.set_fault(lab.cluster, "kubelet-stopped/node-1", True)
    lab.advance(60)
    assert node_ready(lab, "node-1") == "Unknown"
    assert is_on(lab, "kubelet-stopped/node-1")
    assert not is_on(lab, "cut-off/node-1")
    faults.set_fault(lab.cluster, "kubelet-stopped/node-1", False)
    lab.advance(30)
    assert node_ready(lab, "node-1") == "True"
    assert lab.get("one")["status"]["phase"] == "Running"
    said = [e["reason"] for e in lab.cluster.store.list("events", "default") if e["involvedObject"]["name"] == "node-1"]
    assert sorted(said[said.index("NodeNotReady") + 1 :]) == [
        "NodeHasNoDiskPressure",
        "NodeHasSufficientMemory",
        "NodeHasSufficientPID",
        "NodeReady",
        "Starting",
    ]


def test_a_node_that_is_cut_off_is_no_stopped_kubelet(lab: Lab) -> None:
    faults.set_fault(lab.cluster, "cut-off/node-2", True)
    assert is_on(lab, "cut-off/node-2")
    assert not is_on(lab, "kubelet-stopped/node-2")
    lab.advance(60)
    assert node_ready(lab, "node-2") == "Unknown"


def test_a_full_node_takes_no_pod_that_asks_for_anything(lab: Lab) -> None:
    lab.advance(30)
    for node in ("node-1", "node-2"):
        faults.set_fault(lab.cluster, f"full/{node}", True)
    lab.pod("one", {"resources": {"requests": {"cpu": "10m"}}})
    lab.advance(30)
    assert "Insufficient cpu" in lab.get("one")["status"]["conditions"][0]["message"]
    filler = lab.cluster.store.get("pods", faults.FILLER_NAMESPACE, "filler-node-1")
    assert filler is not None
    assert filler["status"]["phase"] == "Running"
    faults.set_fault(lab.cluster, "full/node-1", False)
    lab.advance(60)
    assert lab.get("one")["spec"]["nodeName"] == "node-1"


def test_a_snapshot_remembers_faults(lab: Lab) -> None:
    faults.set_fault(lab.cluster, "scheduler-slow", True)
    faults.set_fault(lab.cluster, "cut-off/node-1", True)
    saved = lab.cluster.save()
    faults.set_fault(lab.cluster, "scheduler-slow", False)
    faults.set_fault(lab.cluster, "cut-off/node-1", False)
    lab.cluster.load(saved)
    assert is_on(lab, "scheduler-slow")
    assert is_on(lab, "cut-off/node-1")


def test_an_unknown_fault_is_refused_with_those_there_are(lab: Lab) -> None:
    with pytest.raises(faults.UnknownFault, match="scheduler-stopped"):
        faults.set_fault(lab.cluster, "full/node-9", True)


@pytest.mark.parametrize(("fault", "why"), [("kubelet-stopped", "connection refused"), ("cut-off", "no route to host")])
def test_nothing_goes_through_a_kubelet_that_does_not_answer(lab: Lab, fault: str, why: str) -> None:
    lab.pod("one", nodeName="node-1")
    lab.advance(10)
    faults.set_fault(lab.cluster, f"{fault}/node-1", True)
    client, pod = InProcessClient(lab.cluster), "/api/v1/namespaces/default/pods/one"
    dialing = f"dial tcp {lab.get('one')['status']['hostIP']}:10250: connect: {why}"
    url = f"https://{lab.get('one')['status']['hostIP']}:10250/containerLogs/default/one/c?tailLines=5"
    assert client.get(f"{pod}/log", tailLines="5")["message"] == f'Get "{url}": {dialing}'
    for what in ("exec", "attach", "portforward"):
        answer = client.json("POST", f"{pod}/{what}", headers={"upgrade": "websocket"})
        assert (answer["code"], answer["message"]) == (500, f"error dialing backend: {dialing}")


def test_a_node_without_a_kubelet_has_no_faults() -> None:
    lab = Lab(1)
    lab.client.create("nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "ghost"}})
    lab.advance(30)
    assert not [fault.name for fault in faults.faults(lab.cluster) if "ghost" in fault.name]
