"""Which changes have a waiting pod looked at again: the number of tries that its event tells of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.objects import with_metadata
from tutor.simulator.store import Obj

HOSTNAME = "kubernetes.io/hostname"


@pytest.fixture
def lab() -> Lab:
    return Lab(nodes=3)


def tries(lab: Lab, name: str) -> int:
    """How often the scheduler has said that it finds no node for a pod."""
    said = [
        event
        for event in lab.client.list("events")
        if event["reason"] == "FailedScheduling" and event["involvedObject"]["name"] == name
    ]
    return sum((event.get("series") or {"count": 1})["count"] for event in said)


def apart(app: str) -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": HOSTNAME}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def together(app: str) -> dict[str, Any]:
    return {"podAffinity": apart(app)["podAntiAffinity"]}


def body(name: str, **spec: Any) -> Obj:
    containers = [{"name": "c", "image": "busybox:1.36", "command": ["sleep", "1000"]}]
    metadata = {"name": name, "namespace": "default", "labels": {"app": name.rstrip("0123456789")}}
    spec = {"containers": containers, "terminationGracePeriodSeconds": 1, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def make(lab: Lab, *pods: Obj) -> None:
    for pod in pods:
        lab.client.create("pods", pod)
    lab.advance(5)


def test_pods_placed_before_a_look_do_not_cause_another(lab: Lab) -> None:
    make(lab, *(body(f"web{i}", affinity=apart("web")) for i in range(4)))
    assert sum(tries(lab, f"web{i}") for i in range(4)) == 1


def test_only_a_pod_that_is_wanted_helps_one_that_wants_company(lab: Lab) -> None:
    make(lab, body("guest", affinity=together("cache")))
    make(lab, body("other"))
    assert tries(lab, "guest") == 1
    make(lab, body("cache"))
    assert lab.get("guest")["spec"]["nodeName"] == lab.get("cache")["spec"]["nodeName"]


def test_only_the_end_of_a_pod_that_is_in_the_way_helps_one_that_keeps_apart(lab: Lab) -> None:
    make(lab, body("other"), *(body(f"web{i}", affinity=apart("web")) for i in range(3)))
    make(lab, body("web3", affinity=apart("web")))
    lab.client.delete("pods", "default", "other")
    lab.advance(5)
    assert tries(lab, "web3") == 1
    lab.client.delete("pods", "default", "web0")
    lab.advance(5)
    assert lab.get("web3")["spec"]["nodeName"]


def test_a_node_selector_is_helped_by_the_node_that_it_means(lab: Lab) -> None:
    make(lab, body("picky", nodeSelector={"disk": "ssd"}))
    for value in ("hdd", "ssd"):
        node = lab.cluster.store.get("nodes", "", "node-2")
        assert node is not None
        lab.client.update("nodes", with_metadata(node, labels={**node["metadata"]["labels"], "disk": value}))
        lab.advance(1)
    assert tries(lab, "picky") == 1
    assert lab.get("picky")["spec"]["nodeName"] == "node-2"


def test_other_labels_do_not_help_a_pod_that_no_node_suits(lab: Lab) -> None:
    make(lab, body("picky", nodeSelector={"disk": "ssd"}))
    lab.client.update("pods", with_metadata(lab.get("picky"), labels={"app": "new"}))
    lab.advance(1)
    assert tries(lab, "picky") == 1


def test_only_its_own_claims_help_a_pod_that_waits_for_volumes(lab: Lab) -> None:
    make(lab, body("user", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "mine"}}]))
    for name in ("other", "mine"):
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
        metadata = {"name": name, "namespace": "default"}
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
        lab.client.create("persistentvolumeclaims", claim)
        lab.advance(1)
        assert tries(lab, "user") == 1
    lab.advance(10)
    assert lab.get("user")["spec"]["nodeName"]
