"""The simulated cluster as a backend: reachable, private, with undo, and kept from one run to the next."""

from __future__ import annotations

import pickle
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutor.clusters import ClusterError, open_cluster
from tutor.clusters.inspection import api_client, authorization, capabilities_of, get_json
from tutor.clusters.keeping import FILE
from tutor.clusters.simulated import MAX_SNAPSHOTS, Simulated
from tutor.folders import private_folder

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def make(cluster: Simulated, name: str) -> None:
    """Do what a learner's kubectl does."""
    client = api_client(cluster.kubeconfig())
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    headers = {"Content-Type": "application/json", **authorization(client)}
    client.call_api("POST", client.configuration.host + CONFIG_MAPS, headers, body=body).read()


def names(cluster: Simulated) -> set[str]:
    """The ConfigMaps there are."""
    listing: Any = get_json(api_client(cluster.kubeconfig()), CONFIG_MAPS)
    return {item["metadata"]["name"] for item in listing["items"]} - {"kube-root-ca.crt"}


@pytest.fixture
def cluster() -> Iterator[Simulated]:
    simulated = Simulated()
    simulated.start()
    yield simulated
    simulated.stop()


def test_it_is_reached_through_a_private_kubeconfig_that_goes_with_it(cluster: Simulated) -> None:
    path = cluster.kubeconfig()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "multi-node" in capabilities_of(path)
    cluster.stop()
    assert not path.exists()
    with pytest.raises(ClusterError, match="not been started"):
        cluster.kubeconfig()


def test_undo_goes_back_to_before_the_last_change(cluster: Simulated) -> None:
    snapshots = cluster.snapshots
    assert snapshots is not None
    snapshots.take("make a")
    make(cluster, "a")
    snapshots.take("make b")
    make(cluster, "b")
    snapshots.take("look")
    assert names(cluster) == {"a", "b"}
    assert snapshots.undo() == "make b"
    assert names(cluster) == {"a"}
    assert snapshots.undo() == "make a"
    assert names(cluster) == set()
    with pytest.raises(ClusterError, match="nothing to take back"):
        snapshots.undo()


def test_undo_does_not_go_back_beyond_a_beginning(cluster: Simulated) -> None:
    snapshots = cluster.snapshots
    assert snapshots is not None
    snapshots.take("make a")
    make(cluster, "a")
    start = snapshots.take("start", beginning=True)
    for _ in range(2):
        with pytest.raises(ClusterError, match="nothing to take back"):
            snapshots.undo()
    assert names(cluster) == {"a"}
    snapshots.take("make b")
    make(cluster, "b")
    snapshots.restore(start)
    assert names(cluster) == {"a"}


def test_a_beginning_and_changes_outlast_many_commands_that_only_look(cluster: Simulated) -> None:
    snapshots = cluster.snapshots
    assert snapshots is not None
    start = snapshots.take("start", beginning=True)
    snapshots.take("make a")
    make(cluster, "a")
    for number in range(2 * MAX_SNAPSHOTS):
        snapshots.take(f"look {number}")
    assert snapshots.undo() == "make a"
    assert names(cluster) == set()
    for number in range(2 * MAX_SNAPSHOTS):
        snapshots.take(f"make {number}")
        make(cluster, f"b{number}")
    snapshots.restore(start)
    assert names(cluster) == set()


def test_no_two_clusters_give_a_snapshot_the_same_id(cluster: Simulated) -> None:
    """An exercise keeps the id of its start, and must not take another program's snapshot for it."""
    assert cluster.snapshots is not None
    id_of_this = cluster.snapshots.take("start")
    other = Simulated()
    other.start()
    try:
        assert other.snapshots is not None
        other.snapshots.take("something else")
        with pytest.raises(KeyError):
            other.snapshots.restore(id_of_this)
    finally:
        other.stop()


def test_a_snapshot_can_be_gone_back_to_more_than_once(cluster: Simulated) -> None:
    snapshots = cluster.snapshots
    assert snapshots is not None
    start = snapshots.take("start")
    for name in ("a", "b"):
        make(cluster, name)
        snapshots.restore(start)
        assert names(cluster) == set()
    with pytest.raises(KeyError):
        snapshots.restore("none")


def test_it_goes_on_where_it_was_left() -> None:
    first = open_cluster("simulated", keep=True)
    assert isinstance(first, Simulated)
    first.start()
    make(first, "a")
    first.stop()
    second = Simulated(keep=True)
    second.start()
    assert names(second) == {"a"}
    second.stop()
    fresh = Simulated()
    fresh.start()
    assert names(fresh) == set()
    fresh.stop()


def test_two_at_once_do_not_share_what_is_kept() -> None:
    first, second = Simulated(keep=True), Simulated(keep=True)
    first.start()
    make(first, "a")
    second.start()
    assert (first.is_beside_another, second.is_beside_another) == (False, True)
    make(second, "b")
    second.stop()
    first.stop()
    third = Simulated(keep=True)
    third.start()
    assert names(third) == {"a"}
    third.stop()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04N."])
def test_a_damaged_file_is_as_if_there_were_none(content: bytes) -> None:
    Path(private_folder("clusters") / FILE).write_bytes(content)
    cluster = Simulated(keep=True)
    cluster.start()
    assert names(cluster) == set()
    cluster.stop()


def test_a_state_that_does_not_fit_is_as_if_there_were_none() -> None:
    first = Simulated(keep=True)
    first.start()
    make(first, "a")
    first.stop()
    path = private_folder("clusters") / FILE
    kept = pickle.loads(path.read_bytes())
    kept["state"] = replace(kept["state"], engine=())
    path.write_bytes(pickle.dumps(kept))
    second = Simulated(keep=True)
    second.start()
    assert names(second) == set()
    make(second, "b")
    assert names(second) == {"b"}
    second.stop()
