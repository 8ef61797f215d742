"""Objects of custom kinds. Expected answers were recorded from a real 1.37 cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.api.backups import APPLY, BACKUPS, CRDS, MERGE, SCHEDULE, backup, define, definition
from tutor.simulator.api.inprocess import InProcessClient


def test_defaults_and_pruning(defined: InProcessClient) -> None:
    body = backup(targets=[{"name": "ab"}], unknown=1, free={"x": {"y": 1}}, note=None, mode=None)
    response = defined.send("POST", BACKUPS, {**body, "status": {"phase": "x"}, "extra": 2})
    made = json.loads(response.payload())
    assert made["spec"] == {
        "schedule": SCHEDULE,
        "targets": [{"name": "ab", "port": 80}],
        "free": {"x": {"y": 1}},
        "note": None,
        "keep": 3,
        "mode": "Full",
    }
    assert "status" not in made
    assert "extra" not in made
    warnings = [value for name, value in response.headers if name == "Warning"]
    assert warnings == ['299 - "unknown field \\"extra\\""', '299 - "unknown field \\"spec.unknown\\""']


def test_a_default_that_comes_later_is_read_from_older_objects(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup())
    later = definition()
    later["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["colour"] = {
        "type": "string",
        "default": "red",
    }
    crd = f"{CRDS}/{later['metadata']['name']}"
    defined.json("PATCH", crd, {"spec": later["spec"]}, content_type=MERGE)
    defined.api.cluster.engine.run_ready()
    assert defined.get(f"{BACKUPS}/a")["spec"]["colour"] == "red"
    assert defined.get(BACKUPS)["items"][0]["spec"]["colour"] == "red"


def test_strict_validation_of_fields(defined: InProcessClient) -> None:
    body = backup(unknown=1, targets=[{"name": "ab", "foo": 1}])
    body["metadata"]["foo"] = 1
    status = defined.json("POST", BACKUPS, {**body, "extra": 2}, fieldValidation="Strict")
    assert status["message"] == (
        'Backup in version "v1" cannot be handled as a Backup: strict decoding error: unknown field "metadata.foo", '
        'unknown field "extra", unknown field "spec.targets[0].foo", unknown field "spec.unknown"'
    )


@pytest.mark.parametrize(
    ("spec", "reason", "problem"),
    [
        ({"schedule": "x"}, "Invalid", r"""schedule: Invalid value: "x": spec.schedule in body should match '^(\S+\s+){4}\S+$'"""),
        ({"keep": "x"}, "TypeInvalid", 'keep: Invalid value: "string": spec.keep in body must be of type integer: "string"'),
        ({"keep": 11}, "Invalid", "keep: Invalid value: 11: spec.keep in body should be less than or equal to 10"),
        ({"keep": 0}, "Invalid", "keep: Invalid value: 0: spec.keep in body should be greater than or equal to 1"),
        ({"mode": "Foo"}, "NotSupported", 'mode: Unsupported value: "Foo": supported values: "Full", "Incremental"'),
        ({"schedule": None}, "Required", "schedule: Required value"),
        ({"labels": {"a": 1}}, "TypeInvalid", 'labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: '
         '"integer"'),
        ({"when": "x"}, "TypeInvalid", 'when: Invalid value: "x": spec.when in body must be of type date-time: "x"'),
        ({"size": True}, "TypeInvalid", 'size: Invalid value: "boolean": spec.size in body must be of type integer,string: "boolean"'),
        ({"tags": ["a", "a"]}, "Duplicate", 'tags[1]: Duplicate value: "a"'),
        ({"targets": [{"name": "ab"}, {"name": "ab"}]}, "Duplicate", 'targets[1]: Duplicate value: {"name":"ab"}'),
        ({"targets": [{}]}, "Required", "targets[0].name: Required value"),
        ({"targets": [{"name": "abcdef"}]}, "TooLong", "targets[0].name: Too long: may not be more than 5 bytes"),
        ({"targets": [{"name": "a"}]}, "Invalid", 'targets[0].name: Invalid value: "a": spec.targets[0].name in body should be '
         'at least 2 chars long'),
        ({"targets": [{"name": "ab"}, {"name": "ac"}, {"name": "ad"}]}, "TooMany", "targets: Too many: 3: must have at most 2 items"),
    ],
)  # fmt: skip
def test_validation_by_schema(defined: InProcessClient, spec: dict[str, Any], reason: str, problem: str) -> None:
    status = defined.json("POST", BACKUPS, backup(**spec))
    assert status["message"] == f'Backup.demo.example.com "a" is invalid: spec.{problem}'
    assert status["details"]["causes"][0]["reason"] == f"FieldValue{reason}"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"kind": None}, 400, "Object 'Kind' is missing in"),
        ({"kind": "Foo"}, 422, 'Foo.demo.example.com "a" is invalid: kind: Invalid value: "Foo": must be Backup'),
        ({"apiVersion": "v1"}, 400, "the API version in the data (v1) does not match the expected API version"),
        ({"metadata": {"name": "a", "labels": {"a": 1}}}, 400, "Go struct field ObjectMeta.labels of type string"),
        ({"metadata": {"name": "A"}}, 422, "a lowercase RFC 1123 subdomain"),
    ],
)
def test_objects_that_are_something_else(
    defined: InProcessClient, change: dict[str, Any], code: int, message: str
) -> None:
    status = defined.json("POST", BACKUPS, {**backup(), **change})
    assert status["code"] == code
    assert message in status["message"]


def test_updates_need_a_resource_version(defined: InProcessClient) -> None:
    made = defined.json("POST", BACKUPS, backup())
    status = defined.json("PUT", f"{BACKUPS}/a", backup())
    why = "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    assert status["message"] == f'backups.demo.example.com "a" is invalid: {why}'
    made["spec"]["keep"] = 5
    assert defined.json("PUT", f"{BACKUPS}/a", made)["metadata"]["generation"] == 2


def test_kinds_of_patches(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup(keep=5))
    refused = defined.json("PATCH", f"{BACKUPS}/a", {}, content_type="application/strategic-merge-patch+json")
    assert refused["code"] == 415
    assert "application/merge-patch+json" in refused["message"]
    merged = defined.json("PATCH", f"{BACKUPS}/a", {"spec": {"keep": None}}, content_type=MERGE)
    assert merged["spec"]["keep"] == 3
    replaced = [{"op": "replace", "path": "/spec/keep", "value": 4}]
    patched = defined.json("PATCH", f"{BACKUPS}/a", replaced, content_type="application/json-patch+json")
    assert patched["spec"]["keep"] == 4


def test_server_side_apply(defined: InProcessClient) -> None:
    body = {**backup(targets=[{"name": "ab"}])}
    made = defined.json("PATCH", f"{BACKUPS}/a", body, content_type=APPLY, fieldManager="me")
    assert made["spec"]["targets"] == [{"name": "ab", "port": 80}]
    (mine,) = made["metadata"]["managedFields"]
    assert mine["fieldsV1"] == {"f:spec": {"f:schedule": {}, "f:targets": {'k:{"name":"ab"}': {".": {}, "f:name": {}}}}}
    other = backup(targets=[{"name": "cd"}], schedule=None)
    merged = defined.json("PATCH", f"{BACKUPS}/a", other, content_type=APPLY, fieldManager="you")
    assert [target["name"] for target in merged["spec"]["targets"]] == ["ab", "cd"]
    taken = defined.json("PATCH", f"{BACKUPS}/a", backup(schedule="9 9 9 9 9"), content_type=APPLY, fieldManager="you")
    assert taken["message"] == 'Apply failed with 1 conflict: conflict with "me": .spec.schedule'


def test_the_status_is_written_apart(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup())
    patch = {"status": {"phase": "Done"}, "spec": {"keep": 9}}
    found = defined.json("PATCH", f"{BACKUPS}/a/status", patch, content_type=MERGE)
    assert (found["status"], found["spec"]["keep"], found["metadata"]["generation"]) == ({"phase": "Done"}, 3, 1)
    status = defined.json("PATCH", f"{BACKUPS}/a/status", {"status": {"phase": 1}}, content_type=MERGE)
    assert 'status.phase: Invalid value: "integer": phase in body must be of type string' in status["message"]


def test_scale(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup())
    assert 'spec replicas field ".spec.replicas" does not exist' in defined.get(f"{BACKUPS}/a/scale")["message"]
    scale = {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {"name": "a"}, "spec": {"replicas": 2}}
    assert defined.json("PUT", f"{BACKUPS}/a/scale", scale)["spec"] == {"replicas": 2}
    patch = {"status": {"replicas": 1, "selector": "a=b"}}
    defined.json("PATCH", f"{BACKUPS}/a/status", patch, content_type=MERGE)
    assert defined.get(f"{BACKUPS}/a/scale")["status"] == {"replicas": 1, "selector": "a=b"}
    low = defined.json("PATCH", f"{BACKUPS}/a/scale", {"spec": {"replicas": -3}}, content_type=MERGE)
    why = ".spec.replicas: Invalid value: -3: should be a non-negative integer"
    assert low["message"] == f'Backup.demo.example.com "a" is invalid: {why}'


def test_a_scale_without_a_selector(client: InProcessClient) -> None:
    crd = definition()
    for version in crd["spec"]["versions"]:
        version["subresources"] = {
            "status": {},
            "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"},
        }
    define(client, crd)
    made = backup()
    made["spec"]["replicas"] = 2
    client.json("POST", BACKUPS, made)
    assert client.get(f"{BACKUPS}/a/scale")["status"] == {"replicas": 0}


def test_tables_and_field_selectors(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup(targets=[{"name": "ab"}, {"name": "cd", "port": 81}]))
    defined.json("POST", BACKUPS, backup("b", mode="Incremental"))
    accept = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    table = defined.get(BACKUPS, headers=accept, fieldSelector="spec.mode=Full")
    assert [row["cells"] for row in table["rows"]] == [["a", SCHEDULE, 3, "80", None]]
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Schedule", "Keep", "Ports", "Last"]
    unknown = defined.get(BACKUPS, fieldSelector="spec.keep=3")
    assert unknown["message"] == "field label not supported: spec.keep"
