"""ip, ifconfig and route in containers, worded as BusyBox does it."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture(scope="module")
def lab() -> Lab:
    lab = Lab()
    lab.pod("app", {"command": FOREVER})
    lab.pod("host", {"command": FOREVER}, hostNetwork=True)
    lab.advance(10)
    return lab


def test_addresses(lab: Lab) -> None:
    address = lab.get("app")["status"]["podIP"]
    lines = lab.run("app", "ip", "addr")[1].splitlines()
    assert lines[0] == "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000"
    broadcast = address.rpartition(".")[0] + ".255"
    assert f"    inet {address}/24 brd {broadcast} scope global eth0" in lines
    assert len(lab.run("app", "ip", "-4", "-o", "a", "show", "eth0")[1].splitlines()) == 1
    assert f"inet addr:{address}  Bcast:{broadcast}  Mask:255.255.255.0" in lab.run("app", "ifconfig", "eth0")[1]


def test_a_pod_on_the_node_s_network_has_the_node_s_address(lab: Lab) -> None:
    assert f"inet {lab.get('host')['status']['hostIP']}/16 " in lab.run("host", "ip", "a")[1]


def test_routes(lab: Lab) -> None:
    gateway = lab.get("app")["status"]["podIP"].rpartition(".")[0] + ".1"
    assert lab.run("app", "ip", "route")[1].startswith(f"default via {gateway} dev eth0 \n")
    assert f"0.0.0.0         {gateway:<16}0.0.0.0         UG    0" in lab.run("app", "route", "-n")[1]


def test_nothing_can_be_changed(lab: Lab) -> None:
    answer = lab.run("app", "ip", "link", "add", "dummy0", "type", "dummy")
    assert answer == (2, "ip: RTNETLINK answers: Operation not permitted\n")
    assert lab.run("app", "ip", "a", "show", "eth9") == (1, "ip: can't find device 'eth9'\n")
