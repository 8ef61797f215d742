"""Cluster DNS by the specification of Kubernetes DNS-based service discovery, asked with dig, host and getent."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"
ZONE = "default.svc.cluster.local"


@pytest.fixture(scope="module")
def lab() -> Lab:
    """A server behind a Service and behind a headless one, a Service for another name, and a box to ask from."""
    lab = Lab()
    lab.pod("server", {"image": IMAGE, "args": ["netexec"]}, hostname="first", subdomain="bare")
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    selector = {"app": "server"}
    lab.create("services", "v1", "Service", "web", spec={"selector": selector, "ports": ports})
    lab.create("services", "v1", "Service", "bare", spec={"selector": selector, "ports": ports, "clusterIP": "None"})
    lab.create("services", "v1", "Service", "far", spec={"type": "ExternalName", "externalName": "far.example.com"})
    lab.pod("box", {"image": IMAGE})
    lab.advance(10)
    return lab


def short(lab: Lab, *words: str) -> str:
    return lab.run("box", "dig", "+short", *words, seconds=1.0)[1].strip()


def test_a_service_has_its_address(lab: Lab) -> None:
    assert short(lab, f"web.{ZONE}") == lab.get("web", "services")["spec"]["clusterIP"]
    assert short(lab, f"web.{ZONE}", "AAAA") == ""


def test_a_headless_service_has_the_addresses_of_its_pods(lab: Lab) -> None:
    assert short(lab, f"bare.{ZONE}") == short(lab, f"first.bare.{ZONE}") == lab.get("server")["status"]["podIP"]


def test_named_ports(lab: Lab) -> None:
    assert short(lab, f"_http._tcp.web.{ZONE}", "SRV") == f"0 100 80 web.{ZONE}."
    assert short(lab, f"_http._tcp.bare.{ZONE}", "SRV") == f"0 100 8080 first.bare.{ZONE}."
    assert short(lab, f"_http._udp.web.{ZONE}", "SRV") == ""


def test_the_name_of_an_address(lab: Lab) -> None:
    assert short(lab, "-x", lab.get("web", "services")["spec"]["clusterIP"]) == f"web.{ZONE}."
    address = lab.get("server")["status"]["podIP"]
    names = {f"first.bare.{ZONE}.", f"{address.replace('.', '-')}.web.{ZONE}."}
    assert set(short(lab, "-x", address).split("\n")) == names


def test_another_name(lab: Lab) -> None:
    assert short(lab, f"far.{ZONE}", "CNAME") == "far.example.com."


def test_a_pod_by_its_address(lab: Lab) -> None:
    assert short(lab, "10-244-9-9.default.pod.cluster.local") == "10.244.9.9"


def test_search_domains_are_used_when_asked_for(lab: Lab) -> None:
    assert short(lab, "web") == ""
    assert short(lab, "+search", "web") == lab.get("web", "services")["spec"]["clusterIP"]


@pytest.mark.parametrize(
    ("name", "status"),
    [(f"web.{ZONE}", "NOERROR"), (f"nosuch.{ZONE}", "NXDOMAIN"), (ZONE, "NOERROR"), ("example.com", "SERVFAIL")],
)
def test_statuses(lab: Lab, name: str, status: str) -> None:
    assert f"status: {status}," in lab.run("box", "dig", name, seconds=1.0)[1]


def test_host_and_getent(lab: Lab) -> None:
    address = lab.get("web", "services")["spec"]["clusterIP"]
    assert lab.run("box", "host", "web", seconds=1.0) == (0, f"web.{ZONE} has address {address}\n")
    assert lab.run("box", "getent", "hosts", "web", seconds=1.0) == (0, f"{address:<15} web\n")
    assert lab.run("box", "getent", "hosts", "nosuch", seconds=1.0) == (2, "")
    assert lab.run("box", "host", "nosuch", seconds=1.0) == (1, "Host nosuch not found: 3(NXDOMAIN)\n")


def test_nc_sends_what_it_reads(lab: Lab) -> None:
    request = r"printf 'GET /hostname HTTP/1.0\r\n\r\n' | nc web 80"
    assert lab.run("box", "sh", "-c", request, seconds=1.0)[1].endswith("\r\n\r\nfirst")
    code, text = lab.run("box", "sh", "-c", "echo hello | nc -v web 80", seconds=1.0)
    assert code == 0
    assert text.startswith("Connection to web 80 port [tcp/*] succeeded!\nHTTP/1.1 400 Bad Request")


def test_nc_over_udp(lab: Lab) -> None:
    address = lab.get("server")["status"]["podIP"]
    assert lab.run("box", "sh", "-c", f"echo hostname | nc -u -w 1 {address} 8081", seconds=3.0) == (0, "first")


def asked(lab: Lab, *words: str) -> tuple[int, str]:
    """What BusyBox says of a name, without the server it asked."""
    code, output = lab.run("plain", "nslookup", *words, seconds=1.0)
    return code, output.partition("\n\n")[2]


def test_busybox_tells_of_names_ports_and_addresses(lab: Lab) -> None:
    lab.pod("plain", {"image": "busybox:1.36", "command": ["sleep", "1000"]})
    near = {"type": "ExternalName", "externalName": f"web.{ZONE}"}
    lab.create("services", "v1", "Service", "near", spec=near)
    lab.create("services", "v1", "Service", "nobody", spec={"clusterIP": "None", "selector": {"app": "none"}})
    lab.advance(5)
    address = lab.get("web", "services")["spec"]["clusterIP"]
    backwards = ".".join(reversed(address.split(".")))
    host = f"Name:\tweb.{ZONE}\nAddress: {address}\n\n"
    other = f"near.{ZONE}\tcanonical name = web.{ZONE}\n"
    assert asked(lab, f"near.{ZONE}") == (0, f"{other}{host}\n")
    assert asked(lab, "-type=srv", f"_http._tcp.bare.{ZONE}") == (
        0,
        f"_http._tcp.bare.{ZONE}\tservice = 0 100 8080 first.bare.{ZONE}\n\n",
    )
    assert asked(lab, address) == (0, f"{backwards}.in-addr.arpa\tname = web.{ZONE}\n\n")
    assert asked(lab, f"nobody.{ZONE}") == (1, f"** server can't find nobody.{ZONE}: NXDOMAIN\n\n" * 2)
