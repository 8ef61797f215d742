"""The record of requests: who, what, and what came of it."""

from __future__ import annotations

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, config_map
from tutor.simulator.api.audit import KEPT, AuditEntry
from tutor.simulator.api.http import Request
from tutor.simulator.api.inprocess import InProcessClient

BOB = {"impersonate-user": "bob"}


def entries(client: InProcessClient, before: int) -> list[AuditEntry]:
    return client.api.audit.since(before)


def test_requests_are_recorded(client: InProcessClient) -> None:
    before = client.api.audit.last
    client.json("POST", CONFIG_MAPS, config_map("a"))
    client.get(f"{CONFIG_MAPS}/b")
    created, got = entries(client, before)
    assert (created.user, created.verb, created.resource, created.code) == (
        "kubernetes-admin",
        "create",
        "configmaps",
        201,
    )
    assert (got.verb, got.name, got.namespace, got.code) == ("get", "b", "default", 404)


def test_creations_have_the_name_that_the_object_asks_for(client: InProcessClient) -> None:
    before = client.api.audit.last
    for name in ("a", "a", "Bad Name"):
        client.json("POST", CONFIG_MAPS, config_map(name))
    client.json("POST", CONFIG_MAPS, {"metadata": {"generateName": "made-"}})
    client.json("POST", CONFIG_MAPS, config_map("b"), headers=BOB)
    told = [(entry.name, entry.code) for entry in entries(client, before)]
    assert told == [("a", 201), ("a", 409), ("Bad Name", 422), ("", 201), ("", 403)]


def test_refused_requests_are_recorded_too(client: InProcessClient) -> None:
    before = client.api.audit.last
    client.get(f"{DEPLOYMENTS}/web", headers=BOB)
    (entry,) = entries(client, before)
    assert (entry.user, entry.impersonated_by, entry.code) == ("bob", "kubernetes-admin", 403)


def test_so_are_paths_that_are_no_resources(client: InProcessClient) -> None:
    before = client.api.audit.last
    client.send("GET", "/version", verbose="1")
    (entry,) = entries(client, before)
    assert (entry.verb, entry.resource, entry.event()["requestURI"]) == ("get", "", "/version?verbose=1")


def test_an_entry_as_an_event_of_an_audit_log(client: InProcessClient) -> None:
    before = client.api.audit.last
    client.json("PATCH", f"{DEPLOYMENTS}/web/scale", {}, headers=BOB, content_type="application/merge-patch+json")
    event = entries(client, before)[0].event(offset=1.0)
    assert event["kind"] == "Event"
    assert (event["verb"], event["level"], event["stage"]) == ("patch", "Metadata", "ResponseComplete")
    assert event["user"] == {"username": "kubernetes-admin"}
    assert event["impersonatedUser"] == {"username": "bob", "groups": ["system:authenticated"]}
    assert event["objectRef"] == {
        "resource": "deployments",
        "namespace": "default",
        "name": "web",
        "apiGroup": "apps",
        "apiVersion": "v1",
        "subresource": "scale",
    }
    assert event["responseStatus"]["code"] == 403
    assert event["annotations"] == {"authorization.k8s.io/decision": "forbid"}
    assert event["stageTimestamp"] == "2023-11-14T22:13:21.000000Z"


def test_the_record_has_a_bound(client: InProcessClient) -> None:
    for _ in range(KEPT + 5):
        client.api.handle(Request("GET", "/livez"))
    assert len(entries(client, 0)) == KEPT
    assert entries(client, client.api.audit.last) == []
