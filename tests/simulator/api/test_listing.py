"""GET of collections: selectors, pages and revisions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, PODS, config_map, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster


def names(answer: dict[str, Any]) -> list[str]:
    return [
        item["metadata"]["name"]
        for item in answer["items"]
        if item["metadata"]["name"] not in ("kube-root-ca.crt", "coredns")
    ]


@pytest.fixture
def labelled(client: InProcessClient) -> InProcessClient:
    for name, labels in (("a", {"x": "1"}), ("b", {"x": "2", "y": "1"}), ("c", {})):
        body = config_map(name)
        body["metadata"]["labels"] = labels
        client.json("POST", CONFIG_MAPS, body)
    return client


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", "abc"),
        ("x", "ab"),
        ("!x", "c"),
        ("x=1", "a"),
        ("x==1", "a"),
        ("x!=1", "bc"),
        ("x in (1,2)", "ab"),
        ("x notin (1)", "bc"),
        ("x>1", "b"),
        ("x<2", "a"),
        ("x=", ""),
        ("x, y=1", "b"),
        ("in", ""),
    ],
)
def test_label_selectors(labelled: InProcessClient, selector: str, expected: str) -> None:
    assert names(labelled.get(CONFIG_MAPS, labelSelector=selector)) == list(expected)


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("a,,b", "found ',', expected: identifier after ','"),
        (",", "found ',', expected: !, identifier, or 'end of string'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a===", "unable to parse requirement: found '=', expected: identifier"),
    ],
)
def test_bad_label_selectors(client: InProcessClient, selector: str, message: str) -> None:
    status = client.get(CONFIG_MAPS, labelSelector=selector)
    assert (status["code"], status["message"]) == (400, message)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("metadata.name=a", "a"),
        ("metadata.name!=a", "bc"),
        ("metadata.name=a,metadata.namespace=default", "a"),
        ("metadata.name=a,metadata.namespace=other", ""),
        (",", "abc"),
    ],
)
def test_field_selectors(labelled: InProcessClient, selector: str, expected: str) -> None:
    assert names(labelled.get(CONFIG_MAPS, fieldSelector=selector)) == list(expected)


def test_field_selectors_of_a_kind(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("a", nodeName="n1"))
    client.json("POST", PODS, pod("b"))
    assert names(client.get(PODS, fieldSelector="spec.nodeName=n1")) == ["a"]
    assert names(client.get(PODS, fieldSelector="spec.nodeName=,status.phase!=Running")) == ["b"]


@pytest.mark.parametrize(
    ("path", "selector", "message"),
    [
        (CONFIG_MAPS, "spec.x=1", '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'),
        (PODS, "spec.bogus=1", "field label not supported: spec.bogus"),
        (CONFIG_MAPS, "metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        (CONFIG_MAPS, "a=b=c", "invalid field selector: unescaped character in value: 61"),
    ],
)
def test_bad_field_selectors(client: InProcessClient, path: str, selector: str, message: str) -> None:
    status = client.get(path, fieldSelector=selector)
    assert (status["code"], status["message"]) == (400, message)


def test_lists_are_sorted_by_namespace_and_name(client: InProcessClient) -> None:
    for namespace, name in (("kube-system", "a"), ("default", "z"), ("default", "b")):
        client.json("POST", f"/api/v1/namespaces/{namespace}/configmaps", config_map(name))
    assert names(client.get("/api/v1/configmaps")) == ["b", "z", "a"]


def test_pages_show_the_collection_as_it_was_at_the_first(client: InProcessClient) -> None:
    for name in "abcd":
        client.json("POST", CONFIG_MAPS, config_map(name))
    first = client.get(CONFIG_MAPS, limit=2)
    assert names(first) == ["a", "b"]
    assert first["metadata"]["remainingItemCount"] == 3
    client.json("DELETE", f"{CONFIG_MAPS}/c")
    client.json("POST", CONFIG_MAPS, config_map("bb"))
    second = client.get(CONFIG_MAPS, limit=9, **{"continue": first["metadata"]["continue"]})
    assert names(second) == ["c", "d"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert "continue" not in second["metadata"]


def test_pages_of_what_is_in_no_namespace(client: InProcessClient) -> None:
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    everything = names(client.get(path))
    found: list[str] = []
    token = ""
    while not found or token:
        page = client.get(path, limit=10, **({"continue": token} if token else {}))
        found += names(page)
        token = page["metadata"].get("continue", "")
    assert found == everything
    assert len(found) > 20


def test_a_list_that_took_too_long_can_go_on_with_what_is_there_now(
    client: InProcessClient, cluster: SimulatedCluster
) -> None:
    for name in "abcd":
        client.json("POST", CONFIG_MAPS, config_map(name))
    first = client.get(CONFIG_MAPS, limit=2)
    client.json("DELETE", f"{CONFIG_MAPS}/c")
    cluster.engine.advance(660)
    refused = client.get(CONFIG_MAPS, limit=2, **{"continue": first["metadata"]["continue"]})
    assert (refused["code"], refused["reason"]) == (410, "Expired")
    assert "use the continue token in this response" in refused["message"]
    rest = client.get(CONFIG_MAPS, limit=2, **{"continue": refused["metadata"]["continue"]})
    assert names(rest)[0] == "d"
    assert int(rest["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])


def test_a_selection_does_not_count_what_remains(labelled: InProcessClient) -> None:
    page = labelled.get(CONFIG_MAPS, limit=1, labelSelector="x")
    assert "continue" in page["metadata"]
    assert "remainingItemCount" not in page["metadata"]


def test_a_list_at_an_exact_revision(client: InProcessClient) -> None:
    made = client.json("POST", CONFIG_MAPS, config_map("a", k="1"))
    client.json("PUT", f"{CONFIG_MAPS}/a", config_map("a", k="2"))
    client.json("POST", CONFIG_MAPS, config_map("b"))
    revision = made["metadata"]["resourceVersion"]
    then = client.get(CONFIG_MAPS, resourceVersion=revision, resourceVersionMatch="Exact")
    assert names(then) == ["a"]
    assert then["items"][0]["data"] == {"k": "1"}


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ({"limit": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ({"continue": "abc"}, 400, "invalid continue token"),
        ({"resourceVersion": "x"}, 400, "invalid resource version"),
        ({"resourceVersion": "99999999"}, 504, "Timeout: Too large resource version: 99999999, current: "),
        (
            {"resourceVersion": "1", "resourceVersionMatch": "Exact"},
            410,
            "The resourceVersion for the provided list is too old.",
        ),
        (
            {"resourceVersionMatch": "Exact"},
            422,
            "resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
        ({"resourceVersion": "0", "resourceVersionMatch": "Exact"}, 422, 'forbidden for resourceVersion "0"'),
        ({"resourceVersion": "1", "resourceVersionMatch": "Foo"}, 422, 'Unsupported value: "Foo"'),
        ({"sendInitialEvents": "true"}, 422, "sendInitialEvents is forbidden for list"),
    ],
)
def test_options_of_lists(client: InProcessClient, query: dict[str, str], code: int, message: str) -> None:
    status = client.get(CONFIG_MAPS, **query)
    assert status["code"] == code
    assert message in status["message"]


def test_items_do_not_repeat_the_kind_of_their_list(labelled: InProcessClient) -> None:
    answer = labelled.get(CONFIG_MAPS)
    assert (answer["kind"], answer["apiVersion"]) == ("ConfigMapList", "v1")
    assert not any("kind" in item or "apiVersion" in item for item in answer["items"])


def test_answers_in_yaml(labelled: InProcessClient) -> None:
    response = labelled.send("GET", f"{CONFIG_MAPS}/a", headers={"accept": "application/yaml"})
    assert response.content_type == "application/yaml"
    assert b"apiVersion: v1\n" in response.payload()
