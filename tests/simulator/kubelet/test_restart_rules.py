"""Containers with rules of their own for what follows their end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

MOUNTS = [{"name": "d", "mountPath": "/d"}]
IMAGE = "busybox:1.36"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def container(name: str, script: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": IMAGE, "command": ["sh", "-c", script], "volumeMounts": MOUNTS, **more}


def rule(action: str, code: int) -> dict[str, Any]:
    return {"restartPolicyRules": [{"action": action, "exitCodes": {"operator": "In", "values": [code]}}]}


def pod(lab: Lab, *containers: dict[str, Any], **spec: Any) -> None:
    spec = {"restartPolicy": "Never", "volumes": [{"name": "d", "emptyDir": {}}], **spec}
    lab.create("pods", "v1", "Pod", "app", spec={"containers": list(containers), **spec})


def test_all_containers_begin_anew_with_the_init_containers(lab: Lab) -> None:
    rules = rule("RestartAllContainers", 42)
    source = container("a", "sleep 2; [ -f /d/a ] && exit 7; touch /d/a; exit 42", restartPolicy="Never", **rules)
    pod(
        lab,
        source,
        container("b", "echo b >> /d/log; sleep 15; cat /d/log"),
        initContainers=[container("i", "echo init >> /d/log")],
    )
    lab.advance(4)
    assert lab.conditions("app")["AllContainersRestarting"] == "False"
    lab.advance(6)
    status = lab.get("app")["status"]
    assert status["phase"] == "Running"
    shown = [*status["initContainerStatuses"], *status["containerStatuses"]]
    assert [(entry["restartCount"], entry["lastState"]["terminated"]["reason"]) for entry in shown] == [
        (1, "RestartingAllContainers")
    ] * 3
    assert lab.messages("app", "Killing") == ["killing"]
    lab.advance(20)
    assert lab.get("app")["status"]["phase"] == "Failed"
    assert lab.conditions("app")["AllContainersRestarting"] == "False PodFailed"
    assert lab.log("app", "b") == ["init", "b", "init", "b"]
    assert lab.status("app", "a")["state"]["terminated"]["exitCode"] == 7


def test_a_pod_without_such_a_rule_does_not_speak_of_it(lab: Lab) -> None:
    pod(lab, container("a", "exit 3", restartPolicy="Never", **rule("Restart", 4)))
    lab.advance(5)
    assert "AllContainersRestarting" not in lab.conditions("app")
    assert lab.get("app")["status"]["phase"] == "Failed"


def test_a_pod_whose_container_is_to_be_restarted_is_not_called_failed(lab: Lab) -> None:
    script = "[ -f /d/a ] && sleep 100; touch /d/a; exit 4"
    pod(lab, container("a", script, restartPolicy="Never", **rule("Restart", 4)))
    seen = set()
    for _ in range(40):
        lab.advance(0.1)
        seen.add(lab.conditions("app").get("ContainersReady", ""))
    assert lab.status("app", "a")["restartCount"] == 1
    assert seen <= {"", "True", "False ContainersNotReady"}
