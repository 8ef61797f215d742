"""Bodies and queries that are hardly what they should be. The answers are those of Kubernetes 1.37.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, config_map
from tutor.simulator.api.inprocess import InProcessClient

NAME_REQUIRED = 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'
UNRECOGNIZED = (
    "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: "
)


def message(client: InProcessClient, body: bytes, content_type: str = "application/json") -> tuple[int, str]:
    """The code and the message of a create that fails."""
    status = client.json("POST", CONFIG_MAPS, body, content_type=content_type)
    return status["code"], status["message"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"null", "application/json"),
        (b"", "application/yaml"),
        (b"null", "application/yaml"),
        (b"# x\n", "application/yaml"),
    ],
)
def test_nothing_is_an_object_without_fields(client: InProcessClient, body: bytes, content_type: str) -> None:
    assert message(client, body, content_type) == (422, NAME_REQUIRED)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "invalid character 'o' in literal null (expecting 'u') (6e6f74206a736f6e)"),
        (b"tru", "invalid character ' ' in literal true (expecting 'e') (747275)"),
        (b'{"a":nil}', "invalid character 'i' in literal null (expecting 'u') ({\"a\":nil})"),
        (b"true x", "invalid character 'x' after top-level value (747275652078)"),
        (
            b'{"apiVersion":1}',
            'json: cannot unmarshal number into Go struct field .apiVersion of type string ({"apiVersion":1})',
        ),
        (b'{"kind":[]}', 'json: cannot unmarshal array into Go struct field .kind of type string ({"kind":[]})'),
    ],
)
def test_what_is_no_object_is_told_in_the_words_of_the_parser(client: InProcessClient, body: bytes, why: str) -> None:
    assert message(client, body) == (400, UNRECOGNIZED + why)


@pytest.mark.parametrize(
    "body",
    [
        b"metadata: {name: one}\n---\nmetadata: {name: two}\n",
        b"metadata: {name: one}\n--- [\n",
        b'{"metadata":{"name":"one"}} x',
    ],
)
def test_only_the_first_document_counts(client: InProcessClient, body: bytes) -> None:
    made = client.json("POST", CONFIG_MAPS, body, content_type="application/yaml")
    assert made["metadata"]["name"] == "one"


@pytest.mark.parametrize(
    ("content_type", "taken"),
    [
        ("application/json;", True),
        ("application/json; charset=utf-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json;;", False),
        ("application/json; charset", False),
        ("application/json; a=b; a=c", False),
        ('application/json;charset="x', False),
    ],
)
def test_parameters_of_the_media_type(client: InProcessClient, content_type: str, taken: bool) -> None:
    response = client.send("POST", CONFIG_MAPS, config_map("typed"), content_type=content_type)
    assert response.status == (201 if taken else 415)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"limit": "99999999999999999999"}, "value out of range"),
        ({"timeoutSeconds": "99999999999999999999"}, "value out of range"),
        ({"limit": "x"}, "invalid syntax"),
    ],
)
def test_numbers_in_a_query(client: InProcessClient, query: dict[str, str], why: str) -> None:
    status = client.get(CONFIG_MAPS, **query)
    (number,) = query.values()
    assert (status["code"], status["message"]) == (400, f'strconv.ParseInt: parsing "{number}": {why}')


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ({"resourceVersionMatch": "Foo"}, ["FieldValueForbidden", "FieldValueNotSupported"]),
        ({"resourceVersionMatch": "Foo", "resourceVersion": "0"}, ["FieldValueNotSupported"]),
        ({"resourceVersionMatch": "Exact", "resourceVersion": "0", "continue": "x"}, ["FieldValueForbidden"] * 2),
        ({"resourceVersionMatch": "Exact", "watch": "1"}, ["FieldValueForbidden", "FieldValueNotSupported"]),
        ({"resourceVersionMatch": "NotOlderThan", "watch": "1"}, ["FieldValueForbidden"]),
        ({"sendInitialEvents": "true", "watch": "1"}, ["FieldValueForbidden"]),
        (
            {"sendInitialEvents": "true", "watch": "1", "resourceVersionMatch": "NotOlderThan", "continue": "x"},
            ["FieldValueForbidden"],
        ),
    ],
)
def test_all_that_is_wrong_with_a_list_is_told(
    client: InProcessClient, query: dict[str, str], problems: list[str]
) -> None:
    status = client.get(CONFIG_MAPS, **query)
    assert status["code"] == 422
    assert [cause["reason"] for cause in status["details"]["causes"]] == problems


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("json-patch", "1"), ("strategic-merge-patch", "1"), ("merge-patch", "Invalid JSON Patch")],
)
def test_patches_of_null(client: InProcessClient, kind: str, outcome: str) -> None:
    client.json("POST", CONFIG_MAPS, config_map("patched", a="1"))
    shown: dict[str, Any] = client.json(
        "PATCH", f"{CONFIG_MAPS}/patched", b"null", content_type=f"application/{kind}+json"
    )
    assert (shown.get("message") or shown["data"]["a"]) == outcome


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "invalid object type: /, Kind="),
        (b"null", "invalid object type: /, Kind="),
        (
            b"{",
            "error decoding patch: error converting YAML to JSON: yaml: line 1: did not find expected node content",
        ),
        (
            b"[]",
            "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value "
            "of type map[string]interface {}",
        ),
    ],
)
def test_configurations_that_are_none(client: InProcessClient, body: bytes, why: str) -> None:
    options = {"content_type": "application/apply-patch+yaml", "fieldManager": "me"}
    status = client.json("PATCH", f"{CONFIG_MAPS}/applied", body, **options)
    assert (status["code"], status["message"]) == (400, why)


def test_only_patches_are_asked_about_force(client: InProcessClient) -> None:
    assert client.send("POST", CONFIG_MAPS, config_map("forced"), force="true").status == 201
    merge = {"content_type": "application/merge-patch+json"}
    status = client.json("PATCH", f"{CONFIG_MAPS}/forced", {}, force="true", **merge)
    assert status["details"]["causes"][0]["field"] == "force"
