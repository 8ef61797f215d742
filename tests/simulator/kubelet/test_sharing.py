"""Containers that share a process namespace: what they see of each other, and what signals do. Seen on a genuine node 1.37.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import BUSYBOX, Lab

SLEEPER = {
    "name": "sh",
    "image": BUSYBOX,
    "command": ["sh", "-c", 'trap "echo got hup" HUP; while sleep 1; do :; done'],
}
WEB = {"name": "web", "image": "nginx:1.27"}


@pytest.fixture
def lab() -> Lab:
    return Lab(1)


def rows(lab: Lab, pod: str, container: str) -> dict[str, int]:
    """Commands and process ids, as `ps` in a container lists them."""
    code, output = lab.run(pod, "ps", container=container)
    assert code == 0
    lines = [line.split(None, 3) for line in output.splitlines()[1:]]
    return {words[3].split(" -c ")[0]: int(words[0]) for words in lines}


def pid_of(found: dict[str, int], start: str) -> int:
    return next(pid for command, pid in found.items() if command.startswith(start))


def debug(lab: Lab, pod: str, name: str, target: str, *command: str) -> None:
    """Add an ephemeral container, as the subresource does."""
    stored = lab.get(pod)
    container = {
        "name": name,
        "image": BUSYBOX,
        "command": list(command),
        "targetContainerName": target,
        "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "resources": {},
    }
    spec = {**stored["spec"], "ephemeralContainers": [*(stored["spec"].get("ephemeralContainers") or ()), container]}
    lab.client.update("pods", {**stored, "spec": spec})
    lab.advance(10)


def ephemeral(lab: Lab, pod: str) -> dict[str, Any]:
    found: dict[str, Any] = lab.get(pod)["status"]["ephemeralContainerStatuses"][0]
    return found


def test_every_container_sees_all_processes_and_the_pause_process_is_the_first(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(10)
    for container in ("sh", "web"):
        found = rows(lab, "s", container)
        assert found["/pause"] == 1
        assert pid_of(found, "nginx") == 7
        assert pid_of(found, "sh") > 7
        assert len(set(found.values())) == len(found)


def test_without_it_each_container_has_its_own(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER)
    lab.advance(10)
    found = rows(lab, "s", "sh")
    assert pid_of(found, "sh") == 1
    assert not [command for command in found if "nginx" in command or "pause" in command]


def test_signals_reach_the_processes_of_other_containers(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(10)
    found = rows(lab, "s", "web")
    assert lab.run("s", "sh", "-c", f"kill -HUP {pid_of(found, 'sh')}", container="web")[0] == 0
    lab.advance(3)
    assert lab.log("s", "sh") == ["got hup"]
    assert lab.run("s", "sh", "-c", f"kill -9 {pid_of(found, 'nginx')}", container="sh")[0] == 0
    lab.advance(5)
    assert lab.status("s", "web")["restartCount"] == 1
    assert lab.status("s", "web")["lastState"]["terminated"]["exitCode"] == 137
    assert lab.status("s", "sh")["restartCount"] == 0
    assert pid_of(rows(lab, "s", "sh"), "nginx") > pid_of(found, "sh")


def test_a_process_that_is_not_there_is_not_killed(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(10)
    assert lab.run("s", "sh", "-c", "kill -0 7 && kill -9 1; kill -0 1", container="sh")[0] == 0
    assert lab.run("s", "sh", "-c", "kill -0 4711", container="sh")[0] == 1


def test_the_files_of_another_container_are_below_its_root(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(10)
    nginx = pid_of(rows(lab, "s", "sh"), "nginx")
    _, own = lab.run("s", "cat", "/usr/share/nginx/html/index.html", container="web")
    assert lab.run("s", "cat", f"/proc/{nginx}/root/usr/share/nginx/html/index.html", container="sh") == (0, own)
    assert "nginx" in lab.run("s", "cat", f"/proc/{nginx}/cmdline", container="sh")[1]
    assert lab.run("s", "sh", "-c", "find /proc -name index.html | wc -l", container="sh") == (0, "0\n")


def test_the_end_of_the_pause_process_takes_everything_with_it(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(20)
    before = lab.get("s")["status"]["podIP"]
    lab.run("s", "sh", "-c", "kill 1", container="web")
    lab.advance(40)
    for container in ("sh", "web"):
        assert lab.status("s", container)["restartCount"] == 1
        assert lab.status("s", container)["lastState"]["terminated"]["exitCode"] == 137
    assert lab.messages("s", "SandboxChanged") == ["Pod sandbox changed, it will be killed and re-created."]
    assert lab.get("s")["status"]["podIP"] != before
    assert rows(lab, "s", "sh")["/pause"] == 1


def test_with_the_nodes_namespace_the_nodes_processes_are_seen_and_come_to_no_harm(lab: Lab) -> None:
    lab.pod("h", SLEEPER, WEB, hostPID=True)
    lab.advance(10)
    found = rows(lab, "h", "sh")
    assert found["/sbin/init"] == 1
    assert pid_of(found, "/usr/bin/kubelet") > 1
    assert pid_of(found, "nginx") > pid_of(found, "/usr/bin/kubelet")
    assert "/pause" not in found
    lab.run("h", "sh", "-c", "kill 1", container="sh")
    lab.advance(5)
    assert lab.status("h", "sh")["restartCount"] == 0


def test_a_debugging_container_sees_its_targets_processes_alone(lab: Lab) -> None:
    lab.pod("t", WEB, SLEEPER)
    lab.advance(10)
    debug(lab, "t", "d", "web", "sleep", "1000")
    found = rows(lab, "t", "d")
    assert pid_of(found, "nginx") == 1
    assert pid_of(found, "sleep 1000") > 1
    assert not [command for command in found if "pause" in command or command.startswith("sh")]
    assert "sleep 1000" in rows(lab, "t", "web")
    assert "sleep 1000" not in rows(lab, "t", "sh")
    assert lab.run("t", "ls", "/proc/1/root/etc/nginx", container="d")[0] == 0


def test_process_1_is_guarded_from_debuggers_and_takes_them_with_it(lab: Lab) -> None:
    lab.pod("t", WEB)
    lab.advance(10)
    debug(lab, "t", "d", "web", "sleep", "1000")
    assert lab.run("t", "sh", "-c", "kill -9 1", container="d")[0] == 0
    lab.advance(3)
    assert lab.status("t", "web")["restartCount"] == 0
    lab.run("t", "sh", "-c", "kill -QUIT 1", container="d")
    lab.advance(5)
    assert lab.status("t", "web")["restartCount"] == 1
    assert lab.status("t", "web")["lastState"]["terminated"]["exitCode"] == 0
    assert ephemeral(lab, "t")["state"]["terminated"]["exitCode"] == 137


def test_a_target_that_has_ended_cannot_be_debugged(lab: Lab) -> None:
    lab.pod("u", {"name": "a", "command": ["true"]}, SLEEPER, restartPolicy="Never")
    lab.advance(10)
    debug(lab, "u", "d", "a", "sleep", "100")
    (message,) = [text for text in lab.messages("u", "Failed") if "target" in text]
    assert message.startswith('Error: failed to generate container "')
    assert message.endswith(
        f'invalid target container: container "{lab.status("u", "a")["containerID"].removeprefix("containerd://")}" '
        "is not running - in state CONTAINER_EXITED"
    )
    assert ephemeral(lab, "u")["state"] == {"waiting": {"reason": "ContainerCreating"}}


def test_what_follows_a_restored_state_is_the_same(lab: Lab) -> None:
    lab.pod("s", WEB, SLEEPER, shareProcessNamespace=True)
    lab.advance(10)
    found = rows(lab, "s", "sh")
    saved = lab.cluster.save()
    for _ in range(2):
        lab.run("s", "sh", "-c", f"kill -HUP {pid_of(found, 'sh')}; kill {pid_of(found, 'nginx')}", container="web")
        lab.advance(5)
        assert lab.log("s", "sh") == ["got hup"]
        assert lab.status("s", "web")["restartCount"] == 1
        lab.cluster.load(saved)
        assert lab.status("s", "web")["restartCount"] == 0
