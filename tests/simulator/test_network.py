"""Names, Services and connections between containers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import deployment

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    """Three web-apps behind a Service, and a box to ask from."""
    lab = Lab()
    lab.client.create("deployments.apps", deployment("web", image="web-app:v2.1.0", replicas=3))
    ports = [{"port": 80, "targetPort": 3000}]
    lab.create("services", "v1", "Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    lab.pod("box", {"command": FOREVER})
    lab.advance(10)
    return lab


def get(lab: Lab, url: str, seconds: float = 1.0) -> tuple[int, str]:
    return lab.run("box", "wget", "-q", "-O-", url, seconds=seconds)


@pytest.mark.parametrize("name", ["web", "web.default", "web.default.svc", "web.default.svc.cluster.local"])
def test_a_service_is_found_by_its_names(lab: Lab, name: str) -> None:
    code, output = get(lab, f"http://{name}")
    assert code == 0
    assert output.startswith("web-app v2.1.0 on web-")


def test_requests_are_spread_over_all_ready_pods(lab: Lab) -> None:
    answers = {get(lab, "http://web")[1] for _ in range(30)}
    assert len(answers) == 3


def test_pods_that_are_not_ready_get_no_requests(lab: Lab) -> None:
    labels = {"app": "web"}
    probe = {"httpGet": {"path": "/ready", "port": 3000}, "periodSeconds": 1}
    lab.pod("broken", {"image": "web-app:v2.4.0-broken", "readinessProbe": probe}, labels=labels)
    lab.advance(10)
    assert not any("v2.4.0" in get(lab, "http://web")[1] for _ in range(20))


def test_a_name_that_nobody_has(lab: Lab) -> None:
    assert get(lab, "http://nosuch") == (1, "wget: bad address 'nosuch'\n")


def test_a_service_without_endpoints_refuses(lab: Lab) -> None:
    lab.create("services", "v1", "Service", "lost", spec={"selector": {"app": "wrong"}, "ports": [{"port": 80}]})
    code, output = get(lab, "http://lost")
    assert code == 1
    assert output.endswith("Connection refused\n")


def test_a_wrong_target_port_refuses(lab: Lab) -> None:
    ports = [{"port": 80, "targetPort": 8080}]
    lab.create("services", "v1", "Service", "off", spec={"selector": {"app": "web"}, "ports": ports})
    lab.advance(1)
    assert get(lab, "http://off")[0] == 1


def test_an_address_that_no_pod_has_any_more(lab: Lab) -> None:
    code, output = get(lab, "http://10.244.0.200", seconds=5)
    assert code == 1
    assert "No route to host" in output


def test_headless_services_give_the_pods_own_addresses(lab: Lab) -> None:
    lab.create("services", "v1", "Service", "all", spec={"clusterIP": "None", "selector": {"app": "web"}})
    lab.advance(1)
    code, output = lab.run("box", "nslookup", "all.default.svc.cluster.local", seconds=1)
    addresses = {
        pod["status"]["podIP"] for pod in lab.cluster.store.list("pods", "default") if "web" in pod["metadata"]["name"]
    }
    assert code == 0
    assert all(f"Address: {address}" in output for address in addresses)


def test_a_short_name_is_looked_up_with_every_search_domain(lab: Lab) -> None:
    code, output = lab.run("box", "nslookup", "web", seconds=1)
    assert "Name:\tweb.default.svc.cluster.local" in output
    assert "** server can't find web.svc.cluster.local: NXDOMAIN" in output
    assert code == 1


def test_a_download_is_a_file_and_is_not_overwritten(lab: Lab) -> None:
    url = "http://web/ready"
    assert lab.run("box", "wget", "-q", url, seconds=1)[0] == 0
    assert lab.run("box", "cat", "ready", seconds=1)[1] == get(lab, url)[1]
    code, output = lab.run("box", "wget", "-q", url, seconds=1)
    assert (code, output) == (1, "wget: can't open 'ready': File exists\n")


def test_names_of_the_hosts_file_come_before_dns(lab: Lab) -> None:
    address = lab.get("web", "services")["spec"]["clusterIP"]
    aliases = [{"ip": address, "hostnames": ["shop.local"]}]
    lab.pod(
        "other",
        {"command": ["sleep", "1000"]},
        hostAliases=aliases,
        dnsPolicy="None",
        dnsConfig={"nameservers": ["1.1.1.1"]},
    )
    lab.advance(5)
    assert lab.run("other", "wget", "-qO-", "http://shop.local/ready", seconds=1)[0] == 0
    assert lab.run("other", "wget", "-qO-", "-T", "20", "http://web/ready", seconds=15)[0] == 1


def test_without_dns_names_lead_nowhere(lab: Lab) -> None:
    found = lab.cluster.store.get("deployments.apps", "kube-system", "coredns")
    assert found is not None
    lab.client.update("deployments.apps", {**found, "spec": {**found["spec"], "replicas": 0}})
    lab.advance(20)
    assert get(lab, "http://web", seconds=20) == (1, "wget: bad address 'web'\n")


@pytest.mark.parametrize(
    ("rules", "reaches"),
    [
        ([], False),
        ([{"from": [{"podSelector": {"matchLabels": {"app": "box"}}}]}], True),
        ([{"from": [{"podSelector": {"matchLabels": {"app": "other"}}}]}], False),
        ([{"from": [{"namespaceSelector": {}}], "ports": [{"port": 3000}]}], True),
        ([{"from": [{"namespaceSelector": {}}], "ports": [{"port": 80}]}], False),
        ([{"from": [{"ipBlock": {"cidr": "10.244.0.0/16"}}]}], True),
        ([{}], True),
    ],
)
def test_network_policies(lab: Lab, rules: list[dict[str, Any]], reaches: bool) -> None:
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"], "ingress": rules}
    lab.create("networkpolicies.networking.k8s.io", "networking.k8s.io/v1", "NetworkPolicy", "p", spec=spec)
    code, output = lab.run("box", "wget", "-q", "-T", "2", "-O-", "http://web", seconds=3)
    assert (code == 0) is reaches
    assert reaches or output == "wget: download timed out\n"


def test_requests_keep_the_processor_busy(lab: Lab) -> None:
    lab.pod("burn", {"image": "registry.k8s.io/hpa-example", "resources": {"limits": {"cpu": "500m"}}})
    lab.advance(20)
    ip = lab.get("burn")["status"]["podIP"]
    before = lab.cluster.runtime.readings("default", "burn")["c"].cpu_seconds
    for _ in range(10):
        get(lab, f"http://{ip}/", seconds=0.5)
    used = lab.cluster.runtime.readings("default", "burn")["c"].cpu_seconds - before
    assert 0.9 < used < 1.2


def test_a_cut_off_node_is_not_reached(lab: Lab) -> None:
    web = next(
        pod
        for pod in lab.cluster.store.list("pods", "default")
        if pod["spec"]["nodeName"] != lab.get("box")["spec"]["nodeName"]
    )
    lab.cluster.runtime.cut_off(web["spec"]["nodeName"])
    code, output = lab.run("box", "wget", "-q", "-T", "2", "-O-", f"http://{web['status']['podIP']}:3000", seconds=3)
    assert (code, output) == (1, "wget: download timed out\n")


def test_pods_answer_a_ping_and_services_do_not(lab: Lab) -> None:
    address = next(
        p["status"]["podIP"] for p in lab.cluster.store.list("pods", "default") if "web" in p["metadata"]["name"]
    )
    code, output = lab.run("box", "ping", "-c", "2", address, seconds=4)
    assert (code, "2 packets transmitted, 2 packets received, 0% packet loss" in output) == (0, True)
    code, output = lab.run("box", "ping", "-c", "1", "-W", "1", "web", seconds=4)
    assert (code, "1 packets transmitted, 0 packets received, 100% packet loss" in output) == (1, True)
    assert lab.run("box", "ping", "nosuch", seconds=2) == (1, "ping: bad address 'nosuch'\n")


def test_traffic_that_stays_on_its_node(lab: Lab) -> None:
    spec = {"internalTrafficPolicy": "Local", "selector": {"app": "far"}, "ports": [{"port": 80, "targetPort": 3000}]}
    lab.create("services", "v1", "Service", "near", spec=spec)
    here = lab.get("box")["spec"]["nodeName"]
    there = next(n["metadata"]["name"] for n in lab.cluster.store.list("nodes") if n["metadata"]["name"] != here)
    lab.pod("far", {"image": "web-app:v2.1.0"}, labels={"app": "far"}, nodeName=there)
    lab.advance(10)
    assert get(lab, "http://near/ready", seconds=140)[0] == 1
    lab.pod("close", {"image": "web-app:v2.1.0"}, labels={"app": "far"}, nodeName=here)
    lab.advance(10)
    assert get(lab, "http://near/ready", seconds=5)[0] == 0
