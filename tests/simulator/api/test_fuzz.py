"""No request whatever breaks the server, nor does what it stores break the parts of the cluster.

The long run is `python -m tests.tools.fuzz_api`; what it has found has a test of its own here.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, config_map
from tests.tools.fuzz_api import run
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

EVENTS = "/api/v1/namespaces/default/events"


def test_random_requests_break_nothing() -> None:
    findings = run(1500, seed=1)
    assert not findings.breaks, "\n".join(findings.breaks)
    assert findings.codes[201] > 30, "some of the requests are good ones"


@pytest.mark.parametrize("text", [r'"\ud800"', r'"a\uDFFFb"', r'"\ud800\ud800"'])
def test_half_a_character_becomes_a_replacement_character(client: InProcessClient, text: str) -> None:
    body = f'{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a"}},"data":{{"k":{text}}}}}'
    assert "\ufffd" in client.json("POST", CONFIG_MAPS, body)["data"]["k"]
    assert client.send("GET", f"{CONFIG_MAPS}/a", headers={"accept": "application/yaml"}).status == 200


def test_whole_characters_and_escaped_backslashes_stay(client: InProcessClient) -> None:
    body = r'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud83d\ude00 \\ud800"}}'
    assert client.json("POST", CONFIG_MAPS, body)["data"]["k"] == "\U0001f600 \\ud800"


def test_half_a_character_in_yaml_is_refused(client: InProcessClient) -> None:
    body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: "\\ud800"}\n'
    status = client.json("POST", CONFIG_MAPS, body, content_type="application/yaml")
    assert (status["code"], status["reason"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "fields", [{"f:data": {"f:k": 1}}, {"f:data": None}, {"x": {}}, {"k:{": {}}, {"v:": {}}, {"i:x": {}}, {"k:[]": {}}]
)
def test_managed_fields_that_cannot_be_read_count_as_not_given(client: InProcessClient, fields: Any) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", k="1"), fieldManager="first")
    entry = {"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields}
    body = config_map("a", k="2")
    body["metadata"]["managedFields"] = [entry]
    written = client.json("PUT", f"{CONFIG_MAPS}/a", body, fieldManager="second")
    assert [entry["manager"] for entry in written["metadata"]["managedFields"]] == ["first", "second"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("0007-01-01T00:00:00Z", "0007-01-01T00:00:00Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
    ],
)
def test_moments_are_written_in_utc_and_the_zero_time_as_null(
    client: InProcessClient, given: str, kept: str | None
) -> None:
    involved = {"kind": "Pod", "namespace": "default", "name": "p"}
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": involved}
    made = client.json("POST", EVENTS, {**event, "firstTimestamp": given})
    assert made.get("firstTimestamp") == kept


def test_conditions_of_a_node_that_its_kubelet_does_not_know_stay(
    client: InProcessClient, cluster: SimulatedCluster
) -> None:
    path = "/api/v1/nodes/node-1/status"
    odd = {"type": "Odd", "status": "Maybe"}
    patch = {"status": {"conditions": [odd]}}
    client.json("PATCH", path, patch, content_type="application/strategic-merge-patch+json")
    cluster.engine.advance(400)
    assert odd in [
        {key: condition[key] for key in ("type", "status")}
        for condition in client.get("/api/v1/nodes/node-1")["status"]["conditions"]
    ]


def test_a_claim_template_without_a_name_is_refused(client: InProcessClient) -> None:
    labels = {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": template, "volumeClaimTemplates": [{"spec": {}}]}
    body = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a"}, "spec": spec}
    status = client.json("POST", "/apis/apps/v1/namespaces/default/statefulsets", body)
    assert (status["code"], status["reason"]) == (422, "Invalid")


def test_a_definition_whose_version_has_no_name_is_refused(client: InProcessClient) -> None:
    spec = {"group": "example.com", "names": {"kind": "Thing", "plural": "things"}, "scope": "Namespaced"}
    metadata = {"name": "things.example.com"}
    body: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
    }
    body["spec"] = {**spec, "versions": [{"served": True, "storage": True}]}
    status = client.json("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)
    assert (status["code"], status["reason"]) == (422, "Invalid")


def test_nothing_is_put_into_a_namespace_whose_phase_is_not_active(
    client: InProcessClient, cluster: SimulatedCluster
) -> None:
    path = "/api/v1/namespaces/other"
    client.json("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    patch = {"status": {"phase": "Terminating"}}
    client.json("PATCH", f"{path}/status", patch, content_type="application/merge-patch+json")
    cluster.engine.advance(5)
    assert client.get(f"{path}/serviceaccounts")["items"] == []
