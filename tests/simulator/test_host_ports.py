"""Ports of containers that are ports of their node."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"


@pytest.fixture
def lab() -> Lab:
    lab = Lab(nodes=1)
    lab.pod("box", {"image": IMAGE}, hostNetwork=True)
    return lab


def server(lab: Lab, name: str, **port: Any) -> None:
    ports = [{"containerPort": 8080, "hostPort": 5000, **port}]
    lab.pod(name, {"image": IMAGE, "args": ["netexec"], "ports": ports})
    lab.advance(10)


def asked(lab: Lab, address: str) -> str:
    return lab.run("box", "curl", "-s", "--connect-timeout", "2", f"http://{address}:5000/hostname", seconds=3.0)[1]


def test_the_node_passes_on_what_comes_to_the_port(lab: Lab) -> None:
    server(lab, "web")
    node = lab.get("box")["status"]["hostIP"]
    assert (asked(lab, node), asked(lab, "127.0.0.1")) == ("web", "web")


def test_one_port_at_two_addresses(lab: Lab) -> None:
    node = "172.18.0.2"
    server(lab, "local", hostIP="127.0.0.1")
    server(lab, "outer", hostIP=node)
    assert lab.get("outer")["status"]["hostIP"] == node
    assert (asked(lab, "127.0.0.1"), asked(lab, node)) == ("local", "outer")


def test_a_service_s_port_on_the_node_keeps_a_client_s_endpoint() -> None:
    lab = Lab(nodes=2)
    for number in range(4):
        lab.pod(f"web-{number}", {"image": IMAGE, "args": ["netexec"]}, labels={"app": "web"})
    spec = {"type": "NodePort", "selector": {"app": "web"}, "sessionAffinity": "ClientIP"}
    lab.create("services", "v1", "Service", "web", spec={**spec, "ports": [{"port": 8080, "nodePort": 30005}]})
    lab.pod("box", {"image": IMAGE})
    lab.advance(15)
    node = lab.get("box")["status"]["hostIP"]
    answers = [lab.run("box", "curl", "-s", f"http://{node}:30005/hostname", seconds=1.0)[1] for _ in range(10)]
    assert len(set(answers)) == 1
    assert answers[0].startswith("web-")


def test_local_traffic_stays_on_the_node() -> None:
    lab = Lab(nodes=2)
    lab.pod("web", {"image": IMAGE, "args": ["netexec"]}, nodeName="node-1")
    lab.pod("box", {"image": IMAGE}, nodeName="node-1")
    spec = {"type": "NodePort", "selector": {"app": "web"}, "externalTrafficPolicy": "Local"}
    lab.create("services", "v1", "Service", "web", spec={**spec, "ports": [{"port": 8080, "nodePort": 30005}]})
    lab.advance(15)

    def ask(node: str) -> tuple[int, str]:
        return lab.run("box", "curl", "-s", "-m", "2", f"http://{node}:30005/hostname", seconds=5.0)

    assert ask("172.18.0.2") == (0, "web")
    assert ask("172.18.0.3") == (28, "")


def test_a_port_of_a_pod_that_has_ended_is_closed(lab: Lab) -> None:
    server(lab, "web")
    lab.client.delete("pods", "default", "web")
    lab.advance(40)
    assert asked(lab, "172.18.0.2") == ""
