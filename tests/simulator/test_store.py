"""The store counts revisions, keeps a log to watch, and can be saved and restored."""

from __future__ import annotations

import pytest

from tutor.simulator.store import LOG_LENGTH, Change, Conflict, Exists, Obj, Store


def config_map(name: str, namespace: str = "default", **data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


@pytest.fixture
def store() -> Store:
    return Store(lambda: 42.0)


def test_every_write_has_a_revision_of_its_own(store: Store) -> None:
    first = store.create("configmaps", config_map("a"), "me")
    second = store.create("configmaps", config_map("b"), "me")
    assert int(first["metadata"]["resourceVersion"]) < int(second["metadata"]["resourceVersion"])
    gone = store.delete("configmaps", "default", "a", "me")
    assert int(gone["metadata"]["resourceVersion"]) == store.revision
    assert store.get("configmaps", "default", "a") is None


def test_a_name_is_given_out_once(store: Store) -> None:
    store.create("configmaps", config_map("a"), "me")
    store.create("configmaps", config_map("a", "other"), "me")
    with pytest.raises(Exists):
        store.create("configmaps", config_map("a"), "me")


def test_an_update_that_changes_nothing_is_no_write(store: Store) -> None:
    made = store.create("configmaps", config_map("a", k="v"), "me")
    again = store.update("configmaps", config_map("a", k="v"), "me")
    assert again is made
    assert store.update("configmaps", config_map("a", k="w"), "me") is not made


def test_an_update_of_an_old_revision_conflicts(store: Store) -> None:
    made = store.create("configmaps", config_map("a"), "me")
    store.update("configmaps", config_map("a", k="v"), "me")
    with pytest.raises(Conflict):
        store.update("configmaps", config_map("a", k="w"), "me", expect=made["metadata"]["resourceVersion"])
    with pytest.raises(KeyError):
        store.update("configmaps", config_map("b"), "me")


def test_listing_is_by_namespace_and_in_the_order_of_keys(store: Store) -> None:
    for name, namespace in (("b", "x"), ("a", "x"), ("c", "w")):
        store.create("configmaps", config_map(name, namespace), "me")
    assert [o["metadata"]["name"] for o in store.list_sorted("configmaps")] == ["c", "a", "b"]
    assert [o["metadata"]["name"] for o in store.list_sorted("configmaps", "x")] == ["a", "b"]
    assert store.count("configmaps") == 3
    assert store.count("configmaps", "w") == 1


def test_an_index_follows_writes_and_restores(store: Store) -> None:
    store.create("configmaps", config_map("a", colour="red"), "me")
    store.add_index("configmaps", "colour", lambda obj: obj["data"].values())
    store.create("configmaps", config_map("b", colour="red"), "me")
    saved = store.save()
    store.update("configmaps", config_map("a", colour="blue"), "me")
    store.delete("configmaps", "default", "b", "me")
    assert [o["metadata"]["name"] for o in store.by_index("configmaps", "colour", "blue")] == ["a"]
    assert store.by_index("configmaps", "colour", "red") == []
    store.load(saved)
    assert [o["metadata"]["name"] for o in store.by_index("configmaps", "colour", "red")] == ["a", "b"]


def test_a_watch_sees_each_change_once_and_in_order(store: Store) -> None:
    seen: list[Change] = []
    stop = store.subscribe(seen.append)
    store.create("configmaps", config_map("a"), "me")
    start = store.revision
    store.update("configmaps", config_map("a", k="v"), "you")
    store.delete("configmaps", "default", "a", "me")
    stop()
    store.create("configmaps", config_map("b"), "me")
    assert [(change.type, change.actor, change.at) for change in seen] == [
        ("ADDED", "me", 42.0),
        ("MODIFIED", "you", 42.0),
        ("DELETED", "me", 42.0),
    ]
    later = store.changes_since("configmaps", start)
    assert later is not None
    assert [change.type for change in later] == ["MODIFIED", "DELETED", "ADDED"]


def test_history_that_has_fallen_out_of_the_log_is_said_to_be_gone(store: Store) -> None:
    store.create("configmaps", config_map("a"), "me")
    start = store.revision
    for i in range(LOG_LENGTH + 1):
        store.update("configmaps", config_map("a", k=str(i)), "me")
    assert store.changes_since("configmaps", start) is None
    assert store.changes_since("configmaps", store.revision) is not None


@pytest.fixture
def moving() -> tuple[Store, list[float]]:
    """A store, and the time it goes by as the last of a list."""
    times = [0.0]
    return Store(lambda: times[-1]), times


def test_history_of_more_than_ten_minutes_ago_is_gone(moving: tuple[Store, list[float]]) -> None:
    store, times = moving
    made = store.create("configmaps", config_map("a"), "me")["metadata"]["resourceVersion"]
    for number, time in enumerate((60.0, 700.0, 701.0)):
        times.append(time)
        store.update("configmaps", config_map("a", k=str(number)), "me")
    assert store.changes_since("configmaps", int(made)) is None
    assert len(list(store.changes_since("configmaps", int(made) + 1) or ())) == 2


def test_every_five_minutes_what_was_five_minutes_before_is_kept_and_nothing_older(
    moving: tuple[Store, list[float]],
) -> None:
    store, times = moving
    compacted = []
    for time in (0.0, 10.0, 290.0, 310.0, 599.0, 650.0, 899.0, 950.0, 1250.0, 4000.0):
        times.append(time)
        compacted.append(store.compacted())
        if time < 950:
            store.create("configmaps", config_map(f"a{time:.0f}"), "me")
    assert compacted == [0, 0, 0, 1, 1, 4, 4, 6, 8, 8]


def test_what_is_filed_keeps_its_order_over_a_restore(store: Store) -> None:
    store.add_index("configmaps", "colour", lambda obj: obj["data"].values())
    for name in ("a", "b", "c"):
        store.create("configmaps", config_map(name, colour="red"), "me")
    store.update("configmaps", config_map("a", colour="blue"), "me")
    store.update("configmaps", config_map("a", colour="red"), "me")
    saved = store.save()
    store.delete("configmaps", "default", "b", "me")
    store.load(saved)
    assert [o["metadata"]["name"] for o in store.by_index("configmaps", "colour", "red")] == ["b", "c", "a"]


def test_a_restore_never_gives_out_a_revision_again(store: Store) -> None:
    store.create("configmaps", config_map("a"), "me")
    saved = store.save()
    store.create("configmaps", config_map("b"), "me")
    newest = store.revision
    store.load(saved)
    assert store.revision > newest
    assert store.get("configmaps", "default", "b") is None
    assert store.changes_since("configmaps", newest) is None


def test_a_restore_into_a_fresh_store_goes_on_where_the_old_one_was(store: Store) -> None:
    store.create("configmaps", config_map("a"), "me")
    copy = Store(lambda: 42.0)
    copy.load(store.save())
    assert copy.revision == store.revision
    assert copy.get("configmaps", "default", "a") == store.get("configmaps", "default", "a")
