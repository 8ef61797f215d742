"""What a pod asks for of users, kernel parameters and system calls, and what its node makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.mark.parametrize(
    ("context", "shown", "identity"),
    [
        ({"runAsUser": 65534, "fsGroup": 3000}, (65534, 65534, [3000, 65534]), "uid=65534(nobody) gid=65534(nogroup)"),
        ({"runAsUser": 65534, "runAsGroup": 7}, (65534, 7, [7]), "uid=65534(nobody) gid=7"),
        ({"runAsUser": 4242}, (4242, 0, [0]), "uid=4242 gid=0(root)"),
        ({}, (0, 0, [0]), "uid=0(root) gid=0(root)"),
    ],
)
def test_a_user_has_the_group_that_the_image_gives_it(
    lab: Lab, context: dict[str, int], shown: tuple[int, int, list[int]], identity: str
) -> None:
    lab.pod("box", {"command": FOREVER}, securityContext=context)
    lab.advance(5)
    uid, gid, groups = shown
    assert lab.status("box")["user"] == {"linux": {"uid": uid, "gid": gid, "supplementalGroups": groups}}
    assert lab.run("box", "id")[1].startswith(f"{identity} ")


def sysctl(name: str) -> dict[str, Any]:
    return {"sysctls": [{"name": name, "value": "1"}]}


def test_a_kernel_parameter_that_others_would_feel_is_refused(lab: Lab) -> None:
    lab.pod("safe", {"command": FOREVER}, securityContext=sysctl("net/ipv4/tcp_syncookies"))
    lab.pod("unsafe", {"command": FOREVER}, securityContext=sysctl("kernel.msgmax"))
    lab.pod("shared", {"command": FOREVER}, securityContext=sysctl("kernel.shm_rmid_forced"), hostIPC=True)
    lab.advance(5)
    assert lab.get("safe")["status"]["phase"] == "Running"
    assert [lab.get(name)["status"]["phase"] for name in ("unsafe", "shared")] == ["Failed", "Failed"]
    assert lab.get("unsafe")["status"]["reason"] == "SysctlForbidden"
    assert lab.messages("unsafe", "SysctlForbidden") == ['forbidden sysctl: "kernel.msgmax" not allowlisted']
    text = 'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host IPC enabled'
    assert lab.messages("shared", "SysctlForbidden") == [text]


def test_a_profile_for_system_calls_that_the_node_does_not_have(lab: Lab) -> None:
    profile = {"seccompProfile": {"type": "Localhost", "localhostProfile": "mine.json"}}
    lab.pod("box", {"command": FOREVER, "securityContext": profile})
    lab.advance(5)
    waiting = lab.status("box")["state"]["waiting"]
    assert waiting["reason"] == "CreateContainerError"
    assert waiting["message"].endswith("open /var/lib/kubelet/seccomp/mine.json: no such file or directory")
    assert lab.messages("box", "Failed") == [f"Error: {waiting['message']}"]
