"""What the API answers when it says no.

First every kind of refusal that clients meet, one after another (error_requests.py has the list), held to the bodies that a genuine
API server 1.37 gives; then the rules behind some of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.api import error_requests
from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, NOW, config_map, deployment
from tests.simulator.api.error_requests import NAMESPACE, PREPARE, SETTLE
from tests.tools.record_errors import normalised
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import NodeSpec, SimulatedCluster

NOT_FOUND = "the server could not find the requested resource"
NOT_ALLOWED = "the server does not allow this method on the requested resource"
ANSWERS: dict[str, Any] = json.loads(
    Path(error_requests.__file__).with_name("error_answers.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def refusals() -> dict[str, Any]:
    """The simulated server's answers, all got in one go on a cluster of their own."""
    cluster = SimulatedCluster(now=NOW, nodes=(NodeSpec("node-1"),), strict=True)
    client = InProcessClient(cluster)
    client.json("POST", "/api/v1/namespaces", error_requests.simple("v1", "Namespace", NAMESPACE))
    cluster.engine.advance(5)
    answers = {}
    for request in error_requests.requests():
        if request.case == SETTLE:
            cluster.engine.advance(5)
            continue
        headers = {"user-agent": "", **{name.lower(): value for name, value in request.headers.items()}}
        response = client.send(
            request.method, request.path, request.body, content_type=request.content_type, headers=headers
        )
        if request.case == PREPARE:
            assert response.status < 300, (request, response.payload())
            continue
        answers[request.case] = {"code": response.status, "body": normalised(response.payload().decode())}
    return answers


@pytest.mark.parametrize("case", ANSWERS)
def test_a_refusal_is_the_genuine_one(refusals: dict[str, Any], case: str) -> None:
    assert refusals[case] == ANSWERS[case]


def test_every_case_is_recorded(refusals: dict[str, Any]) -> None:
    assert list(refusals) == list(ANSWERS)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{CONFIG_MAPS}/nosuch", 'configmaps "nosuch" not found'),
        (f"{DEPLOYMENTS}/nosuch", 'deployments.apps "nosuch" not found'),
        ("/api/v1/namespaces/nosuch", 'namespaces "nosuch" not found'),
        ("/api/v1/namespaces/default/nosuch", NOT_FOUND),
        ("/apis/apps/v2/deployments", NOT_FOUND),
        ("/api/v2", NOT_FOUND),
        ("/api/v1/namespaces/default/nodes", NOT_FOUND),
        ("/api/v1/pods/x", NOT_FOUND),
        ("/api/v1/namespaces/default/pods/x/nosuch", NOT_FOUND),
        (f"{CONFIG_MAPS}/x/status", NOT_FOUND),
        ("/api/v1/nodes/x/y/z", NOT_FOUND),
    ],
)
def test_what_is_missing_is_not_found(client: InProcessClient, path: str, message: str) -> None:
    status = client.get(path)
    assert (status["code"], status["reason"], status["message"]) == (404, "NotFound", message)


def test_not_found_names_the_object_in_its_details(client: InProcessClient) -> None:
    assert client.get(f"{DEPLOYMENTS}/x")["details"] == {"name": "x", "group": "apps", "kind": "deployments"}


@pytest.mark.parametrize("path", ["/nosuch", "/apis/nosuch.example.com/v1/things"])
def test_paths_outside_of_the_api_are_plain_404(client: InProcessClient, path: str) -> None:
    response = client.send("GET", path)
    assert (response.status, response.content_type) == (404, "text/plain; charset=utf-8")
    assert response.payload().strip() == b"404 page not found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", DEPLOYMENTS),
        ("POST", f"{CONFIG_MAPS}/x"),
        ("POST", "/api/v1/configmaps"),
        ("OPTIONS", CONFIG_MAPS),
        ("POST", "/version"),
        ("POST", "/api"),
    ],
)
def test_methods_a_path_does_not_have(client: InProcessClient, method: str, path: str) -> None:
    status = client.json(method, path, {})
    assert (status["code"], status["reason"], status["message"]) == (405, "MethodNotAllowed", NOT_ALLOWED)
    assert status["details"] == {}


def test_an_unknown_content_type_is_refused(client: InProcessClient) -> None:
    status = client.json("POST", CONFIG_MAPS, "a: b", content_type="text/plain")
    assert (status["code"], status["reason"]) == (415, "UnsupportedMediaType")
    assert status["message"].endswith("application/json, application/yaml, application/vnd.kubernetes.protobuf")


@pytest.mark.parametrize("accept", ["text/html", "application/json;as=Nothing;v=v1;g=meta.k8s.io"])
def test_an_answer_that_cannot_be_given_is_not_acceptable(client: InProcessClient, accept: str) -> None:
    assert client.get(CONFIG_MAPS, headers={"accept": accept})["reason"] == "NotAcceptable"


def test_creating_twice(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    status = client.json("POST", CONFIG_MAPS, config_map("a"))
    assert (status["code"], status["reason"]) == (409, "AlreadyExists")
    assert status["message"] == 'configmaps "a" already exists'


def test_creating_in_a_namespace_that_is_not_there(client: InProcessClient) -> None:
    status = client.json("POST", "/api/v1/namespaces/nosuch/configmaps", config_map("a"))
    assert (status["code"], status["message"]) == (404, 'namespaces "nosuch" not found')


def test_a_write_with_an_old_resource_version_conflicts(client: InProcessClient) -> None:
    made = client.json("POST", CONFIG_MAPS, config_map("a"))
    client.json("PUT", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    status = client.json("PUT", f"{CONFIG_MAPS}/a", made)
    assert (status["code"], status["reason"]) == (409, "Conflict")
    assert status["message"] == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_the_resource_version_0_stands_for_any(client: InProcessClient) -> None:
    made = client.json("POST", CONFIG_MAPS, config_map("a"))
    client.json("PUT", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    made["metadata"]["resourceVersion"] = "0"
    assert "data" not in client.json("PUT", f"{CONFIG_MAPS}/a", made)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"name": "b"}, "the name of the object (b) does not match the name on the URL (a)"),
        ({}, "the name of the object (a based on URL) was undeterminable: name must be provided"),
        (
            {"name": "a", "namespace": "other"},
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    ],
)
def test_an_object_must_be_the_one_of_the_url(client: InProcessClient, metadata: dict[str, str], message: str) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    status = client.json("PUT", f"{CONFIG_MAPS}/a", {"metadata": metadata})
    assert (status["code"], status["message"]) == (400, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"),
        ('{"apiVersion":"apps/v1",', 'unexpected end of JSON input ({"apiVersion":"apps/v1",)'),
        ("[1,2", "unexpected end of JSON input (5b312c32)"),
        ('{"a":}', "invalid character '}' looking for beginning of value"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ("{} x", "invalid character 'x' after top-level value"),
        (
            '{"kind":"Pod","apiVersion":"v1"}',
            'Pod in version "v1" cannot be handled as a Deployment: converting (v1.Pod)',
        ),
        ('{"kind":"Foo","apiVersion":"apps/v1"}', 'no kind "Foo" is registered for version "apps/v1"'),
    ],
)
def test_bodies_that_are_no_deployment(client: InProcessClient, body: str, message: str) -> None:
    status = client.json("POST", DEPLOYMENTS, body)
    assert (status["code"], status["reason"]) == (400, "BadRequest")
    assert message in status["message"]


def test_a_body_that_is_too_large(client: InProcessClient) -> None:
    status = client.json("POST", CONFIG_MAPS, config_map("a", big="x" * (4 * 1024 * 1024)))
    assert (status["code"], status["reason"]) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"fieldValidation": "Foo"}, "fieldValidation"),
        ({"dryRun": "Some"}, "dryRun"),
        ({"fieldManager": "x" * 129}, "fieldManager"),
        ({"dryRun": ""}, "dryRun"),
    ],
)
def test_options_are_checked(client: InProcessClient, query: dict[str, str], field: str) -> None:
    status = client.json("POST", DEPLOYMENTS, deployment(), **query)
    assert (status["code"], status["reason"]) == (422, "Invalid")
    assert status["details"]["causes"][0]["field"] == field


def delete_cases() -> list[tuple[Any, int, str]]:
    return [
        ({"propagationPolicy": "Foo"}, 422, 'propagationPolicy: Unsupported value: "Foo"'),
        ({"propagationPolicy": "Orphan", "orphanDependents": True}, 422, "cannot be both set"),
        (
            {"gracePeriodSeconds": "x"},
            400,
            "cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds",
        ),
        ({"preconditions": {"uid": "zzz"}}, 409, "the UID in the precondition (zzz) does not match the UID in record"),
        ("{", 400, "couldn't get version/kind; json parse error: unexpected end of JSON input"),
    ]


@pytest.mark.parametrize(("options", "code", "message"), delete_cases())
def test_delete_options_are_checked(client: InProcessClient, options: Any, code: int, message: str) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    status = client.json("DELETE", f"{CONFIG_MAPS}/a", options)
    assert status["code"] == code
    assert message in status["message"]
    assert client.get(f"{CONFIG_MAPS}/a")["metadata"]["name"] == "a"


def test_errors_for_people_are_indented(client: InProcessClient) -> None:
    text = client.send("GET", f"{CONFIG_MAPS}/x", headers={"user-agent": "curl/8"}).payload()
    assert text.startswith(b'{\n  "kind": "Status"')
    assert json.loads(text)["code"] == 404
