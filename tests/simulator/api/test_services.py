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


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (
            {"ipFamilyPolicy": "RequireDualStack"},
            'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
        ),
        ({"ipFamilies": ["IPv6"]}, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'),
        (
            {"internalTrafficPolicy": "Near"},
            'spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"',
        ),
        (
            {"type": "ExternalName", "externalName": "far.example.com", "clusterIP": "10.96.7.7"},
            "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
        ),
    ],
)
def test_what_a_service_may_not_ask_for(client: InProcessClient, spec: dict[str, Any], why: str) -> None:
    answer = client.json("POST", SERVICES, {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], **spec}})
    assert answer["message"] == f'Service "s" is invalid: {why}'


def test_a_service_without_address_and_selector_has_both_families(client: InProcessClient) -> None:
    answer = client.json("POST", SERVICES, {"metadata": {"name": "s"}, "spec": {"clusterIP": "None"}})
    assert (answer["spec"]["ipFamilyPolicy"], answer["spec"]["ipFamilies"]) == ("RequireDualStack", ["IPv4", "IPv6"])


def test_a_volume_is_made_of_what_it_was_made_of(client: InProcessClient) -> None:
    spec = {"capacity": {"storage": "5Mi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp/a"}}
    path = "/api/v1/persistentvolumes"
    made = client.json("POST", path, {"metadata": {"name": "v"}, "spec": spec})
    made["spec"]["hostPath"]["path"] = "/tmp/b"
    said = client.json("PUT", f"{path}/v", made)["message"].splitlines()
    assert said[0].endswith(
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"
    )
    assert [line for line in said if "Path" in line and line[0] in "+-"] == [
        '-  "Path": "/tmp/a",',
        '+  "Path": "/tmp/b",',
    ]
