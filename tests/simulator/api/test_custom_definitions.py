"""CustomResourceDefinitions: their rules, the kinds they bring, and their end. Expected answers are a real 1.37 cluster's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.backups import BACKUPS, CRDS, MERGE, NAME, SCHEDULE, backup, define, definition
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster


def conditions(crd: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {c["type"]: (c["status"], c["reason"], c["message"]) for c in crd["status"]["conditions"]}


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
    schema["properties"]["spec"]["x-kubernetes-validations"] = [{"rule": "self.?keep.optMap(k, k > 0).orValue(true)"}]
    headers = client.send("POST", CRDS, crd).headers
    assert any("try a kind cluster" in value for name, value in headers if name == "Warning")


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
    warning = ("Warning", '299 - "demo.example.com/v1beta1 Backup is deprecated"')
    assert warning in response.headers
    assert warning in client.send("GET", beta).headers
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


def test_any_further_fields_may_stand_beside_declared_ones(client: InProcessClient) -> None:
    crd = definition()
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec["additionalProperties"] = {"type": "string"}
    assert "additionalProperties and properties are mutual exclusive" in client.json("POST", CRDS, crd)["message"]
    spec["additionalProperties"] = True
    define(client, crd)
    assert client.json("POST", BACKUPS, backup(further=1))["spec"]["further"] == 1
