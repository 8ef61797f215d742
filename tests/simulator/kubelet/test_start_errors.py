"""Containers that the runtime makes but cannot start: how they are shown, and that others are left in peace."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_container_that_could_not_start_does_not_make_others_try_more_often(lab: Lab) -> None:
    lab.pod(
        "p",
        {"name": "run"},
        {"name": "no", "command": ["nosuch"]},
        {"name": "bad", "image": "no:such"},
        restartPolicy="Never",
    )
    lab.advance(25)
    ended = lab.status("p", "no")["state"]["terminated"]
    assert (ended["reason"], ended["startedAt"]) == ("StartError", "1970-01-01T00:00:00Z")
    tries = [e for e in lab.client.list("events") if e["message"] == "Error: ImagePullBackOff"]
    assert sum(e.get("count", 1) for e in tries) <= 3


def test_an_ephemeral_container_that_could_not_start_waits_for_ever(lab: Lab) -> None:
    pod = lab.pod("web", {})
    lab.pod("once", {}, restartPolicy="Never")
    lab.advance(10)
    debugger = {"name": "shell", "image": "busybox:1.36", "command": ["nosuch"]}
    for name in ("web", "once"):
        pod = lab.get(name)
        lab.client.update("pods", {**pod, "spec": {**pod["spec"], "ephemeralContainers": [debugger]}})
    lab.advance(30)

    def state(name: str) -> Any:
        return lab.get(name)["status"]["ephemeralContainerStatuses"][0]["state"]

    assert state("web")["waiting"]["reason"] == "RunContainerError"
    assert state("once")["terminated"]["reason"] == "StartError"
    assert len(lab.messages("web", "Created")) == 2
