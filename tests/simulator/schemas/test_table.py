"""The generated table: what it knows, and that every kind that is served is in it."""

from __future__ import annotations

import pytest

from tutor.simulator.resources.scheme import built_in
from tutor.simulator.schemas import table
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.structural import struct_of_schema
from tutor.simulator.schemas.types import ListOf, MapOf, Scalar, Struct, Type


def deployment() -> Struct:
    found = table.kind_type("apps", "v1", "Deployment")
    assert found is not None
    return found


def walk(type_: Type, path: str) -> Type:
    for name in path.split("."):
        while isinstance(type_, ListOf | MapOf):
            type_ = type_.elem
        assert isinstance(type_, Struct)
        type_ = type_.fields[name].type
    return type_


def test_the_version_is_the_one_that_is_modelled() -> None:
    assert table.version().startswith("v1.37.")


@pytest.mark.parametrize("resource", built_in(), ids=lambda resource: f"{resource.api_version}/{resource.kind}")
def test_every_kind_has_a_type(resource: object) -> None:
    from tutor.simulator.resources.base import Resource

    assert isinstance(resource, Resource)
    type_ = type_of(resource)
    assert type_ is not None
    assert {"apiVersion", "kind", "metadata"} <= type_.fields.keys()


def test_every_type_can_be_read() -> None:
    for name in table.names():
        for field in table.struct(name).fields.values():
            assert isinstance(field.type, Scalar | ListOf | MapOf | Struct)


@pytest.mark.parametrize(
    ("path", "go"),
    [
        ("spec.replicas", "int32"),
        ("spec.template.spec.containers", "[]v1.Container"),
        ("spec.template.spec.containers.ports.protocol", "v1.Protocol"),
        ("spec.template.metadata.labels", "map[string]string"),
        ("spec.template.spec.containers.resources.limits", "v1.ResourceList"),
        ("spec.template", "v1.PodTemplateSpec"),
    ],
)
def test_go_names(path: str, go: str) -> None:
    assert walk(deployment(), path).go == go


def test_how_lists_are_merged_and_owned() -> None:
    container = walk(deployment(), "spec.template.spec.containers")
    assert isinstance(container, ListOf)
    assert isinstance(container.elem, Struct)
    ports = container.elem.fields["ports"]
    assert (ports.merge_key, ports.strategies) == ("containerPort", ("merge",))
    assert (ports.list_type, ports.map_keys, ports.key_defaults) == (
        "map",
        ("containerPort", "protocol"),
        {"protocol": "TCP"},
    )


def test_embedded_structs_lend_their_fields() -> None:
    pod = table.struct("io.k8s.api.core.v1.Volume")
    assert pod.fields["secret"].via == "VolumeSource"
    inner, number = pod.embedded["VolumeSource"]
    assert (inner.name, number) == ("io.k8s.api.core.v1.VolumeSource", 2)


def test_types_of_custom_resources() -> None:
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "required": ["size"],
                "properties": {
                    "size": {"type": "integer"},
                    "port": {"x-kubernetes-int-or-string": True},
                    "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                    "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "self": {},
                },
            }
        },
    }
    widget = struct_of_schema("example.com.v1.Widget", schema)
    assert widget.fields["metadata"].type is table.struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
    spec = widget.fields["spec"].type
    assert isinstance(spec, Struct)
    kinds = {name: type(field.type).__name__ for name, field in spec.fields.items()}
    assert kinds == {
        "size": "Scalar",
        "port": "Scalar",
        "tags": "ListOf",
        "extra": "MapOf",
        "labels": "MapOf",
        "self": "Scalar",
    }
    assert spec.fields["size"].required
    assert spec.fields["tags"].list_type == "set"
