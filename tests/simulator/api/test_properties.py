"""What holds for every history of requests."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.api.conftest import CONFIG_MAPS, Fixture, config_map
from tutor.simulator.api.inprocess import InProcessClient, InProcessWatch

RELAXED = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

NAMES = st.sampled_from("abc")
VALUES = st.sampled_from(["1", "2"])
LABELS = st.fixed_dictionaries({}, optional={"x": st.sampled_from(["1", "2"])})
STEP = st.one_of(
    st.tuples(st.just("create"), NAMES, VALUES, LABELS),
    st.tuples(st.just("update"), NAMES, VALUES, LABELS),
    st.tuples(st.just("patch"), NAMES, VALUES, LABELS),
    st.tuples(st.just("apply"), NAMES, VALUES, LABELS),
    st.tuples(st.just("delete"), NAMES, VALUES, LABELS),
)


def carry_out(client: InProcessClient, step: tuple[str, str, str, dict[str, str]]) -> Any:
    verb, name, value, labels = step
    body = config_map(name, k=value)
    body["metadata"]["labels"] = labels
    path = f"{CONFIG_MAPS}/{name}"
    if verb == "create":
        return client.json("POST", CONFIG_MAPS, body)
    if verb == "update":
        return client.json("PUT", path, body)
    if verb == "patch":
        return client.json("PATCH", path, {"data": {"k": value}}, content_type="application/merge-patch+json")
    if verb == "apply":
        apply = "application/apply-patch+yaml"
        return client.json("PATCH", path, body, content_type=apply, fieldManager="m", force="true")
    return client.json("DELETE", path)


class Folded:
    """The objects that a watcher knows of, from nothing but its events."""

    def __init__(self, watch: InProcessWatch) -> None:
        self.watch = watch
        self.objects: dict[str, Any] = {}
        self.revision = 0

    def catch_up(self) -> None:
        for event in self.watch.events():
            metadata = event["object"]["metadata"]
            assert event["type"] in ("ADDED", "MODIFIED", "DELETED")
            known = metadata["name"] in self.objects
            assert known is (event["type"] != "ADDED"), "an event for an object that the watcher does (not) have"
            assert int(metadata["resourceVersion"]) > self.revision, "events come in the order of revisions"
            self.revision = int(metadata["resourceVersion"])
            if event["type"] == "DELETED":
                del self.objects[metadata["name"]]
            else:
                self.objects[metadata["name"]] = event["object"]


def listed(client: InProcessClient, selector: str) -> dict[str, Any]:
    return {item["metadata"]["name"]: item for item in client.get(CONFIG_MAPS, labelSelector=selector)["items"]}


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return {name: without_kind(obj) for name, obj in a.items()} == b


def without_kind(obj: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


@RELAXED
@given(st.lists(STEP, max_size=25))
def test_folding_a_watch_gives_the_list(shared: Fixture, steps: list[tuple[str, str, str, dict[str, str]]]) -> None:
    shared.cluster.load(shared.state)
    client = shared.client
    revision = client.get(CONFIG_MAPS)["metadata"]["resourceVersion"]
    selectors = ("x", "x=1", "!x,k8s!=")
    watches = [Folded(client.watch(CONFIG_MAPS, labelSelector=s, resourceVersion=revision)) for s in selectors]
    existing = {name: listed(client, "!x,k8s!=")[name] for name in listed(client, "!x,k8s!=")}
    watches[2].objects = dict(existing)
    for folded in watches:
        folded.revision = int(revision)
    for step in steps:
        carry_out(client, step)
        for selector, folded in zip(selectors, watches, strict=True):
            folded.catch_up()
            assert same(folded.objects, listed(client, selector))
    for folded in watches:
        folded.watch.close()


@RELAXED
@given(st.lists(STEP, max_size=25))
def test_revisions_grow_with_changes_and_only_with_changes(
    shared: Fixture, steps: list[tuple[str, str, str, dict[str, str]]]
) -> None:
    shared.cluster.load(shared.state)
    client = shared.client
    for step in steps:
        before = listed(client, "")
        revision = shared.cluster.store.revision
        carry_out(client, step)
        after = listed(client, "")
        grown = shared.cluster.store.revision - revision
        changed = without_versions(before) != without_versions(after)
        assert grown == changed, "a write that changes nothing is no write, and one that does is one"


@RELAXED
@given(st.lists(STEP, max_size=15))
def test_a_watch_from_any_revision_tells_all_that_followed(
    shared: Fixture, steps: list[tuple[str, str, str, dict[str, str]]]
) -> None:
    shared.cluster.load(shared.state)
    client = shared.client
    seen = [(client.get(CONFIG_MAPS)["metadata"]["resourceVersion"], listed(client, ""))]
    for step in steps:
        carry_out(client, step)
        seen.append((client.get(CONFIG_MAPS)["metadata"]["resourceVersion"], listed(client, "")))
    for revision, objects in seen:
        folded = Folded(client.watch(CONFIG_MAPS, resourceVersion=revision))
        folded.objects, folded.revision = dict(objects), int(revision)
        folded.catch_up()
        assert same(folded.objects, listed(client, ""))
        folded.watch.close()


def without_versions(objects: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**obj, "metadata": {k: v for k, v in obj["metadata"].items() if k != "resourceVersion"}}
        for name, obj in objects.items()
    }
