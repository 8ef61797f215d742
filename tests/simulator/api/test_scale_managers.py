"""Server-side apply of a Scale: whose the number of replicas is. The order of events was played on a genuine cluster first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import DEPLOYMENTS, deployment
from tutor.simulator.api.inprocess import InProcessClient

WEB = f"{DEPLOYMENTS}/web"
REPLICAS: dict[str, Any] = {"f:spec": {"f:replicas": {}}}


@pytest.fixture
def scaled(client: InProcessClient) -> InProcessClient:
    client.json("POST", DEPLOYMENTS, deployment(), fieldManager="first")
    return client


def apply(client: InProcessClient, spec: dict[str, Any], manager: str, **query: Any) -> Any:
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"}, "spec": spec}
    kind = "application/apply-patch+yaml"
    return client.json("PATCH", f"{WEB}/scale", body, content_type=kind, fieldManager=manager, **query)


def owners(client: InProcessClient) -> list[tuple[str, str, str, str]]:
    entries = client.get(WEB)["metadata"]["managedFields"]
    return [
        (entry["manager"], entry["operation"], entry["apiVersion"], entry.get("subresource", ""))
        for entry in entries
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    ]


def test_the_number_belongs_to_whoever_set_it_in_the_object(scaled: InProcessClient) -> None:
    status = apply(scaled, {"replicas": 5}, "me")
    assert (status["code"], status["reason"]) == (409, "Conflict")
    assert status["message"] == (
        'Apply failed with 1 conflict: conflict with "first" using autoscaling/v1: .spec.replicas'
    )


def test_force_takes_it_over_in_the_object_too(scaled: InProcessClient) -> None:
    assert apply(scaled, {"replicas": 5}, "me", force=True)["spec"] == {"replicas": 5}
    assert scaled.get(WEB)["spec"]["replicas"] == 5
    assert owners(scaled) == [("me", "Apply", "apps/v1", "scale")]
    entry = scaled.get(WEB)["metadata"]["managedFields"][0]
    assert entry["fieldsV1"] == REPLICAS
    assert "time" not in entry


def test_the_same_number_is_owned_together(scaled: InProcessClient) -> None:
    apply(scaled, {"replicas": 5}, "me", force=True)
    apply(scaled, {"replicas": 5}, "you")
    assert [owner[0] for owner in owners(scaled)] == ["me", "you"]
    status = apply(scaled, {"replicas": 6}, "you")
    assert status["details"]["causes"][0]["message"] == 'conflict with "me" with subresource "scale"'


def test_other_fields_of_the_managers_stay_theirs(scaled: InProcessClient) -> None:
    apply(scaled, {"replicas": 5}, "me", force=True)
    first = next(entry for entry in scaled.get(WEB)["metadata"]["managedFields"] if entry["manager"] == "first")
    assert "f:replicas" not in first["fieldsV1"]["f:spec"]
    assert "f:template" in first["fieldsV1"]["f:spec"]


def test_what_a_scale_does_not_have_is_refused(scaled: InProcessClient) -> None:
    status = apply(scaled, {"x": 1}, "me")
    assert status["code"] == 500
    assert status["message"].endswith("autoscaling/v1, Kind=Scale): .spec.x: field not declared in schema")


def test_what_an_endpoint_cannot_change_does_not_conflict(scaled: InProcessClient) -> None:
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 9}}
    kind = "application/apply-patch+yaml"
    applied = scaled.json("PATCH", f"{WEB}/status", body, content_type=kind, fieldManager="me")
    assert applied["spec"]["replicas"] == 1
