"""Containers that get other amounts of CPU and memory while they run."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"]


OLD = {"requests": {"cpu": "100m", "memory": "64Mi"}}
RESTARTS_FOR_MEMORY = [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]


def resize(lab: Lab, name: str, **requests: str) -> None:
    """Have a pod's first container ask for other amounts."""
    pod = lab.get(name)
    first, *others = pod["spec"]["containers"]
    amounts = {**first["resources"], "requests": {**first["resources"]["requests"], **requests}}
    metadata = {**pod["metadata"], "generation": pod["metadata"]["generation"] + 1}
    spec = {**pod["spec"], "containers": [{**first, "resources": amounts}, *others]}
    lab.client.update("pods", {**pod, "metadata": metadata, "spec": spec})


@pytest.mark.parametrize(("resource", "restarts"), [("memory", 1), ("cpu", 0)])
def test_a_resize_policy_has_the_container_restarted_for_its_resource_alone(resource: str, restarts: int) -> None:
    lab = Lab()
    lab.pod("app", {"command": FOREVER, "resources": OLD, "resizePolicy": RESTARTS_FOR_MEMORY})
    lab.advance(10)
    amount = {"cpu": "200m", "memory": "128Mi"}[resource]
    resize(lab, "app", **{resource: amount})
    lab.advance(45)
    assert lab.status("app")["restartCount"] == restarts
    assert lab.state("app") == "running"
    assert lab.status("app")["resources"] == {"requests": {**OLD["requests"], resource: amount}}
    killed = lab.messages("app", "Killing")
    assert killed == ["Container c resize requires restart"] * restarts


def test_what_is_stopped_to_be_started_again_is_started_even_if_it_ends_well() -> None:
    lab = Lab()
    container = {"command": FOREVER, "resources": OLD, "resizePolicy": RESTARTS_FOR_MEMORY}
    lab.pod("app", container, restartPolicy="OnFailure")
    lab.advance(10)
    resize(lab, "app", memory="128Mi")
    lab.advance(45)
    assert (lab.status("app")["restartCount"], lab.state("app")) == (1, "running")
    assert lab.status("app")["lastState"]["terminated"]["exitCode"] == 0
    assert lab.get("app")["status"]["phase"] == "Running"
