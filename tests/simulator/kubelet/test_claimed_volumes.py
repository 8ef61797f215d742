"""Data in volumes that pods claim: it stays with the volume, not with the name of the claim."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fidelity.simulated import SimulatedDriver

PODS = "/api/v1/namespaces/default/pods"
CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
SPEC: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Mi"}}}


@pytest.fixture
def driver() -> SimulatedDriver:
    return SimulatedDriver()


def claim(driver: SimulatedDriver, **spec: Any) -> None:
    driver.request("POST", CLAIMS, {"metadata": {"name": "data"}, "spec": {**SPEC, **spec}})


def run(driver: SimulatedDriver, script: str) -> str:
    """What a pod on node-1 that has the claim at /d prints before it ends."""
    container: dict[str, Any] = {"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", script]}
    container["volumeMounts"] = [{"name": "d", "mountPath": "/d"}]
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    selector = {"kubernetes.io/hostname": "node-1"}
    spec = {"restartPolicy": "Never", "nodeSelector": selector, "containers": [container], "volumes": volumes}
    driver.request("POST", PODS, {"metadata": {"name": "p"}, "spec": spec})
    driver.wait(20)
    log = str(driver.request("GET", f"{PODS}/p/log")[1])
    driver.request("DELETE", f"{PODS}/p")
    driver.wait(5)
    return log


def test_a_claim_keeps_its_data(driver: SimulatedDriver) -> None:
    claim(driver)
    run(driver, "echo kept > /d/f")
    assert run(driver, "cat /d/f") == "kept\n"


def test_a_new_claim_of_the_same_name_is_empty(driver: SimulatedDriver) -> None:
    claim(driver)
    run(driver, "echo kept > /d/f")
    driver.request("DELETE", f"{CLAIMS}/data")
    driver.wait(10)
    claim(driver)
    assert run(driver, "ls /d") == ""


@pytest.mark.parametrize("source", [{"hostPath": {"path": "/srv"}}, {"nfs": {"server": "files", "path": "/x"}}])
def test_a_retained_volume_keeps_its_data_for_the_next_claim(driver: SimulatedDriver, source: dict[str, Any]) -> None:
    spec = {"capacity": {"storage": "10Mi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "", **source}
    driver.request("POST", VOLUMES, {"metadata": {"name": "disk"}, "spec": spec})
    claim(driver, storageClassName="")
    driver.wait(10)
    run(driver, "echo kept > /d/f")
    driver.request("DELETE", f"{CLAIMS}/data")
    driver.wait(10)
    driver.request("PATCH", f"{VOLUMES}/disk", {"spec": {"claimRef": None}}, "application/merge-patch+json")
    claim(driver, storageClassName="")
    driver.wait(10)
    assert run(driver, "cat /d/f") == "kept\n"
