"""Who owns which field: managedFields and server-side apply. Expected values were taken from a genuine API server 1.37."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, config_map, deployment
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.ownership import fieldset
from tutor.simulator.api.ownership.fieldset import FieldSet, difference, intersection, paths, union

APPLY = "application/apply-patch+yaml"


def owned(obj: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{entry['manager']} {entry['operation']}": entry["fieldsV1"]
        for entry in obj["metadata"].get("managedFields", ())
    }


def apply(client: InProcessClient, manager: str, path: str, body: Any, **query: Any) -> Any:
    return client.json("PATCH", path, body, content_type=APPLY, fieldManager=manager, **query)


def test_a_create_owns_what_it_sets_and_what_was_defaulted(client: InProcessClient) -> None:
    made = client.json("POST", DEPLOYMENTS, deployment(), fieldManager="me")
    container: dict[str, Any] = {
        ".": {},
        "f:image": {},
        "f:imagePullPolicy": {},
        "f:name": {},
        "f:resources": {},
        "f:terminationMessagePath": {},
        "f:terminationMessagePolicy": {},
    }
    pod = {
        "f:containers": {'k:{"name":"c"}': container},
        "f:dnsPolicy": {},
        "f:restartPolicy": {},
        "f:schedulerName": {},
        "f:securityContext": {},
        "f:terminationGracePeriodSeconds": {},
    }
    spec = {
        "f:progressDeadlineSeconds": {},
        "f:replicas": {},
        "f:revisionHistoryLimit": {},
        "f:selector": {},
        "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}}, "f:type": {}},
        "f:template": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": pod},
    }
    assert owned(made) == {"me Update": {"f:spec": spec}}


def test_without_a_manager_the_user_agent_names_it(client: InProcessClient) -> None:
    made = client.json("POST", CONFIG_MAPS, config_map("a", k="1"), headers={"user-agent": "kubectl/v1.37.2 (linux)"})
    assert list(owned(made)) == ["kubectl Update"]


def test_an_update_takes_over_what_it_changes(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", k="1", j="1"), fieldManager="one")
    changed = client.json("PUT", f"{CONFIG_MAPS}/a", config_map("a", k="2", j="1"), fieldManager="two")
    assert owned(changed) == {"one Update": {"f:data": {".": {}, "f:j": {}}}, "two Update": {"f:data": {"f:k": {}}}}


def test_applying_creates_and_owns_exactly_what_is_named(client: InProcessClient) -> None:
    body = config_map("a", k="1")
    response = client.send("PATCH", f"{CONFIG_MAPS}/a", body, content_type=APPLY, fieldManager="m1")
    assert response.status == 201
    assert owned(client.get(f"{CONFIG_MAPS}/a")) == {"m1 Apply": {"f:data": {"f:k": {}}}}


def test_a_field_of_someone_else_conflicts(client: InProcessClient) -> None:
    apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    status = apply(client, "m2", f"{CONFIG_MAPS}/a", config_map("a", k="2"))
    assert (status["code"], status["reason"]) == (409, "Conflict")
    assert status["message"] == 'Apply failed with 1 conflict: conflict with "m1": .data.k'
    assert status["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "m1"', "field": ".data.k"}
    ]


def test_several_conflicts_are_listed(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", k="1", j="1"), fieldManager="m1")
    status = apply(client, "m2", f"{CONFIG_MAPS}/a", config_map("a", k="2", j="2"))
    assert status["message"] == ('Apply failed with 2 conflicts: conflicts with "m1" using v1:\n- .data.j\n- .data.k')


def test_force_takes_the_field_over(client: InProcessClient) -> None:
    apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a", k="1", j="1"))
    forced = apply(client, "m2", f"{CONFIG_MAPS}/a", config_map("a", k="2"), force="true")
    assert owned(forced) == {"m1 Apply": {"f:data": {"f:j": {}}}, "m2 Apply": {"f:data": {"f:k": {}}}}


def test_the_same_value_is_shared(client: InProcessClient) -> None:
    apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    shared = apply(client, "m2", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    assert set(owned(shared)) == {"m1 Apply", "m2 Apply"}
    left = apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a"))
    assert left["data"] == {"k": "1"}
    assert set(owned(left)) == {"m2 Apply"}


def test_what_is_no_longer_named_goes(client: InProcessClient) -> None:
    apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a", k="1", j="1"))
    assert apply(client, "m1", f"{CONFIG_MAPS}/a", config_map("a", k="1"))["data"] == {"k": "1"}


def test_a_list_element_goes_with_its_defaults(client: InProcessClient) -> None:
    body = deployment()
    body["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": "s"})
    apply(client, "m", f"{DEPLOYMENTS}/web", body)
    body["spec"]["template"]["spec"]["containers"].pop()
    (container,) = apply(client, "m", f"{DEPLOYMENTS}/web", body)["spec"]["template"]["spec"]["containers"]
    assert container["name"] == "c"


def test_applying_again_changes_nothing(client: InProcessClient) -> None:
    first = apply(client, "m", f"{DEPLOYMENTS}/web", deployment())
    assert apply(client, "m", f"{DEPLOYMENTS}/web", deployment()) == first


def test_scaling_takes_the_replicas_from_an_applier(client: InProcessClient) -> None:
    apply(client, "m", f"{DEPLOYMENTS}/web", deployment())
    scale = client.get(f"{DEPLOYMENTS}/web/scale")
    client.json("PUT", f"{DEPLOYMENTS}/web/scale", {**scale, "spec": {"replicas": 4}}, fieldManager="hand")
    status = apply(client, "m", f"{DEPLOYMENTS}/web", deployment())
    assert status["message"] == (
        'Apply failed with 1 conflict: conflict with "hand" with subresource "scale" using apps/v1: .spec.replicas'
    )


@pytest.mark.parametrize(
    ("query", "body", "code", "message"),
    [
        ({}, config_map("a"), 422, "fieldManager: Required value: is required for apply patch"),
        ({"fieldManager": "m"}, {}, 400, "invalid object type: /, Kind="),
        (
            {"fieldManager": "m"},
            config_map("b"),
            400,
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            {"fieldManager": "m"},
            {**config_map("a"), "foo": 1},
            500,
            "(/a; /v1, Kind=ConfigMap): .foo: field not declared in schema",
        ),
        (
            {"fieldManager": "m"},
            {**config_map("a"), "metadata": {"name": "a", "managedFields": []}},
            400,
            "metadata.managedFields must be nil",
        ),
    ],
)
def test_configurations_that_are_refused(
    client: InProcessClient, query: dict[str, str], body: Any, code: int, message: str
) -> None:
    status = client.json("PATCH", f"{CONFIG_MAPS}/a", body, content_type=APPLY, **query)
    assert status["code"] == code
    assert message in status["message"]


# -- sets of fields

ELEMENTS = st.sampled_from(["f:a", "f:b", "f:c", 'k:{"n":1}', 'v:"x"'])
PATH_SETS = st.sets(st.lists(ELEMENTS, min_size=1, max_size=4).map(tuple), max_size=8)


def as_set(found: set[tuple[str, ...]]) -> FieldSet:
    result: FieldSet = {}
    for path in sorted(found):
        fieldset.insert(result, path)
    return result


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PATH_SETS, PATH_SETS)
def test_field_sets_behave_as_sets_of_paths(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> None:
    assert set(paths(as_set(a))) == a
    assert set(paths(union(as_set(a), as_set(b)))) == a | b
    assert set(paths(difference(as_set(a), as_set(b)))) == a - b
    assert set(paths(intersection(as_set(a), as_set(b)))) == a & b


def test_kubectl_goes_over_from_client_side_apply_without_conflicts(client: InProcessClient) -> None:
    annotation = "kubectl.kubernetes.io/last-applied-configuration"
    body = {**config_map("a", k="1", other="1"), "metadata": {"name": "a", "namespace": "default"}}
    metadata = {**body["metadata"], "annotations": {annotation: json.dumps(body)}}
    client.json("POST", CONFIG_MAPS, {**body, "metadata": metadata}, fieldManager="kubectl-client-side-apply")
    client.json(
        "PATCH",
        f"{CONFIG_MAPS}/a",
        {"data": {"other": "2"}},
        content_type="application/merge-patch+json",
        fieldManager="somebody",
    )
    changed = config_map("a", k="2")
    assert apply(client, "not-kubectl", f"{CONFIG_MAPS}/a", changed)["reason"] == "Conflict"
    assert apply(client, "kubectl", f"{CONFIG_MAPS}/a", changed)["data"] == {"k": "2", "other": "2"}
    refused = apply(client, "kubectl", f"{CONFIG_MAPS}/a", config_map("a", k="2", other="3"))
    assert 'conflict with "somebody"' in refused["message"]


def test_the_last_owner_of_metadata_can_give_it_up(client: InProcessClient) -> None:
    noted = config_map("a", k="1")
    noted["metadata"]["annotations"] = {"x": "y"}
    apply(client, "me", f"{CONFIG_MAPS}/a", noted)
    after = apply(client, "me", f"{CONFIG_MAPS}/a", config_map("a", k="1"))
    assert (after["metadata"]["name"], after["metadata"].get("annotations")) == ("a", None)
    assert after["metadata"]["uid"]
