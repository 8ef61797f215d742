"""hostPath volumes: one tree of files a node, checked and made as pkg/volume/hostpath does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def pod(lab: Lab, name: str, path: str, kind: str = "", **more: Any) -> None:
    """A pod on node-1 that mounts a path of its node at /v."""
    container = {"command": FOREVER, "volumeMounts": [{"name": "v", "mountPath": "/v"}]}
    volume = {"name": "v", "hostPath": {"path": path, "type": kind}}
    lab.pod(name, container, volumes=[volume], nodeName="node-1", **more)
    lab.advance(10)


def test_volumes_of_a_node_show_one_tree(lab: Lab) -> None:
    pod(lab, "inner", "/data/shop", "DirectoryOrCreate")
    pod(lab, "outer", "/data")
    assert lab.run("inner", "sh", "-c", "echo 1 > /v/f") == (0, "")
    assert lab.run("outer", "cat", "/v/shop/f") == (0, "1\n")


def test_a_file_of_the_node(lab: Lab) -> None:
    pod(lab, "app", "/etc/hosts", "FileOrCreate", hostNetwork=True)
    code, text = lab.run("app", "cat", "/v")
    assert (code, text.splitlines()[0]) == (0, "127.0.0.1\tlocalhost")
    assert lab.run("app", "head", "-n", "1", "/etc/hosts")[1] == "# Kubernetes-managed hosts file (host network).\n"


def test_a_file_is_made(lab: Lab) -> None:
    pod(lab, "app", "/var/log/shop.log", "FileOrCreate")
    assert lab.run("app", "sh", "-c", "echo 1 >> /v; cat /v") == (0, "1\n")


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("/etc", "File", "hostPath type check failed: /etc is not a file, it's a Directory"),
        ("/etc/hosts", "Directory", "hostPath type check failed: /etc/hosts is not a directory, it's a File"),
        ("/etc/hosts", "DirectoryOrCreate", "hostPath type check failed: /etc/hosts is not a directory, it's a File"),
        ("/no/such/file", "FileOrCreate", "open /no/such/file: no such file or directory"),
        ("/nope", "Directory", "hostPath type check failed, /nope is not a directory, unable to determine its type"),
    ],
)
def test_what_is_something_else(lab: Lab, path: str, kind: str, message: str) -> None:
    pod(lab, "app", path, kind)
    assert any(message in text for text in lab.messages("app", "FailedMount"))
