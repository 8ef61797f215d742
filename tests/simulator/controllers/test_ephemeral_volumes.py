"""Claims that are made for one pod and go with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

CLAIMS = "persistentvolumeclaims"
TEMPLATE = {
    "metadata": {"labels": {"a": "b"}},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Mi"}}},
}
VOLUMES = [{"name": "d", "ephemeral": {"volumeClaimTemplate": TEMPLATE}}]
CONTAINER = {"command": ["sh", "-c", "echo x > /d/f; sleep 100"], "volumeMounts": [{"name": "d", "mountPath": "/d"}]}


@pytest.fixture
def lab() -> Lab:
    return Lab()


def claim(lab: Lab) -> dict[str, Any] | None:
    return lab.cluster.store.get(CLAIMS, "default", "app-d")


def test_a_claim_is_made_for_the_pod_and_goes_with_it(lab: Lab) -> None:
    lab.pod("app", CONTAINER, volumes=VOLUMES, terminationGracePeriodSeconds=1)
    lab.advance(20)
    assert lab.get("app")["status"]["phase"] == "Running"
    made = claim(lab)
    assert made is not None
    assert made["metadata"]["labels"] == {"a": "b"}
    assert made["status"]["phase"] == "Bound"
    owner = made["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["uid"], owner["controller"]) == ("Pod", lab.get("app")["metadata"]["uid"], True)
    lab.cluster.client("tester").delete("pods", "default", "app")
    lab.advance(30)
    assert claim(lab) is None


def test_a_claim_of_somebody_else_is_left_alone(lab: Lab) -> None:
    lab.create(CLAIMS, "v1", "PersistentVolumeClaim", "app-d", spec=TEMPLATE["spec"])
    lab.pod("app", CONTAINER, volumes=VOLUMES)
    lab.advance(5)
    why = 'PVC "default/app-d" was not created for pod "default/app" (pod is not owner)'
    assert lab.messages("app", "FailedBinding") == [f"ephemeral volume d: {why}"]
    waiting = lab.get("app")["status"]["conditions"][0]["message"]
    assert waiting.removeprefix("0/2 nodes are available: ").startswith(why)
