"""Pods that a node does not take, and hooks that ask servers (pkg/kubelet/lifecycle)."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.api.inprocess import InProcessClient

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"
TLS = ["--tls-cert-file=/localhost.crt", "--tls-private-key-file=/localhost.key"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_pod_for_another_system(lab: Lab) -> None:
    lab.pod("app", {}, nodeName="node-1", os={"name": "windows"})
    lab.advance(5)
    status = lab.get("app")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "PodOSNotSupported")


@pytest.mark.parametrize("field", ["setHostnameAsFQDN", "hostNetwork"])
def test_a_host_name_that_overrides_stands_alone(field: str) -> None:
    spec = {"hostnameOverride": "shop", field: True, "containers": [{"name": "c", "image": "busybox:1.36"}]}
    client = InProcessClient(Lab().cluster)
    answer = client.json("POST", "/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": spec})
    assert f"spec.hostnameOverride: Forbidden: may not be specified when {field} is true" in answer["message"]


@pytest.mark.parametrize(("port", "fell_back"), [(9090, False), (8080, True)])
def test_a_hook_over_tls(lab: Lab, port: int, fell_back: bool) -> None:
    """One that meets a server without TLS asks again without."""
    secure = {"image": IMAGE, "args": ["netexec", "--http-port=9090", "--udp-port=9091", *TLS]}
    lab.pod("server", {"image": IMAGE, "args": ["netexec"]}, secure)
    lab.advance(10)
    address = lab.get("server")["status"]["podIP"]
    hook = {"httpGet": {"path": "/echo?msg=started", "host": address, "port": port, "scheme": "HTTPS"}}
    lab.pod("app", {"lifecycle": {"postStart": hook}})
    lab.advance(10)
    assert lab.state("app") == "running"
    assert "echo?msg=started" in lab.log("server", "c" if fell_back else "c1")[-1]
    assert ("LifecycleHTTPFallback" in lab.events("app")) is fell_back


def test_a_hook_asks_a_sidecar_that_listens_already(lab: Lab) -> None:
    sidecar = {"name": "server", "image": IMAGE, "args": ["netexec"], "restartPolicy": "Always"}
    hook = {"httpGet": {"path": "/echo?msg=started", "port": 8080}}
    lab.pod("app", {"lifecycle": {"postStart": hook}}, initContainers=[sidecar])
    lab.advance(15)
    assert lab.state("app") == "running"
    assert "echo?msg=started" in lab.log("app", "server")[-1]
