"""Volumes mounted where the image has something else: the container does not start."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.create("configmaps", "v1", "ConfigMap", "settings", data={"nginx.conf": "events {}"})
    return lab


def start(lab: Lab, **mount: str) -> None:
    volumes = [{"name": "v", "configMap": {"name": "settings"}}]
    lab.pod(
        "p",
        {"command": ["sleep", "100"], "volumeMounts": [{"name": "v", **mount}]},
        volumes=volumes,
        restartPolicy="Never",
    )
    lab.advance(10)


def test_a_directory_does_not_go_onto_a_file(lab: Lab) -> None:
    start(lab, mountPath="/etc/passwd")
    ended = lab.status("p")["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("StartError", 128)
    assert ended["message"].endswith("flags=MS_RDONLY|MS_BIND|MS_REC: not a directory")


def test_a_file_goes_onto_a_file(lab: Lab) -> None:
    start(lab, mountPath="/etc/passwd", subPath="nginx.conf")
    assert lab.run("p", "cat", "/etc/passwd") == (0, "events {}")


def test_a_file_does_not_go_onto_a_directory(lab: Lab) -> None:
    start(lab, mountPath="/etc", subPath="nginx.conf")
    assert "volume-subpaths/v/c/0" in lab.status("p")["state"]["terminated"]["message"]


@pytest.mark.parametrize("path", ["/etc", "/srv/new/place", "/etc/new.conf"])
def test_a_directory_goes_onto_a_directory_and_where_there_is_nothing(lab: Lab, path: str) -> None:
    start(lab, mountPath=path)
    assert lab.run("p", "cat", f"{path}/nginx.conf") == (0, "events {}")
