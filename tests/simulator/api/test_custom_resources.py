"""CustomResourceDefinitions and the kinds they bring. Expected answers were recorded from a real 1.37 cluster."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BACKUPS = "/apis/demo.example.com/v1/namespaces/default/backups"
NAME = "backups.demo.example.com"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
SCHEDULE = "1 2 3 4 5"
TARGET = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5},
        "port": {"type": "integer", "default": 80},
    },
}
SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["schedule"],
    "properties": {
        "schedule": {"type": "string", "pattern": r"^(\S+\s+){4}\S+$", "description": "When."},
        "keep": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
        "mode": {"type": "string", "enum": ["Full", "Incremental"], "default": "Full"},
        "size": {"x-kubernetes-int-or-string": True},
        "when": {"type": "string", "format": "date-time"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "targets": {
            "type": "array",
            "maxItems": 2,
            "items": TARGET,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "replicas": {"type": "integer"},
        "note": {"type": "string", "nullable": True},
    },
}
STATUS = {
    "type": "object",
    "properties": {
        "phase": {"type": "string"},
        "replicas": {"type": "integer"},
        "selector": {"type": "string"},
        "last": {"type": "string", "format": "date-time"},
    },
}


def definition(plural: str = "backups", kind: str = "Backup", **spec: Any) -> dict[str, Any]:
    version: dict[str, Any] = {"name": "v1", "served": True, "storage": True}
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": SPEC, "status": STATUS}}
    version["schema"] = {"openAPIV3Schema": copy.deepcopy(schema)}
    version["subresources"] = {
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        },
    }
    version["selectableFields"] = [{"jsonPath": ".spec.mode"}]
    version["additionalPrinterColumns"] = [
        {"name": "Schedule", "type": "string", "jsonPath": ".spec.schedule"},
        {"name": "Keep", "type": "integer", "jsonPath": ".spec.keep"},
        {"name": "Ports", "type": "string", "jsonPath": ".spec.targets[*].port", "priority": 1},
        {"name": "Last", "type": "date", "jsonPath": ".status.last"},
    ]
    body = {
        "group": "demo.example.com",
        "scope": "Namespaced",
        "names": {"plural": plural, "kind": kind, "shortNames": [plural[:2]], "categories": ["all"]},
        "versions": [version],
        **spec,
    }
    metadata = {"name": f"{plural}.demo.example.com"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": body,
    }


def backup(name: str = "a", **spec: Any) -> dict[str, Any]:
    body = {"schedule": SCHEDULE, **spec}
    return {"apiVersion": "demo.example.com/v1", "kind": "Backup", "metadata": {"name": name}, "spec": body}


def define(client: InProcessClient, crd: dict[str, Any]) -> dict[str, Any]:
    """Create a definition and let the controllers look at it."""
    client.json("POST", CRDS, crd)
    client.api.cluster.engine.run_ready()
    made: dict[str, Any] = client.get(f"{CRDS}/{crd['metadata']['name']}")
    return made


@pytest.fixture
def defined(client: InProcessClient) -> InProcessClient:
    assert define(client, definition())["kind"] == "CustomResourceDefinition"
    return client


def conditions(crd: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {c["type"]: (c["status"], c["reason"], c["message"]) for c in crd["status"]["conditions"]}


# -- definitions


def test_names_are_accepted_and_the_kind_established(client: InProcessClient) -> None:
    made = define(client, definition())
    assert made["spec"]["names"]["singular"] == "backup"
    assert made["spec"]["conversion"] == {"strategy": "None"}
    assert made["status"]["storedVersions"] == ["v1"]
    assert made["status"]["acceptedNames"]["listKind"] == "BackupList"
    assert conditions(made) == {
        "NamesAccepted": ("True", "NoConflicts", "no conflicts found"),
        "Established": ("True", "InitialNamesAccepted", "the initial names have been accepted"),
    }


def test_names_that_others_have_are_refused_until_they_are_free(defined: InProcessClient) -> None:
    made = define(defined, definition("backups2", "Backup"))
    assert conditions(made) == {
        "NamesAccepted": ("False", "ListKindConflict", '"BackupList" is already in use'),
        "Established": ("False", "NotAccepted", "not all names are accepted"),
    }
    assert made["status"]["acceptedNames"]["kind"] == ""
    assert defined.send("GET", "/apis/demo.example.com/v1/backups2").status == 404
    defined.json("DELETE", f"{CRDS}/{NAME}")
    defined.api.cluster.engine.run_ready()
    assert defined.get("/apis/demo.example.com/v1/backups2")["items"] == []


def test_discovery(defined: InProcessClient) -> None:
    resources = {r["name"]: r for r in defined.get("/apis/demo.example.com/v1")["resources"]}
    assert list(resources) == ["backups", "backups/scale", "backups/status"]
    assert (resources["backups"]["shortNames"], resources["backups"]["categories"]) == (["ba"], ["all"])
    groups = [group["name"] for group in defined.get("/apis")["groups"]]
    assert "demo.example.com" in groups


def test_openapi(defined: InProcessClient) -> None:
    document = defined.get("/openapi/v3/apis/demo.example.com/v1")
    schema = document["components"]["schemas"]["com.example.demo.v1.Backup"]
    assert schema["properties"]["spec"]["properties"]["schedule"]["description"] == "When."
    assert schema["required"] == ["spec"]
    assert schema["x-kubernetes-group-version-kind"] == [
        {"group": "demo.example.com", "kind": "Backup", "version": "v1"}
    ]
    hash_of = {path: item["serverRelativeURL"] for path, item in defined.get("/openapi/v3")["paths"].items()}
    crd = definition()
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["description"] = "changed"
    patch = {"spec": {"versions": crd["spec"]["versions"]}}
    defined.json("PATCH", f"{CRDS}/{NAME}", patch, content_type=MERGE)
    defined.api.cluster.engine.run_ready()
    after = defined.get("/openapi/v3")["paths"]["apis/demo.example.com/v1"]["serverRelativeURL"]
    assert after != hash_of["apis/demo.example.com/v1"]


def edited(**version: Any) -> dict[str, Any]:
    crd = definition()
    crd["spec"]["versions"][0].update(version)
    return crd


def with_schema(schema: dict[str, Any]) -> dict[str, Any]:
    return edited(schema={"openAPIV3Schema": schema}, selectableFields=[])


def with_spec(**properties: Any) -> dict[str, Any]:
    return with_schema({"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}})


ROOT = "spec.validation.openAPIV3Schema"
IN_SPEC = f"{ROOT}.properties[spec].properties"


@pytest.mark.parametrize(
    ("crd", "message"),
    [
        (definition(scope="Foo"), 'spec.scope: Unsupported value: "Foo": supported values: "Cluster", "Namespaced"'),
        (definition(versions=[]), "must have exactly one version marked as storage version"),
        (edited(schema={}), "spec.versions[0].schema.openAPIV3Schema: Required value"),
        (edited(storage=False), "status.storedVersions: Invalid value: null: must have at least one stored version"),
        (edited(deprecationWarning="x"), "can only be set for deprecated versions"),
        (with_schema({}), f"{ROOT}.type: Required value: must not be empty at the root"),
        (with_schema({"type": "string"}), f'{ROOT}.type: Invalid value: "string": must be object at the root'),
        (with_spec(a={}), f"{IN_SPEC}[a].type: Required value: must not be empty for specified object fields"),
        (with_spec(a={"type": "foo"}), f'{IN_SPEC}[a].type: Unsupported value: "foo": supported values: "array"'),
        (with_spec(a={"type": "array"}), f"{IN_SPEC}[a].items: Required value: must be specified"),
        (
            with_spec(a={"type": "string", "default": 1}),
            f'{IN_SPEC}[a].default: Invalid value: "integer":  in body must be of type string: "integer"',
        ),
        (
            with_spec(l={"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"}),
            "x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map",
        ),
        (
            edited(additionalPrinterColumns=[{"name": "x", "type": "foo", "jsonPath": "spec"}]),
            'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
        ),
        (edited(subresources={"scale": {}}), "spec.subresources.scale.specReplicasPath: Required value"),
        (edited(selectableFields=[{"jsonPath": ".spec.foo"}]), "is an invalid path: does not refer to a valid field"),
        (
            {**definition(), "metadata": {"name": "x"}},
            'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
        ),
    ],
)
def test_rules_of_definitions(client: InProcessClient, crd: dict[str, Any], message: str) -> None:
    status = client.json("POST", CRDS, crd)
    assert (status["code"], status["details"]["name"]) == (422, crd["metadata"]["name"])
    assert message in status["message"]


def test_what_may_not_change(defined: InProcessClient) -> None:
    status = defined.json("PATCH", f"{CRDS}/{NAME}", {"spec": {"scope": "Cluster"}}, content_type=MERGE)
    assert status["message"].endswith('is invalid: spec.scope: Invalid value: "Cluster": field is immutable')


def test_rules_that_are_not_simulated_are_told(client: InProcessClient) -> None:
    crd = definition()
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"]["spec"]["x-kubernetes-validations"] = [{"rule": "self.?keep.orValue(1) > 0"}]
    headers = client.send("POST", CRDS, crd).headers
    assert any("try a kind cluster" in value for name, value in headers if name == "Warning")


# -- objects


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


def test_tables_and_field_selectors(defined: InProcessClient) -> None:
    defined.json("POST", BACKUPS, backup(targets=[{"name": "ab"}, {"name": "cd", "port": 81}]))
    defined.json("POST", BACKUPS, backup("b", mode="Incremental"))
    accept = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    table = defined.get(BACKUPS, headers=accept, fieldSelector="spec.mode=Full")
    assert [row["cells"] for row in table["rows"]] == [["a", SCHEDULE, 3, "80", None]]
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Schedule", "Keep", "Ports", "Last"]
    unknown = defined.get(BACKUPS, fieldSelector="spec.keep=3")
    assert unknown["message"] == "field label not supported: spec.keep"


def test_versions_share_their_objects(client: InProcessClient) -> None:
    crd = definition()
    old: dict[str, Any] = {"name": "v1beta1", "served": True, "storage": False, "deprecated": True}
    old["schema"] = {
        "openAPIV3Schema": {
            "type": "object",
            "properties": {"spec": {"type": "object", "properties": {"schedule": {"type": "string"}}}},
        }
    }
    crd["spec"]["versions"].insert(0, old)
    define(client, crd)
    beta = BACKUPS.replace("v1", "v1beta1")
    body = {**backup(), "apiVersion": "demo.example.com/v1beta1"}
    response = client.send("POST", beta, body)
    assert ("Warning", '299 - "demo.example.com/v1beta1 Backup is deprecated"') in response.headers
    assert client.get(f"{BACKUPS}/a")["spec"] == {"schedule": SCHEDULE, "keep": 3, "mode": "Full"}
    shown = client.get(f"{beta}/a")
    assert (shown["apiVersion"], shown["spec"]) == ("demo.example.com/v1beta1", {"schedule": SCHEDULE})
    group = client.get("/apis/demo.example.com")
    assert [version["version"] for version in group["versions"]] == ["v1", "v1beta1"]


# -- going away


def test_deleting_a_definition_deletes_its_objects(defined: InProcessClient, cluster: SimulatedCluster) -> None:
    held = backup("held")
    held["metadata"]["finalizers"] = ["example.com/x"]
    defined.json("POST", BACKUPS, held)
    defined.json("POST", BACKUPS, backup("free"))
    assert defined.json("DELETE", f"{CRDS}/{NAME}")["kind"] == "CustomResourceDefinition"
    cluster.engine.run_ready()
    terminating = conditions(defined.get(f"{CRDS}/{NAME}"))["Terminating"]
    assert terminating == ("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
    assert [item["metadata"]["name"] for item in defined.get(BACKUPS)["items"]] == ["held"]
    refused = defined.json("POST", BACKUPS, backup("new"))
    why = "create not allowed while custom resource definition is terminating"
    assert refused["message"] == f'backups.demo.example.com "new" is forbidden: {why}'
    defined.json("PATCH", f"{BACKUPS}/held", {"metadata": {"finalizers": None}}, content_type=MERGE)
    cluster.engine.advance(10)
    assert defined.get(f"{CRDS}/{NAME}")["code"] == 404
    assert defined.send("GET", BACKUPS).payload() == b"404 page not found\n"


def test_owned_objects_are_collected(defined: InProcessClient, cluster: SimulatedCluster) -> None:
    owner = defined.json("POST", BACKUPS, backup())
    reference = {"apiVersion": owner["apiVersion"], "kind": "Backup", "name": "a", "uid": owner["metadata"]["uid"]}
    metadata = {"name": "owned", "ownerReferences": [reference]}
    defined.json("POST", "/api/v1/namespaces/default/configmaps", {"metadata": metadata})
    cluster.engine.run_ready()
    assert defined.get("/api/v1/namespaces/default/configmaps/owned")["kind"] == "ConfigMap"
    defined.json("DELETE", f"{BACKUPS}/a")
    cluster.engine.run_ready()
    assert defined.get("/api/v1/namespaces/default/configmaps/owned")["code"] == 404


def test_kinds_follow_a_restored_state(client: InProcessClient, cluster: SimulatedCluster) -> None:
    before = cluster.save()
    define(client, definition())
    client.json("POST", BACKUPS, backup())
    after = cluster.save()
    cluster.load(before)
    assert client.send("GET", BACKUPS).status == 404
    cluster.load(after)
    assert client.get(f"{BACKUPS}/a")["spec"]["keep"] == 3
