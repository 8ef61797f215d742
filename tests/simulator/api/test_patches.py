"""JSON patch, JSON merge patch and strategic merge patch."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, config_map, deployment
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.patches import json_patch, strategic
from tutor.simulator.errors import ApiError
from tutor.simulator.schemas.table import kind_type

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


# -- JSON patch


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/b", "value": 1}], {"a": [1, 2], "b": 1}),
        ([{"op": "add", "path": "/a/-", "value": 3}], {"a": [1, 2, 3]}),
        ([{"op": "add", "path": "/a/0", "value": 0}], {"a": [0, 1, 2]}),
        ([{"op": "replace", "path": "/a/1", "value": 9}], {"a": [1, 9]}),
        ([{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ([{"op": "move", "from": "/a", "path": "/c"}], {"c": [1, 2]}),
        ([{"op": "copy", "from": "/a/0", "path": "/b"}], {"a": [1, 2], "b": 1}),
        ([{"op": "test", "path": "/a", "value": [1, 2]}], {"a": [1, 2]}),
        (
            [{"op": "add", "path": "/x~1y", "value": 1}, {"op": "move", "from": "/x~1y", "path": "/t~0"}],
            {"a": [1, 2], "t~": 1},
        ),
        ([{"op": "replace", "path": "", "value": {"z": 1}}], {"z": 1}),
        ([{"op": "replace", "path": "/b", "value": 1}], {"a": [1, 2], "b": 1}),
    ],
)
def test_json_patch(operations: list[Any], expected: Any) -> None:
    document = {"a": [1, 2]}
    assert json_patch.apply(document, operations) == expected
    assert document == {"a": [1, 2]}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a", "value": 1},
        {"op": "test", "path": "/flag", "value": 1},
        {"op": "replace", "path": "/a/7", "value": 1},
        {"op": "replace", "path": "/b/c", "value": 1},
        {"op": "remove", "path": "/b"},
        {"op": "add", "path": "/a/7", "value": 1},
        {"op": "add", "path": "b", "value": 1},
        {"op": "add", "path": "/b"},
        {"op": "move", "from": "/a", "path": "/a/0"},
        {"op": "jump", "path": "/a"},
        {"op": "add"},
        7,
    ],
)
def test_json_patches_that_do_not_fit(operation: Any) -> None:
    with pytest.raises(ApiError) as raised:
        json_patch.apply({"a": [1, 2], "flag": True}, [operation])
    assert (raised.value.code, raised.value.reason) == (422, "Invalid")
    assert raised.value.message == "the server rejected our request due to an error in our request"


# -- strategic merge


def containers(*items: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": list(items)}}}}


def merged(current: list[Any], patch: dict[str, Any]) -> list[Any]:
    type_ = kind_type("apps", "v1", "Deployment")
    assert type_ is not None
    result = strategic.apply(type_, containers(*current), {"spec": {"template": {"spec": patch}}})
    found: list[Any] = result["spec"]["template"]["spec"]["containers"]
    return found


A, B = {"name": "a", "image": "1"}, {"name": "b", "image": "2"}


def test_elements_are_merged_by_key() -> None:
    assert merged([A, B], {"containers": [{"name": "b", "image": "3"}]}) == [A, {"name": "b", "image": "3"}]


def test_new_elements_come_before_those_the_patch_does_not_name() -> None:
    new = {"name": "n", "image": "9"}
    assert merged([A], {"containers": [new]}) == [new, A]


def test_set_element_order() -> None:
    new = {"name": "n", "image": "9"}
    order = [{"name": "a"}, {"name": "n"}]
    assert merged([A], {"$setElementOrder/containers": order, "containers": [new]}) == [A, new]


def test_set_element_order_alone_reorders() -> None:
    assert merged([A, B], {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}) == [B, A]


def test_deleting_and_replacing_elements() -> None:
    assert merged([A, B], {"containers": [{"$patch": "delete", "name": "a"}]}) == [B]
    assert merged([A, B], {"containers": [{"$patch": "replace"}, {"name": "z"}]}) == [{"name": "z"}]


def test_ports_are_merged_by_container_port() -> None:
    current = {**A, "ports": [{"containerPort": 80, "name": "http"}]}
    patch = {"containers": [{"name": "a", "ports": [{"containerPort": 80, "protocol": "UDP"}, {"containerPort": 81}]}]}
    (container,) = merged([current], patch)
    assert container["ports"] == [{"containerPort": 80, "name": "http", "protocol": "UDP"}, {"containerPort": 81}]


def test_lists_without_a_merge_key_are_replaced() -> None:
    (container,) = merged([{**A, "args": ["x"]}], {"containers": [{"name": "a", "args": ["y"]}]})
    assert container["args"] == ["y"]


def test_retain_keys_drops_the_others() -> None:
    type_ = kind_type("apps", "v1", "Deployment")
    assert type_ is not None
    current = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert strategic.apply(type_, current, patch) == {"spec": {"strategy": {"type": "Recreate"}}}


def test_primitive_lists_are_joined_and_thinned_out() -> None:
    type_ = kind_type("", "v1", "ConfigMap")
    assert type_ is not None
    current = {"metadata": {"finalizers": ["a/1", "b/1"]}}
    added = strategic.apply(type_, current, {"metadata": {"finalizers": ["c/1"]}})
    assert sorted(added["metadata"]["finalizers"]) == ["a/1", "b/1", "c/1"]
    thinned = strategic.apply(type_, current, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a/1"]}})
    assert thinned["metadata"]["finalizers"] == ["b/1"]


def test_nulls_delete_and_are_not_kept() -> None:
    type_ = kind_type("", "v1", "ConfigMap")
    assert type_ is not None
    patch = {"data": {"k": None, "n": "1"}, "metadata": {"labels": {"x": None}}}
    assert strategic.apply(type_, {"data": {"k": "v"}, "metadata": {}}, patch) == {
        "data": {"n": "1"},
        "metadata": {"labels": {}},
    }


# -- through the API


@pytest.fixture
def web(client: InProcessClient) -> InProcessClient:
    client.json("POST", DEPLOYMENTS, deployment())
    return client


def test_a_patch_that_changes_nothing_is_no_write(web: InProcessClient) -> None:
    before = web.get(f"{DEPLOYMENTS}/web")
    after = web.json("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 1}}, content_type=MERGE_PATCH)
    assert after == before


def test_only_changes_of_the_spec_count_as_a_generation(web: InProcessClient) -> None:
    labelled = web.json("PATCH", f"{DEPLOYMENTS}/web", {"metadata": {"labels": {"a": "b"}}}, content_type=STRATEGIC)
    assert labelled["metadata"]["generation"] == 1
    scaled = web.json("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 5}}, content_type=STRATEGIC)
    assert scaled["metadata"]["generation"] == 2


def test_what_was_left_out_is_defaulted_again(web: InProcessClient) -> None:
    patched = web.json("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": None}}, content_type=MERGE_PATCH)
    assert patched["spec"]["replicas"] == 1


@pytest.mark.parametrize(
    ("body", "content_type", "code", "message"),
    [
        ("{}", "application/json", 415, "415: Unsupported Media Type"),
        ("[1", JSON_PATCH, 400, "invalid JSON patch"),
        ("{", MERGE_PATCH, 400, "invalid JSON patch"),
        ("[]", MERGE_PATCH, 400, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ('{"op":"foo"}', JSON_PATCH, 400, "cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
        ('{"spec":{"replicas":"x"}}', STRATEGIC, 422, '"map[spec:map[replicas:x]]": unrecognized type: int32'),
        ('{"spec":{"replicas":"x"}}', MERGE_PATCH, 422, "Go struct field DeploymentSpec.spec.replicas of type int32"),
        (
            '{"metadata":{"name":"z"}}',
            MERGE_PATCH,
            400,
            "the name of the object (z) does not match the name on the URL (web)",
        ),
        ('{"metadata":null}', MERGE_PATCH, 400, "name must be provided"),
        ('{"metadata":{"resourceVersion":"1"}}', MERGE_PATCH, 409, "the object has been modified"),
        (
            '{"kind":"Pod","apiVersion":"v1"}',
            MERGE_PATCH,
            422,
            "converting (v1.Pod) to (apps.Deployment): unknown conversion",
        ),
        (
            '{"spec":{"template":{"spec":{"containers":[{"image":"i"}]}}}}',
            STRATEGIC,
            500,
            "map: map[image:i] does not contain declared merge key: name",
        ),
    ],
)
def test_patches_that_are_refused(web: InProcessClient, body: str, content_type: str, code: int, message: str) -> None:
    status = web.json("PATCH", f"{DEPLOYMENTS}/web", body, content_type=content_type)
    assert status["code"] == code
    assert message in status["message"]


def test_patching_what_is_not_there(client: InProcessClient) -> None:
    assert client.json("PATCH", f"{CONFIG_MAPS}/x", "{}", content_type=MERGE_PATCH)["code"] == 404


@pytest.mark.parametrize(
    ("body", "problem"),
    [('{"foo":{"a":1}}', 'unknown field "foo"'), ('{"data":{"a":"1","a":"2"}}', 'duplicate field "data.a"')],
)
def test_strict_patches(client: InProcessClient, body: str, problem: str) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    status = client.json("PATCH", f"{CONFIG_MAPS}/a", body, content_type=MERGE_PATCH, fieldValidation="Strict")
    assert status["code"] == 422
    assert status["message"].endswith(f"strict decoding error: {problem}")
