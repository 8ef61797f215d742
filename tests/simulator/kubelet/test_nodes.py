"""What kubelets say of their nodes."""

from __future__ import annotations

from typing import Any

from tests.simulator.lab import Lab
from tutor.simulator.store import Obj

DONGLE = "example.com/dongle"


def node(lab: Lab) -> Obj:
    found = lab.cluster.store.get("nodes", "", "node-1")
    assert found is not None
    return found


def advertise(lab: Lab, **capacity: Any) -> None:
    """Write extended resources into the node's capacity, as an administrator does through the API."""
    status = node(lab)["status"]
    kept = {name: amount for name, amount in status["capacity"].items() if "/" not in name}
    lab.client.update_status("nodes", node(lab), {**status, "capacity": {**kept, **capacity}})


def test_extended_resources_that_somebody_advertises_can_be_allocated() -> None:
    lab = Lab(nodes=1)
    lab.advance(5)
    own = node(lab)["status"]["allocatable"]
    advertise(lab, **{DONGLE: "2"})
    for number in range(3):
        amount = {DONGLE: "1"}
        lab.pod(f"p{number}", {"resources": {"requests": amount, "limits": amount}})
    lab.advance(1)
    assert "1 Insufficient example.com/dongle." in lab.messages("p0", "FailedScheduling")[0]
    lab.advance(15)
    assert node(lab)["status"]["allocatable"] == {**own, DONGLE: "2"}
    assert [bool(lab.get(f"p{number}")["spec"].get("nodeName")) for number in range(3)] == [True, True, False]
    advertise(lab)
    lab.advance(15)
    assert node(lab)["status"]["allocatable"] == own
