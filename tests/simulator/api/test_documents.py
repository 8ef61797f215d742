"""What the API says about itself: version, health, discovery and OpenAPI; and Tables, which describe themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.api.backups import define, definition
from tests.simulator.api.conftest import CONFIG_MAPS, PODS, config_map, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.resources.base import Resource

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
TABLE = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


def test_version(client: InProcessClient) -> None:
    version = client.get("/version")
    assert (version["gitVersion"], version["compiler"], version["platform"]) == ("v1.37.2", "gc", "linux/amd64")


# -- discovery


def aggregated(client: InProcessClient, path: str) -> dict[str, Any]:
    response = client.send("GET", path, headers={"accept": AGGREGATED})
    assert response.content_type == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    found: dict[str, Any] = json.loads(response.payload())
    return found


def test_aggregated_discovery_describes_every_resource(client: InProcessClient) -> None:
    groups = {item["metadata"]["name"]: item for item in aggregated(client, "/apis")["items"]}
    (version,) = groups["apps"]["versions"]
    deployments = next(r for r in version["resources"] if r["resource"] == "deployments")
    assert deployments["responseKind"]["kind"] == "Deployment"
    assert deployments["scope"] == "Namespaced"
    assert deployments["shortNames"] == ["deploy"]
    assert deployments["categories"] == ["all"]
    subresources = {item["subresource"]: item for item in deployments["subresources"]}
    assert subresources["scale"]["responseKind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert subresources["status"]["verbs"] == ["get", "patch", "update"]


def test_the_core_group_is_discovered_apart(client: InProcessClient) -> None:
    (group,) = aggregated(client, "/api")["items"]
    assert group["metadata"] == {}
    assert "pods" in [resource["resource"] for resource in group["versions"][0]["resources"]]


def test_older_discovery_agrees_with_the_aggregated_one(client: InProcessClient) -> None:
    for group in client.get("/apis")["groups"]:
        for version in group["versions"]:
            listed = client.get(f"/apis/{version['groupVersion']}")["resources"]
            assert {"name", "singularName", "namespaced", "kind", "verbs"} <= listed[0].keys()
    plain = {item["name"] for item in client.get("/api/v1")["resources"] if "/" not in item["name"]}
    (group,) = aggregated(client, "/api")["items"]
    assert plain == {resource["resource"] for resource in group["versions"][0]["resources"]}


def test_kinds_that_come_and_go_are_discovered(client: InProcessClient) -> None:
    scheme = client.api.cluster.scheme
    resource = Resource("example.com", "v1", "Widget", "widgets")
    assert client.send("GET", "/apis/example.com/v1").status == 404
    scheme.add(resource)
    try:
        assert client.get("/apis/example.com/v1")["resources"][0]["name"] == "widgets"
        made = client.json(
            "POST", "/apis/example.com/v1/namespaces/default/widgets", {"metadata": {"name": "w"}, "size": 3}
        )
        assert made["size"] == 3
    finally:
        scheme.remove(resource)
    assert client.send("GET", "/apis/example.com/v1").status == 404


# -- OpenAPI


def test_the_index_names_a_document_a_group_version(client: InProcessClient) -> None:
    paths = client.get("/openapi/v3")["paths"]
    assert paths["apis/apps/v1"]["serverRelativeURL"].startswith("/openapi/v3/apis/apps/v1?hash=")
    response = client.send("GET", paths["apis/apps/v1"]["serverRelativeURL"])
    assert ("Cache-Control", "public, immutable") in response.headers


def test_documents_know_kinds_fields_and_merge_keys(client: InProcessClient) -> None:
    schemas = client.get("/openapi/v3/api/v1")["components"]["schemas"]
    gvk = schemas["io.k8s.api.core.v1.Pod"]["x-kubernetes-group-version-kind"]
    assert gvk == [{"group": "", "kind": "Pod", "version": "v1"}]
    ports = schemas["io.k8s.api.core.v1.Container"]["properties"]["ports"]
    assert ports["description"].startswith("List of ports")
    assert ports["x-kubernetes-list-map-keys"] == ["containerPort", "protocol"]
    assert ports["x-kubernetes-patch-merge-key"] == "containerPort"
    protocol = schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"]
    assert (protocol["default"], protocol["enum"]) == ("TCP", ["SCTP", "TCP", "UDP"])


def test_every_reference_leads_somewhere(client: InProcessClient) -> None:
    for path in client.get("/openapi/v3")["paths"]:
        text = client.send("GET", f"/openapi/v3/{path}").payload().decode()
        schemas = json.loads(text)["components"]["schemas"]
        wanted = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
        assert wanted <= schemas.keys()


def test_patches_can_be_validated(client: InProcessClient) -> None:
    paths = client.get("/openapi/v3/apis/apps/v1")["paths"]
    patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "fieldValidation" in [parameter["name"] for parameter in patch["parameters"]]
    assert patch["x-kubernetes-group-version-kind"]["kind"] == "Deployment"


def test_the_older_document_is_json_or_protobuf(client: InProcessClient) -> None:
    protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    answers = {
        "application/json": "application/json",
        "application/*": "application/json",
        protobuf: protobuf,
        protobuf.replace(".v1.0", "@v1.0"): protobuf,
        f"application/json;q=0.1, {protobuf}": protobuf,
        f"{protobuf};q=0.5, application/json": "application/json",
    }
    for accept, content_type in answers.items():
        answer = client.send("GET", "/openapi/v2", headers={"accept": accept})
        assert (answer.status, answer.content_type) == (200, content_type), accept
    refused = client.send("GET", "/openapi/v2", headers={"accept": "application/vnd.kubernetes.protobuf"})
    assert (refused.status, refused.payload()) == (406, b"")


def test_references_of_the_older_document_stand_alone(client: InProcessClient) -> None:
    definitions = client.get("/openapi/v2")["definitions"]
    strategy = definitions["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]["strategy"]
    assert strategy["$ref"] == "#/definitions/io.k8s.api.apps.v1.DeploymentStrategy"
    assert "allOf" not in strategy
    assert "default" not in strategy
    port = definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]
    assert port == {"type": "string", "format": "int-or-string"}


# -- Tables


def test_a_table_has_the_columns_of_its_kind(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("p"))
    table = client.get(PODS, headers=TABLE)
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    names = [column["name"] for column in table["columnDefinitions"] if column["priority"] == 0]
    assert names == ["Name", "Ready", "Status", "Restarts", "Age"]
    (row,) = table["rows"]
    assert row["cells"][:5] == ["p", "0/1", "Pending", "0", "0s"]
    assert row["object"]["kind"] == "PartialObjectMetadata"


def test_rows_with_whole_objects_and_without_any(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", k="v"))
    (row,) = client.get(f"{CONFIG_MAPS}/a", headers=TABLE, includeObject="Object")["rows"]
    assert row["object"]["data"] == {"k": "v"}
    (row,) = client.get(f"{CONFIG_MAPS}/a", headers=TABLE, includeObject="None")["rows"]
    assert row["object"] is None
    status = client.get(f"{CONFIG_MAPS}/a", headers=TABLE, includeObject="Foo")
    assert status["message"].endswith(
        "includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty"
    )


def test_kinds_without_columns_show_name_and_creation(client: InProcessClient) -> None:
    scheme = client.api.cluster.scheme
    resource = Resource("example.com", "v1", "Widget", "widgets")
    scheme.add(resource)
    try:
        path = "/apis/example.com/v1/namespaces/default/widgets"
        made = client.json("POST", path, {"metadata": {"name": "w"}})
        table = client.get(path, headers=TABLE)
        assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Created At"]
        assert table["rows"][0]["cells"] == ["w", made["metadata"]["creationTimestamp"]]
    finally:
        scheme.remove(resource)


def test_metadata_alone(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a", k="v"))
    accept = {"accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
    partial = client.get(f"{CONFIG_MAPS}/a", headers=accept)
    assert partial.keys() == {"kind", "apiVersion", "metadata"}
    accept = {"accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
    assert client.get(CONFIG_MAPS, headers=accept)["kind"] == "PartialObjectMetadataList"


def test_every_kind_can_be_listed_as_a_table(client: InProcessClient) -> None:
    for resource in client.api.cluster.scheme:
        if "list" in resource.verbs:
            root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
            table = client.get(f"{root}/{resource.plural}", headers=TABLE)
            assert table["kind"] == "Table", (resource.id, table)


def _with_schema(schema: dict[str, Any]) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return definition(versions=[version])


def test_schemas_of_custom_resources_in_the_older_document(client: InProcessClient) -> None:
    properties = {
        "free": {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {"a": {"type": "string"}},
        },
        "note": {"type": "string", "nullable": True, "description": "A note."},
        "many": {"type": "array", "items": {"type": "integer", "anyOf": [{"minimum": 1}]}},
    }
    spec = {"type": "object", "required": ["note", "many"], "properties": properties}
    define(client, _with_schema({"type": "object", "properties": {"spec": spec}}))
    schema = client.get("/openapi/v2")["definitions"]["com.example.demo.v1.Backup"]
    assert schema["properties"]["spec"] == {
        "type": "object",
        "required": ["many"],
        "properties": {
            "free": {"x-kubernetes-preserve-unknown-fields": True},
            "note": {"description": "A note."},
            "many": {"type": "array", "items": {"type": "integer"}},
        },
    }


def test_a_schema_that_allows_anything_names_nothing_in_the_older_document(client: InProcessClient) -> None:
    define(client, _with_schema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}))
    schema = client.get("/openapi/v2")["definitions"]["com.example.demo.v1.Backup"]
    assert schema.keys() == {"type", "x-kubernetes-group-version-kind"}


def test_metrics_count_requests_and_objects(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, config_map("a"))
    client.get(f"{CONFIG_MAPS}/nosuch")
    response = client.send("GET", "/metrics")
    assert response.content_type.startswith("text/plain; version=0.0.4")
    lines = response.payload().decode().splitlines()
    labels = 'component="apiserver",dry_run="",group="",resource="configmaps"'
    wanted = f'apiserver_request_total{{code="404",{labels},scope="resource",subresource="",verb="GET",version="v1"}} '
    assert any(line.startswith(wanted) for line in lines)
    count = len(client.get("/api/v1/configmaps")["items"])
    assert f'apiserver_resource_objects{{group="",resource="configmaps"}} {count}' in lines


@pytest.mark.parametrize(
    ("path", "name", "hash_"),
    [
        ("/api/v1", "pods", "xPOwRZ+Yhw8="),
        ("/api/v1", "bindings", None),
        ("/apis/apps/v1", "deployments", "8aSe+NMegvE="),
        ("/apis/autoscaling/v1", "horizontalpodautoscalers", "qwQve8ut294="),
        ("/apis/events.k8s.io/v1", "events", "r2yiGXH7wu8="),
    ],
)
def test_the_version_that_objects_are_kept_in(client: InProcessClient, path: str, name: str, hash_: str | None) -> None:
    """Hashes as API servers of 1.37 list them."""
    entry = next(entry for entry in client.get(path)["resources"] if entry["name"] == name)
    assert entry.get("storageVersionHash") == hash_


def test_fields_that_every_kind_has_are_described_in_custom_kinds(client: InProcessClient) -> None:
    define(client, definition())
    schemas = client.get("/openapi/v3/apis/demo.example.com/v1")["components"]["schemas"]
    properties = schemas["com.example.demo.v1.Backup"]["properties"]
    assert all(properties[name]["description"] for name in ("apiVersion", "kind", "metadata"))


@pytest.mark.parametrize(
    ("pretty", "indented"), [("1", True), ("true", True), ("0", False), ("abc", False), ("", False)]
)
def test_indenting_is_asked_for_with_a_boolean(client: InProcessClient, pretty: str, indented: bool) -> None:
    body = client.send("GET", f"/api/v1/namespaces/default?pretty={pretty}").payload()
    assert body.startswith(b"{\n") == indented


def test_plain_texts_are_to_be_taken_for_nothing_else(client: InProcessClient) -> None:
    assert ("X-Content-Type-Options", "nosniff") in client.send("GET", "/nope").headers


def test_metadata_is_shown_in_the_order_of_its_type(client: InProcessClient) -> None:
    order = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "labels"]
    body = config_map("ordered") | {"metadata": {"labels": {"a": "b"}, "name": "ordered"}}
    tried = client.json("POST", CONFIG_MAPS, body, dryRun="All")
    assert list(tried["metadata"])[:5] == [field for field in order if field != "resourceVersion"]
    client.json("POST", CONFIG_MAPS, body)
    shown = client.get(f"{CONFIG_MAPS}/ordered")
    assert list(shown["metadata"])[:6] == order
    assert list(client.json("PUT", f"{CONFIG_MAPS}/ordered", body, dryRun="All")["metadata"])[:6] == order
