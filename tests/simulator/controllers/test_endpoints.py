"""Endpoints and EndpointSlices: what they list, in which order, and who keeps them. Compared with a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage
from tests.simulator.workloads import pod_spec
from tutor.simulator.controllers.endpoints.port_order import in_slices, in_subsets
from tutor.simulator.objects import labels_of, name_of
from tutor.simulator.store import Obj

SLICES = "endpointslices.discovery.k8s.io"
TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
HTTP = ("http", "TCP", 8000, "")
ALT = ("alt", "TCP", 8080, "")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def service(name: str = "web", **spec: Any) -> Obj:
    given = {"selector": {"app": "web"}, "ports": [{"port": 80, "protocol": "TCP"}], **spec}
    chosen = {key: value for key, value in given.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": chosen}


def pod(name: str, **ports: int) -> Obj:
    spec = pod_spec("nginx:1.26")
    spec["containers"][0]["ports"] = [{"name": key, "containerPort": number} for key, number in ports.items()]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "web"}}, "spec": spec}


def written(name: str = "web", **subset: Any) -> Obj:
    given = {"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 9376, "protocol": "TCP"}], **subset}
    return {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name}, "subsets": [given]}


def start(stage: Stage, body: Obj, *, ready: bool = True) -> None:
    """Create a pod, if it is not there, and let it run."""
    if not stage.exists("pods", name_of(body)):
        stage.create("pods", body)
    stage.set_pod(stage.get("pods", name_of(body)), "Running", ready, podIP=f"10.244.0.{ord(name_of(body)[0])}")


def slices(stage: Stage, name: str = "web") -> list[Obj]:
    every = stage.cluster.store.list(SLICES, "default")
    return [slice_ for slice_ in every if labels_of(slice_).get("kubernetes.io/service-name") == name]


def copies(stage: Stage) -> list[Obj]:
    return [s for s in slices(stage) if labels_of(s)[MANAGED_BY] == "endpointslicemirroring-controller.k8s.io"]


def test_ports_are_listed_by_their_hash() -> None:
    """The order of a real cluster's two ports."""
    assert in_slices((HTTP, ALT)) == in_slices((ALT, HTTP)) == (ALT, HTTP)
    assert in_subsets((("", "UDP", 53, ""), HTTP)) == in_subsets((HTTP, ("", "UDP", 53, "")))


def test_a_named_port_that_one_pod_lacks_makes_two_subsets(stage: Stage) -> None:
    ports = [
        {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "web"},
        {"name": "alt", "port": 81, "protocol": "TCP", "targetPort": 8080},
    ]
    stage.create("services", service(ports=ports))
    start(stage, pod("with", web=8000))
    start(stage, pod("bare"), ready=False)
    shared, own = stage.get("endpoints", "web")["subsets"]
    assert [port["name"] for port in shared["ports"]] == ["alt"]
    assert [a["targetRef"]["name"] for a in shared["addresses"]] == ["with"]
    assert [a["targetRef"]["name"] for a in shared["notReadyAddresses"]] == ["bare"]
    assert [port["name"] for port in own["ports"]] == ["http"]
    assert [a["targetRef"]["name"] for a in own["addresses"]] == ["with"]


def test_what_is_written_says_when_its_pods_changed(stage: Stage) -> None:
    stage.create("services", service())
    created = stage.get("services", "web")["metadata"]["creationTimestamp"]
    assert slices(stage)[0]["metadata"]["annotations"] == {TRIGGER_TIME: created}
    stage.advance(30)
    stage.create("pods", pod("a"))
    stage.advance(7)
    start(stage, pod("a"))
    (ready,) = (c for c in stage.get("pods", "a")["status"]["conditions"] if c["type"] == "Ready")
    for obj in (slices(stage)[0], stage.get("endpoints", "web")):
        assert obj["metadata"]["annotations"][TRIGGER_TIME] == ready["lastTransitionTime"] > created


def test_a_change_that_no_pod_caused_says_nothing(stage: Stage) -> None:
    stage.create("services", service())
    start(stage, pod("a"))
    stage.advance(1)
    stage.change("services", "web", ports=[{"port": 81, "protocol": "TCP", "targetPort": 81}])
    for obj in (slices(stage)[0], stage.get("endpoints", "web")):
        assert "annotations" not in obj["metadata"]


def test_endpoints_written_by_hand_are_copied(stage: Stage) -> None:
    stage.create("services", service(selector=None))
    not_ready = [{"ip": "192.0.2.2", "hostname": "b"}]
    endpoints = stage.create("endpoints", written(notReadyAddresses=not_ready))
    (copy,) = copies(stage)
    assert name_of(copy).startswith("web-")
    assert copy["metadata"]["ownerReferences"][0]["uid"] == endpoints["metadata"]["uid"]
    assert copy["ports"] == [{"name": "", "port": 9376, "protocol": "TCP"}]
    assert copy["endpoints"] == [
        {"addresses": ["192.0.2.1"], "conditions": {"ready": True}},
        {"addresses": ["192.0.2.2"], "conditions": {"ready": False}, "hostname": "b"},
    ]


def test_a_copy_follows_what_it_copies(stage: Stage) -> None:
    stage.create("services", service(selector=None))
    stage.create("endpoints", written())
    (before,) = copies(stage)
    subsets = written(ports=[{"port": 1, "protocol": "TCP"}])["subsets"]
    stage.client.update("endpoints", {**stage.get("endpoints", "web"), "subsets": subsets})
    stage.engine.run_ready()
    (after,) = copies(stage)
    assert (name_of(after), after["ports"][0]["port"]) == (name_of(before), 1)
    stage.client.delete("endpoints", "default", "web")
    stage.engine.run_ready()
    assert copies(stage) == []


@pytest.mark.parametrize("case", ["selector", "label", "no service"])
def test_what_is_not_copied(stage: Stage, case: str) -> None:
    if case != "no service":
        stage.create("services", service(selector={"app": "other"} if case == "selector" else None))
    body = written("web" if case != "selector" else "else")
    if case == "label":
        body["metadata"]["labels"] = {"endpointslice.kubernetes.io/skip-mirror": "true"}
    stage.create("endpoints", body)
    assert copies(stage) == []
