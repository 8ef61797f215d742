"""Faults, add-ons, snapshot files and images of the learner's own, in this process and by orders to another one."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.clusters import ClusterError, Levers
from tutor.clusters.added_images import add_image, added_images
from tutor.clusters.control import ControlServer, Door, RemoteClock, RemoteLevers, ask
from tutor.clusters.simulated import Simulated
from tutor.clusters.snapshot_files import from_bytes
from tutor.simulator.images import catalogue
from tutor.simulator.images.reference import parse


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    cluster = Simulated()
    cluster.start()
    yield cluster
    cluster.stop()
    catalogue.forget_added()


@pytest.fixture
def door(cluster: Simulated) -> Iterator[Door]:
    server = ControlServer(cluster)
    yield server.start()
    server.stop()


def on(levers: Levers) -> set[str]:
    return {lever.name for lever in [*levers.faults(), *levers.addons()] if lever.on}


def test_the_same_levers_here_and_by_orders(cluster: Simulated, door: Door) -> None:
    here, there = cluster.levers, RemoteLevers(door)
    assert here is not None
    assert on(here) == {"metrics-server", "default-storage-class"}
    there.set_fault("scheduler-stopped", True)
    there.set_addon("metrics-server", False)
    assert on(here) == on(there) == {"scheduler-stopped", "default-storage-class"}
    for levers in (here, there):
        with pytest.raises(ClusterError, match="scheduler-stopped"):
            levers.set_fault("coffee", True)
        with pytest.raises(ClusterError, match="metrics-server"):
            levers.set_addon("coffee", True)


def test_a_snapshot_file_brings_the_whole_cluster_back(cluster: Simulated, door: Door, tmp_path: Path) -> None:
    here, there = cluster.levers, RemoteLevers(door)
    assert here is not None
    file = tmp_path / "cluster.snapshot"
    there.save_to(file)
    assert file.stat().st_mode & 0o077 == 0
    here.set_fault("full/node-1", True)
    there.restore_from(file)
    assert "full/node-1" not in on(here)
    assert cluster.clock is not None
    cluster.clock.advance(60)
    with pytest.raises(ClusterError, match="cannot be read"):
        there.restore_from(tmp_path / "missing")
    with pytest.raises(ClusterError, match="cannot be written"):
        there.save_to(tmp_path / "no" / "folder")


class Harm:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("1/0",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        gzip.compress(b"nonsense"),
        gzip.compress(pickle.dumps({"version": "0", "state": Harm()})),
        gzip.compress(pickle.dumps({"version": "0", "state": 1})),
        gzip.compress(pickle.dumps({"version": "0", "state": Path("/")})),
    ],
)
def test_a_file_that_is_no_snapshot_is_refused_and_runs_nothing(content: bytes) -> None:
    with pytest.raises(ClusterError, match="no snapshot of a simulated cluster"):
        from_bytes(content)


def test_the_clock_by_orders(cluster: Simulated, door: Door) -> None:
    clock = RemoteClock(door)
    clock.pause()
    assert clock.paused
    clock.set_rate(10)
    clock.resume()
    assert (clock.rate, clock.paused) == (10, False)
    clock.advance(30)
    clock.settle(5)
    with pytest.raises(ClusterError, match="positive"):
        clock.set_rate(-1)


def test_orders_need_the_token(door: Door) -> None:
    with pytest.raises(ClusterError, match="wrong token"):
        ask(Door(door.port, "guess"), "pause")
    with pytest.raises(ClusterError, match="not understood"):
        ask(door, "no-such-order")


def test_a_process_that_has_gone_is_said() -> None:
    with pytest.raises(ClusterError, match="cluster stop"):
        ask(Door(1, "x"), "pause")


def test_added_images_are_kept_and_known_to_the_next_cluster(cluster: Simulated) -> None:
    add_image("shop:1.0", 8080)
    add_image("shop:1.0", 9090)
    assert [(image.name, image.port) for image in added_images()] == [("docker.io/library/shop:1.0", 9090)]
    assert catalogue.find(parse("shop:1.0")) is None
    assert cluster.levers is not None
    cluster.levers.use_added_images()
    assert catalogue.find(parse("shop:1.0")) is not None
    for name, port in (("Shop:1.0", None), ("shop:1.0", 70000), ("shop@sha256:" + "0" * 64, None)):
        with pytest.raises(ClusterError):
            add_image(name, port)


def test_tidying_up_mends_and_brings_back_what_a_new_cluster_has(cluster: Simulated, door: Door) -> None:
    here, there = cluster.levers, RemoteLevers(door)
    assert here is not None
    assert cluster.clock is not None
    here.set_fault("cut-off/node-1", True)
    here.set_addon("ingress-nginx", True)
    there.tidy(["metrics-server"])
    assert on(here) == {"default-storage-class", "ingress-nginx"}
    here.tidy()
    cluster.clock.advance(60)
    assert on(here) == {"default-storage-class", "ingress-nginx", "metrics-server"}
