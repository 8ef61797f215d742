"""What holds for every history of requests, and that no request whatever breaks the server."""

from __future__ import annotations

import json
import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, PODS, Fixture, config_map
from tutor.simulator.api.http import Request
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
        assert grown == (before != after), "a write that changes nothing is no write, and one that does is one"


# -- fuzzing

TEXT = st.text(string.printable, max_size=12)
JSON_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "metadata",
    "spec",
    "data",
    "status",
    "template",
    "containers",
    "name",
    "labels",
    "replicas",
    "selector",
    "ports",
    "kind",
)
OBJECTS = st.recursive(
    JSON_DATA,
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=10,
)
SEGMENTS = st.sampled_from(
    [
        "api", "apis", "v1", "apps", "batch", "autoscaling", "v2", "namespaces", "default", "pods", "deployments", "configmaps",
        "secrets", "services", "nodes", "watch", "a", "status", "scale", "log", "exec", "eviction", "binding", "token", "finalize",
        "ephemeralcontainers", "openapi", "v3", "healthz", "%2e", "x y", "",
    ]
)  # fmt: skip
GOOD_PATHS = st.sampled_from(
    [
        CONFIG_MAPS,
        f"{CONFIG_MAPS}/a",
        DEPLOYMENTS,
        f"{DEPLOYMENTS}/web",
        f"{DEPLOYMENTS}/web/scale",
        PODS,
        f"{PODS}/p/eviction",
    ]
)
PATHS = GOOD_PATHS | st.lists(SEGMENTS, max_size=8).map(lambda parts: "/" + "/".join(parts))
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "watch", "limit", "continue", "labelSelector", "fieldSelector", "resourceVersion", "resourceVersionMatch", "dryRun",
            "fieldManager", "fieldValidation", "force", "sendInitialEvents", "pretty", "timeoutSeconds", "gracePeriodSeconds",
        ]
    ),
    st.lists(TEXT | st.sampled_from(["true", "1", "0", "All", "Strict", "m", "a=b", "a in (b)"]), min_size=1, max_size=2),
    max_size=3,
)  # fmt: skip
CONTENT_TYPES = st.sampled_from(
    [
        "application/json",
        "application/yaml",
        "application/vnd.kubernetes.protobuf",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
        "text/plain",
        "",
    ]
)
ACCEPTS = st.sampled_from(
    [
        "",
        "*/*",
        "application/yaml",
        "application/json;as=Table;v=v1;g=meta.k8s.io",
        "application/json;as=x",
        "text/html",
        ";;,=",
    ]
)
BODIES = st.one_of(
    OBJECTS.map(lambda value: json.dumps(value).encode()),
    st.lists(st.fixed_dictionaries({"op": TEXT, "path": TEXT}), max_size=2).map(
        lambda value: json.dumps(value).encode()
    ),
    st.binary(max_size=40),
    st.binary(max_size=40).map(lambda value: b"k8s\x00" + value),
    st.just(b""),
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"])


@settings(RELAXED, max_examples=1500)
@given(METHODS, PATHS, QUERIES, CONTENT_TYPES, ACCEPTS, BODIES)
def test_no_request_breaks_the_server(
    shared: Fixture,
    method: str,
    path: str,
    query: dict[str, list[str]],
    content_type: str,
    accept: str,
    body: bytes,
) -> None:
    headers = {"content-type": content_type, "accept": accept}
    response = shared.client.api.handle(Request(method, path, query, headers, body))
    payload = response.payload()
    # Kubernetes itself answers 500 for configurations that do not fit their type, for revisions that are no numbers, and for
    # list elements without a merge key; none of those is an internal error.
    assert b"Internal error" not in payload, payload
    assert response.status in (200, 201, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 500, 501, 504)
    if response.stream is not None:
        response.stream.pull()
        response.stream.close()
