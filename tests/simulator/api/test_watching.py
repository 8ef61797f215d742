"""Watches: where they begin, what they show, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, config_map
from tutor.simulator.api.inprocess import InProcessClient, InProcessWatch
from tutor.simulator.cluster import SimulatedCluster


def told(watch: InProcessWatch) -> list[tuple[str, str]]:
    found = []
    for event in watch.events():
        name = event["object"].get("metadata", {}).get("name", "")
        if name != "kube-root-ca.crt":
            found.append((event["type"], name))
    return found


def now(client: InProcessClient) -> str:
    revision: str = client.get(CONFIG_MAPS)["metadata"]["resourceVersion"]
    return revision


@pytest.mark.parametrize("query", [{}, {"resourceVersion": "0"}])
def test_without_a_revision_a_watch_begins_with_what_is_there(client: InProcessClient, query: dict[str, str]) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    watch = client.watch(CONFIG_MAPS, **query)
    client.json("DELETE", f"{CONFIG_MAPS}/a")
    assert told(watch) == [("ADDED", "a"), ("DELETED", "a")]


def test_from_a_revision_a_watch_tells_what_came_after(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    revision = now(client)
    client.json("POST", CONFIG_MAPS, config_map("b"))
    client.json("PUT", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    assert told(client.watch(CONFIG_MAPS, resourceVersion=revision)) == [("ADDED", "b"), ("MODIFIED", "a")]


def test_an_object_that_leaves_the_selection_is_deleted_as_it_was(client: InProcessClient) -> None:
    watch = client.watch(CONFIG_MAPS, labelSelector="x=1", resourceVersion=now(client))
    body = config_map("a")
    client.json("POST", CONFIG_MAPS, body)
    client.json("PUT", f"{CONFIG_MAPS}/a", body | {"metadata": {"name": "a", "labels": {"x": "1"}}})
    client.json("PUT", f"{CONFIG_MAPS}/a", body)
    added, deleted = watch.events()
    assert (added["type"], deleted["type"]) == ("ADDED", "DELETED")
    assert deleted["object"]["metadata"]["labels"] == {"x": "1"}
    assert int(deleted["object"]["metadata"]["resourceVersion"]) > int(added["object"]["metadata"]["resourceVersion"])


def test_a_watch_of_one_object_by_name(client: InProcessClient) -> None:
    watch = client.watch(CONFIG_MAPS, fieldSelector="metadata.name=b", resourceVersion=now(client))
    for name in "abc":
        client.json("POST", CONFIG_MAPS, config_map(name))
    assert told(watch) == [("ADDED", "b")]


def test_a_watch_list_ends_its_initial_events_with_a_bookmark(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    watch = client.watch(
        CONFIG_MAPS,
        fieldSelector="metadata.name=a",
        sendInitialEvents="true",
        resourceVersionMatch="NotOlderThan",
        allowWatchBookmarks="true",
    )
    added, bookmark = watch.events()
    assert added["type"] == "ADDED"
    assert bookmark["type"] == "BOOKMARK"
    assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert bookmark["object"]["metadata"]["resourceVersion"] == now(client)


def test_a_watch_list_needs_the_right_match(client: InProcessClient) -> None:
    status = client.get(CONFIG_MAPS, watch="true", sendInitialEvents="true")
    assert status["code"] == 422
    assert "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan" in status["message"]


def test_bookmarks_come_when_asked_for(client: InProcessClient) -> None:
    revision = now(client)
    silent = client.watch(CONFIG_MAPS, resourceVersion=revision)
    marked = client.watch(CONFIG_MAPS, resourceVersion=revision, allowWatchBookmarks="true")
    assert silent.stream.tick() == b""
    assert b'"BOOKMARK"' in marked.stream.tick()


def test_a_revision_that_is_no_longer_known_has_expired(client: InProcessClient) -> None:
    watch = client.watch(CONFIG_MAPS, resourceVersion="1")
    (event,) = watch.events()
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert event["object"]["message"].startswith("too old resource version: 1 (")
    assert watch.stream.ended


def test_restoring_a_saved_state_ends_watches(client: InProcessClient, cluster: SimulatedCluster) -> None:
    watch = client.watch(CONFIG_MAPS, resourceVersion=now(client))
    cluster.load(cluster.save())
    (event,) = watch.events()
    assert event["object"]["code"] == 410
    assert watch.stream.ended


def test_a_host_is_woken_once_until_it_pulls(client: InProcessClient) -> None:
    watch = client.watch(CONFIG_MAPS, resourceVersion=now(client))
    wakes: list[int] = []
    watch.stream.on_ready(lambda: wakes.append(1))
    client.json("POST", CONFIG_MAPS, config_map("a"))
    client.json("POST", CONFIG_MAPS, config_map("b"))
    assert len(wakes) == 1
    assert told(watch) == [("ADDED", "a"), ("ADDED", "b")]
    client.json("POST", CONFIG_MAPS, config_map("c"))
    assert len(wakes) == 2


def test_a_closed_watch_is_forgotten(client: InProcessClient) -> None:
    before = client.api.hub.count()
    watch = client.watch(CONFIG_MAPS)
    assert client.api.hub.count() == before + 1
    watch.close()
    assert client.api.hub.count() == before


def test_watches_of_tables(client: InProcessClient) -> None:
    accept = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
    watch = client.watch(CONFIG_MAPS, headers=accept, resourceVersion=now(client))
    client.json("POST", CONFIG_MAPS, config_map("a", k="v"))
    client.json("POST", CONFIG_MAPS, config_map("b"))
    first, second = watch.events()
    assert [column["name"] for column in first["object"]["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert first["object"]["rows"][0]["cells"] == ["a", 1, "0s"]
    assert second["object"]["columnDefinitions"] is None


def test_watching_by_the_older_path(client: InProcessClient) -> None:
    response = client.send("GET", "/api/v1/watch/namespaces/default/configmaps")
    assert response.stream is not None
    response.stream.close()


def test_dry_runs_are_not_seen(client: InProcessClient) -> None:
    watch = client.watch(CONFIG_MAPS, resourceVersion=now(client))
    made: dict[str, Any] = client.json("POST", CONFIG_MAPS, config_map("a"), dryRun="All")
    assert made["metadata"]["name"] == "a"
    assert told(watch) == []
    assert client.get(f"{CONFIG_MAPS}/a")["code"] == 404
