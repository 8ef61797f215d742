"""What can be done by hand to the simulated cluster in the background: clock, faults, add-ons, snapshots, images."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.clusters.background import stop

# The process in the background outlives the command that starts it, which Python takes for an oversight.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def background() -> Iterator[None]:
    assert main(["cluster", "start"]) == 0
    yield
    stop()


def test_without_a_cluster_it_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["clock"], ["fault", "list"], ["addon", "install", "x"], ["snapshot", "save", "x"]):
        assert main(["cluster", *words]) == 3
        assert "k8s-tutor cluster start" in capsys.readouterr().err
    assert main(["--cluster", "kind", "cluster", "clock", "pause"]) == 2
    assert "only a simulated cluster" in capsys.readouterr().err


def test_a_session_at_the_command_line(background: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> str:
        capsys.readouterr()
        assert main(["cluster", *words]) == 0
        return capsys.readouterr().out

    assert "paused" in run("clock", "pause")
    assert "running, at 10 seconds" in run("clock", "rate", "10") + run("clock", "resume")
    saved = tmp_path / "cluster.snapshot"
    run("snapshot", "save", str(saved))
    assert "new Pods stay Pending" in run("fault", "set", "scheduler-stopped")
    assert "ingress-nginx is installed" in run("addon", "install", "ingress-nginx")
    assert main(["image", "add", "shop:1.0", "--port", "8080"]) == 0
    assert main(["kubectl", "run", "shop", "--image=shop:1.0"]) == 0
    run("clock", "advance", "2m")
    assert main(["kubectl", "get", "pods", "--no-headers"]) == 0
    assert "Pending" in capsys.readouterr().out
    assert "Broken on purpose: scheduler-stopped. Mend it with: k8s-tutor cluster fault clear NAME" in run("status")
    run("fault", "clear", "scheduler-stopped")
    assert "Broken" not in run("status")
    run("clock", "advance", "30s")
    assert main(["kubectl", "get", "pods", "--no-headers"]) == 0
    assert "1/1" in capsys.readouterr().out
    run("snapshot", "restore", str(saved))
    on = [one["name"] for kind in ("fault", "addon") for one in json.loads(run(kind, "list", "--json")) if one["on"]]
    assert on == ["metrics-server", "default-storage-class"]


def test_what_cannot_be_is_wrong_usage(background: None, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["clock", "rate"], "takes a value"),
        (["clock", "pause", "5"], "takes no value"),
        (["clock", "rate", "fast"], "is not a rate"),
        (["clock", "advance", "0s"], "is not a time"),
        (["fault", "set", "coffee"], "choose from"),
        (["addon", "install", "coffee"], "choose from"),
        (["snapshot", "restore", "/nonexistent"], "cannot be read"),
    ):
        assert main(["cluster", *words]) == 2, words
        assert said in capsys.readouterr().err


def test_images_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", "list"]) == 0
    assert "You have added none" in capsys.readouterr().out
    assert main(["image", "add", "SHOP"]) == 2
    assert main(["image", "list", "--all"]) == 0
    assert "docker.io/library/nginx" in capsys.readouterr().out
