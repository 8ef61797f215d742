"""Clients see the cluster's now as their own now, however far the cluster's time has run."""

from __future__ import annotations

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, NOW, config_map, deployment
from tutor.simulator.api.dating import shift_text
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.pacer import Pacer
from tutor.simulator.cluster import SimulatedCluster

MERGE_PATCH = "application/merge-patch+json"


def test_dates_are_shifted_on_the_way_out(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", at="2023-11-14T22:13:20Z"), fieldManager="m")
    client.api.offset = -3600
    shown = client.get(f"{CONFIG_MAPS}/a")
    assert shown["metadata"]["creationTimestamp"] == "2023-11-14T21:13:20Z"
    assert shown["metadata"]["managedFields"][0]["time"] == "2023-11-14T21:13:20Z"
    assert shown["data"]["at"] == "2023-11-14T22:13:20Z", "only fields that are dates by their type"
    listed = client.get(CONFIG_MAPS, fieldSelector="metadata.name=a")["items"][0]
    assert listed["metadata"] == shown["metadata"]


def test_dates_are_shifted_back_on_the_way_in(client: InProcessClient) -> None:
    client.json("POST", DEPLOYMENTS, deployment())
    client.api.offset = -3600
    condition = {"type": "Available", "status": "True", "lastTransitionTime": "2023-11-14T21:13:20Z"}
    patch = {"status": {"conditions": [condition]}}
    shown = client.json("PATCH", f"{DEPLOYMENTS}/web/status", patch, content_type=MERGE_PATCH)
    assert shown["status"]["conditions"][0]["lastTransitionTime"] == "2023-11-14T21:13:20Z"
    client.api.offset = 0
    kept = client.get(f"{DEPLOYMENTS}/web")
    assert kept["status"]["conditions"][0]["lastTransitionTime"] == "2023-11-14T22:13:20Z"


def test_a_round_trip_changes_nothing(client: InProcessClient) -> None:
    client.json("POST", DEPLOYMENTS, deployment())
    client.api.offset = -86400
    shown = client.get(f"{DEPLOYMENTS}/web")
    assert client.json("PUT", f"{DEPLOYMENTS}/web", shown) == shown


def test_ages_in_tables_do_not_depend_on_the_shift(client: InProcessClient, cluster: SimulatedCluster) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    cluster.clock.now = NOW + 300
    client.api.offset = -300
    accept = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    (row,) = client.get(f"{CONFIG_MAPS}/a", headers=accept)["rows"]
    assert row["cells"][-1] == "5m"
    assert row["object"]["metadata"]["creationTimestamp"] == "2023-11-14T22:08:20Z"


# -- the pacer


class Wall:
    """A wall clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def pacer(client: InProcessClient, wall: Wall) -> Pacer:
    return Pacer(client.api, wall)


def follow(pacer: Pacer) -> float | None:
    while (left := pacer.follow()) == 0.0:
        pass
    return left


def test_time_follows_the_wall_clock(pacer: Pacer, wall: Wall, cluster: SimulatedCluster) -> None:
    wall.now += 2.5
    follow(pacer)
    assert cluster.clock.now == NOW + 2.5


def test_time_follows_at_a_rate(pacer: Pacer, wall: Wall, cluster: SimulatedCluster, client: InProcessClient) -> None:
    pacer.set_rate(10)
    wall.now += 3
    follow(pacer)
    assert cluster.clock.now == NOW + 30
    assert client.api.offset == -27
    with pytest.raises(ValueError, match="positive"):
        pacer.set_rate(0)


def test_time_can_be_paused(pacer: Pacer, wall: Wall, cluster: SimulatedCluster, client: InProcessClient) -> None:
    pacer.pause()
    wall.now += 60
    assert follow(pacer) is None
    assert cluster.clock.now == NOW
    assert client.api.offset == 60
    pacer.resume()
    wall.now += 1
    follow(pacer)
    assert cluster.clock.now == NOW + 1


def test_time_can_be_advanced(pacer: Pacer, wall: Wall, cluster: SimulatedCluster, client: InProcessClient) -> None:
    pacer.advance(3600)
    assert cluster.clock.now == NOW + 3600
    assert client.api.offset == -3600
    wall.now += 1
    follow(pacer)
    assert cluster.clock.now == NOW + 3601


def test_work_is_waited_for_until_it_is_due(pacer: Pacer, cluster: SimulatedCluster) -> None:
    follow(pacer)
    due = cluster.clock.next_due()
    assert due is not None
    assert follow(pacer) == pytest.approx(due - NOW)
    pacer.set_rate(2)
    assert follow(pacer) == pytest.approx((due - NOW) / 2)


def test_settling_stops_when_only_housekeeping_is_left(pacer: Pacer, client: InProcessClient) -> None:
    client.json("POST", DEPLOYMENTS, deployment())
    assert pacer.settle(600)
    assert client.get(f"{DEPLOYMENTS}/web")["status"]["observedGeneration"] == 1


def test_small_differences_are_not_shifted(pacer: Pacer, wall: Wall, client: InProcessClient) -> None:
    wall.now += 0.9
    pacer.advance(0.3)
    assert client.api.offset == 0


def test_dates_before_clocks_are_not_moved() -> None:
    for text in ("0001-01-01T00:00:02.000000Z", "1969-12-31T23:59:59Z"):
        assert shift_text(text, 3600) == shift_text(text, -3600) == text
