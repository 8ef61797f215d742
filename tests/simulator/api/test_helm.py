"""The genuine helm against the simulated cluster: a small chart (chart/) through its whole life, with hooks, a test and a CRD.

The cluster's time runs faster than the wall clock, so that what helm waits for comes soon.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tutor.simulator.addons import install
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.cluster import SimulatedCluster

CHART = Path(__file__).with_name("chart")
RATE = 20.0
"""Seconds of the cluster's time a second."""
SECONDS = 120
"""The longest that one command may take."""

pytestmark = pytest.mark.slow
Helm = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedApiServer]:
    cluster = SimulatedCluster(now=time.time() - 90)
    install(cluster, "metrics-server")
    cluster.engine.advance(90)
    server = SimulatedApiServer(cluster)
    server.start()
    server.pacer.set_rate(RATE)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def helm(server: SimulatedApiServer, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    program = shutil.which("helm")
    if program is None:
        pytest.skip("needs helm in PATH")
    home = tmp_path_factory.mktemp("helm")
    server.write_kubeconfig(home / "config")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": str(home / "config")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [program, *words]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, env=environment, cwd=home, check=False
        )

    return run


@pytest.fixture
def release(helm: Helm, server: SimulatedApiServer) -> Iterator[str]:
    """The chart, installed and waited for; gone after the test."""
    done = helm("install", "shop", str(CHART), "--wait", "--timeout", "60s")
    assert done.returncode == 0, done.stderr
    assert "shop is open, with 2 replicas." in done.stdout
    yield "shop"
    helm("uninstall", "shop", "--wait", "--ignore-not-found")


def listed(helm: Helm, *words: str) -> Any:
    done = helm(*words, "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def deployment(server: SimulatedApiServer) -> dict[str, Any] | None:
    with server.cluster.lock:
        return server.cluster.store.get("deployments.apps", "default", "shop-web")


def running(server: SimulatedApiServer) -> tuple[int, str]:
    """How many pods are ready, and of which image."""
    found = deployment(server)
    assert found is not None
    return found["status"].get("readyReplicas", 0), found["spec"]["template"]["spec"]["containers"][0]["image"]


def test_a_release_through_its_life(helm: Helm, server: SimulatedApiServer, release: str) -> None:
    assert running(server) == (2, "web-app:v2.0.0")
    done = helm("upgrade", release, str(CHART), "--set", "replicas=3,theme=dark", "--wait", "--timeout", "60s")
    assert done.returncode == 0, done.stderr
    assert running(server) == (3, "web-app:v2.0.0")
    assert [(entry["name"], entry["revision"]) for entry in listed(helm, "list")] == [(release, "2")]
    assert listed(helm, "get", "values", release) == {"replicas": 3, "theme": "dark"}
    done = helm("rollback", release, "1", "--wait", "--timeout", "60s")
    assert done.returncode == 0, done.stderr
    assert running(server) == (2, "web-app:v2.0.0")
    told = [(entry["revision"], entry["status"]) for entry in listed(helm, "history", release)]
    assert told == [(1, "superseded"), (2, "superseded"), (3, "deployed")]
    assert helm("uninstall", release, "--wait", "--timeout", "60s").returncode == 0
    assert deployment(server) is None
    assert listed(helm, "list") == []


def test_status_hooks_and_the_test_of_a_release(helm: Helm, server: SimulatedApiServer, release: str) -> None:
    resources = helm("status", release).stdout
    assert "shop-settings" in resources
    assert "==> v1/Shelf" in resources
    with server.cluster.lock:
        assert server.cluster.store.list("jobs.batch") == [], "the hook that has succeeded is deleted"
    done = helm("test", release, "--logs", "--timeout", "60s")
    assert done.returncode == 0, done.stderr
    assert "Succeeded" in done.stdout
    assert "web-app v2.0.0" in done.stdout


def test_an_upgrade_that_fails_is_rolled_back(helm: Helm, server: SimulatedApiServer, release: str) -> None:
    flags = ("--set", "image.tag=nosuch", "--rollback-on-failure", "--wait", "--timeout", "4s")
    done = helm("upgrade", release, str(CHART), *flags)
    assert done.returncode == 1
    assert "has been rolled back" in done.stderr
    told = [(entry["revision"], entry["status"]) for entry in listed(helm, "history", release)]
    assert told == [(1, "superseded"), (2, "failed"), (3, "deployed")]
    assert running(server)[1] == "web-app:v2.0.0"


def test_what_the_api_refuses(helm: Helm, release: str) -> None:
    done = helm("upgrade", release, str(CHART), "--set", "replicas=-1")
    assert done.returncode == 1
    assert "spec.replicas: Invalid value: -1: must be greater than or equal to 0" in done.stderr
