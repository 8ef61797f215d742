"""port-forward: which ports are meant, where it listens, and what it says."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.kubectl.harness import run_kubectl, serving
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.local_ports import ListenFailed, LocalPorts
from tutor.kubectl.port_pairs import PortPair, port_pairs

POD: dict[str, Any] = {
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {
        "containers": [
            {
                "name": "c",
                "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
            }
        ]
    },
    "status": {"phase": "Running"},
}
SERVICE: dict[str, Any] = {
    "kind": "Service",
    "metadata": {"name": "svc"},
    "spec": {"ports": [{"port": 80, "targetPort": "http", "name": "web"}, {"port": 81}]},
}
PODS = "/api/v1/namespaces/default/pods/web"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("80", (80, 80)), ("8000:80", (8000, 80)), (":80", (0, 80)), ("0:80", (0, 80)), ("http", (8080, 8080)),
     ("1:http", (1, 8080)), ("80:81:82", (80, 80))],
)  # fmt: skip
def test_ports_of_a_pod(word: str, expected: tuple[int, int]) -> None:
    assert port_pairs([word], POD, POD) == [PortPair(*expected)]


@pytest.mark.parametrize(
    ("word", "expected"), [("80", (80, 8080)), ("8000:web", (8000, 8080)), ("81", (81, 81)), ("web", (8080, 8080))]
)
def test_ports_of_a_service_lead_to_those_of_its_pod(word: str, expected: tuple[int, int]) -> None:
    assert port_pairs([word], SERVICE, POD) == [PortPair(*expected)]


@pytest.mark.parametrize(
    ("word", "target", "message"),
    [
        ("x", POD, "Pod 'web' does not have a named port 'x'"),
        ("99999", POD, "error parsing local port '99999': strconv.ParseUint: parsing \"99999\": value out of range"),
        ("1:0", POD, "remote port must be > 0"),
        ("53", POD, "UDP protocol is not supported for 53"),
        ("82", SERVICE, "Service svc does not have a service port 82"),
        ("nope", SERVICE, "Service 'svc' does not have a named port 'nope'"),
    ],
)
def test_ports_that_make_no_sense(word: str, target: dict[str, Any], message: str) -> None:
    with pytest.raises(KubectlError) as caught:
        port_pairs([word], target, POD)
    assert caught.value.message == message


def test_a_pod_that_does_not_run_is_not_forwarded_to() -> None:
    config, _ = serving({PODS: {**POD, "status": {"phase": "Pending"}}})
    outcome = run_kubectl(["port-forward", "web", "80"], config)
    assert outcome.stderr == "error: unable to forward port because pod is not running. Current status=Pending\n"


def test_only_this_computer_is_listened_on() -> None:
    config, _ = serving({PODS: POD})
    outcome = run_kubectl(["port-forward", "web", "80", "--address=0.0.0.0"], config)
    assert outcome.stderr.startswith("error: the built-in kubectl listens on this computer only")
    assert (
        run_kubectl(["port-forward", "web", "80", "--address=foo"], config).stderr == "error: foo is not a valid IP\n"
    )


def test_a_port_that_is_taken() -> None:
    config, _ = serving({PODS: POD})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run_kubectl(["port-forward", "web", f"{port}:80", "--address=127.0.0.1"], config)
    assert outcome.exit_code == 1
    assert outcome.stderr == (
        f"Unable to listen on port {port}: Listeners failed to create with the following errors: [unable to create "
        f"listener: Error listen tcp4 127.0.0.1:{port}: bind: address already in use]\n"
        f"error: unable to listen on any of the requested ports: [{{{port} 80}}]\n"
    )


def test_ports_are_known_for_as_long_as_they_are_open() -> None:
    ports = LocalPorts()
    listener = ports.listen("127.0.0.1", 0)
    number = listener.getsockname()[1]
    assert ports.open == {number}
    with pytest.raises(ListenFailed, match="address already in use"):
        ports.listen("127.0.0.1", number)
    ports.close(listener)
    assert ports.open == frozenset()
