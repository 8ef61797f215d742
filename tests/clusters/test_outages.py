"""The API server stopped, etcd stopped: what clients see over the socket, and that the levers still work then."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kubectl.harness import run_kubectl
from tutor.clusters import ClusterError
from tutor.clusters.levers import SimulatedLevers
from tutor.clusters.outages import end_outages, outage_of
from tutor.clusters.simulated import Simulated
from tutor.grading.api import ApiSource, Unreachable
from tutor.kubectl import KubeConfig
from tutor.kubectl.endpoint import Overrides


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Simulated]:
    cluster = Simulated()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def levers(cluster: Simulated) -> SimulatedLevers:
    levers = cluster.levers
    assert isinstance(levers, SimulatedLevers)
    return levers


def kubectl(cluster: Simulated, *arguments: str) -> tuple[int, str]:
    """The built-in kubectl: exit code, and all it printed."""
    outcome = run_kubectl(arguments, KubeConfig.load(cluster.kubeconfig()))
    return outcome.exit_code, outcome.stdout + outcome.stderr


def test_connections_are_refused_while_the_api_server_is_stopped(cluster: Simulated, levers: SimulatedLevers) -> None:
    source = ApiSource(cluster.kubeconfig())
    assert source.request("GET", "/api/v1/nodes")[0] == 200
    levers.set_fault("api-server-stopped", True)
    with pytest.raises(Unreachable):
        source.request("GET", "/api/v1/nodes")
    code, printed = kubectl(cluster, "get", "pods")
    assert code == 1
    assert "was refused - did you specify the right host or port?" in printed
    levers.set_fault("api-server-stopped", False)
    assert source.request("GET", "/api/v1/nodes")[0] == 200
    assert kubectl(cluster, "get", "pods") == (0, "No resources found in default namespace.\n")


def test_a_watch_ends_when_the_api_server_is_stopped(cluster: Simulated, levers: SimulatedLevers) -> None:
    watch = ApiSource(cluster.kubeconfig()).watch("/api/v1/nodes")
    events = watch.pieces()
    next(events)
    levers.set_fault("api-server-stopped", True)
    with contextlib.suppress(Unreachable):
        for _ in events:
            pass  # it must come to an end
    levers.set_fault("api-server-stopped", False)


def test_nobody_else_gets_the_port_meanwhile(cluster: Simulated, levers: SimulatedLevers) -> None:
    levers.set_fault("api-server-stopped", True)
    port = urlsplit(KubeConfig.load(cluster.kubeconfig()).endpoint(Overrides()).server).port
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    levers.set_fault("api-server-stopped", False)
    assert kubectl(cluster, "get", "nodes")[0] == 0


def test_undoing_and_restoring_open_and_close_the_door(
    cluster: Simulated, levers: SimulatedLevers, tmp_path: Path
) -> None:
    file = tmp_path / "stopped.snapshot"
    assert cluster.snapshots is not None
    works = cluster.snapshots.take("it works")
    levers.set_fault("api-server-stopped", True)
    levers.save_to(file)
    cluster.snapshots.restore(works)
    assert kubectl(cluster, "get", "nodes")[0] == 0
    levers.restore_from(file)
    assert kubectl(cluster, "get", "nodes")[0] == 1
    levers.tidy()
    assert kubectl(cluster, "get", "nodes")[0] == 0


def test_tidying_up_mends_everything_at_once(cluster: Simulated, levers: SimulatedLevers) -> None:
    for name in ("full/node-1", "api-server-stopped", "etcd-stopped", "memory-short/node-2", "etcd-slow"):
        levers.set_fault(name, True)
    levers.tidy()
    assert not [lever.name for lever in levers.faults() if lever.on]
    assert kubectl(cluster, "get", "nodes")[0] == 0


def test_addons_wait_for_an_api_server(levers: SimulatedLevers) -> None:
    levers.set_fault("etcd-stopped", True)
    with pytest.raises(ClusterError, match="etcd is stopped, so that nothing can be written: mend that first"):
        levers.set_addon("ingress-nginx", True)
    levers.set_fault("etcd-stopped", False)
    levers.set_addon("ingress-nginx", True)


def test_without_etcd_kubectl_says_what_a_genuine_one_says(cluster: Simulated, levers: SimulatedLevers) -> None:
    levers.set_fault("etcd-stopped", True)
    late = "the server was unable to return a response in the time allotted, but may still be processing the request"
    timeout = "Timeout: request did not complete within requested timeout - context deadline exceeded"
    assert kubectl(cluster, "get", "pods") == (1, f"Error from server (Timeout): {late} (get pods)\n")
    assert kubectl(cluster, "get", "pod", "p") == (1, f"Error from server (Timeout): {late} (get pods p)\n")
    assert kubectl(cluster, "create", "cm", "one") == (1, f"error: failed to create configmap: {timeout}\n")
    assert kubectl(cluster, "delete", "pod", "p") == (1, f"Error from server (Timeout): {timeout}\n")
    assert kubectl(cluster, "auth", "can-i", "get", "pods") == (0, "yes\n")
    code, printed = kubectl(cluster, "get", "--raw", "/readyz")
    assert code == 1
    assert printed.startswith('Error from server (InternalError): an error on the server ("[+]ping ok\\n')
    assert "[-]etcd failed: reason withheld" in printed


def test_a_restarted_server_still_has_its_fault(cluster: Simulated, levers: SimulatedLevers) -> None:
    levers.set_fault("api-server-stopped", True)
    clock = cluster.clock
    assert clock is not None
    before = clock.rate
    clock.advance(30)
    assert clock.rate == before
    assert kubectl(cluster, "version")[0] == 1


@pytest.mark.parametrize(("fault", "what"), [("api-server-stopped", "the API server"), ("etcd-stopped", "etcd")])
def test_what_does_not_answer_on_purpose_says_so(
    cluster: Simulated, levers: SimulatedLevers, fault: str, what: str
) -> None:
    assert outage_of(cluster) == ""
    levers.set_fault(fault, True)
    assert outage_of(cluster) == (
        f"{what} is stopped, which is a fault put in on purpose. Turn {fault} off among the faults, then try again"
    )
    end_outages(cluster)
    assert outage_of(cluster) == ""
    assert kubectl(cluster, "get", "nodes")[0] == 0


def test_a_port_that_cannot_be_had_again_is_said(
    cluster: Simulated, levers: SimulatedLevers, monkeypatch: pytest.MonkeyPatch
) -> None:
    levers.set_fault("api-server-stopped", True)

    def taken() -> None:
        raise OSError(98, "Address already in use")

    with monkeypatch.context() as patched:
        patched.setattr(levers._server, "mind_door", taken)
        with pytest.raises(ClusterError, match="cannot be stopped or started: Address already in use"):
            levers.set_fault("api-server-stopped", False)
    levers.tidy()
    assert kubectl(cluster, "get", "nodes")[0] == 0
