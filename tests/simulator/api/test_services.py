"""What a Service keeps and loses when its type changes (pkg/registry/core/service/strategy.go, dropTypeDependentFields)."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient

SERVICES = "/api/v1/namespaces/default/services"


def changed(client: InProcessClient, first: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The specification of a Service after a change."""
    made = client.json("POST", SERVICES, {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], **first}})
    answer = client.json("PUT", f"{SERVICES}/s", {**made, "spec": {**made["spec"], **spec}})
    found: dict[str, Any] = answer["spec"]
    return found


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
@pytest.mark.parametrize("after", ["ExternalName", "ClusterIP"])
def test_node_ports_go_with_the_type(client: InProcessClient, kind: str, after: str) -> None:
    more = {"externalName": "far.example.com"} if after == "ExternalName" else {}
    spec = changed(client, {"type": kind}, type=after, **more)
    assert "nodePort" not in spec["ports"][0]
    assert "externalTrafficPolicy" not in spec
    assert ("clusterIP" in spec) is (after == "ClusterIP")


def test_a_node_port_stays_with_a_load_balancer(client: InProcessClient) -> None:
    ports = [{"port": 80, "nodePort": 30080}]
    assert changed(client, {"type": "NodePort", "ports": ports}, type="LoadBalancer")["ports"][0]["nodePort"] == 30080
