"""The OpenAPI documents: what `kubectl explain` prints and what `apply` and `create` look for before they send anything.

They are made of the kinds that are served and the type table. OpenAPI v3 is one document a group version; v2 is one for all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from tutor.simulator.api import descriptions
from tutor.simulator.api.custom_openapi import in_v2
from tutor.simulator.api.discovery import resources_of, subresources_of
from tutor.simulator.api.http import encode
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.schemas import table
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.structural import CustomStruct, object_meta
from tutor.simulator.schemas.types import Field, ListOf, MapOf, Scalar, Struct, Type

Json = dict[str, Any]

V2_PREFIX = "#/definitions/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_SPECIAL: dict[str, tuple[str, Json]] = {
    "quantity": ("io.k8s.apimachinery.pkg.api.resource.Quantity", {"oneOf": [{"type": "string"}, {"type": "number"}]}),
    "time": (f"{_META}Time", {"type": "string", "format": "date-time"}),
    "microtime": (f"{_META}MicroTime", {"type": "string", "format": "date-time"}),
    "duration": (f"{_META}Duration", {"type": "string"}),
    "int-or-string": (
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    ),
}
_SPECIAL_IN_V2: dict[str, Json] = {
    "quantity": {"type": "string"},
    "int-or-string": {"type": "string", "format": "int-or-string"},
}
"""What OpenAPI v2, which cannot offer a choice of types, says of them (kube-openapi, OpenAPISchemaType)."""
_PLAIN: dict[str, Json] = {
    "string": {"type": "string"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "float64": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "format": "byte"},
    "any": {"type": "object"},
}
_PATCH_TYPES = ("application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json")


def group_versions(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """Path below /openapi/v3, group and version of each document."""
    for group, versions in scheme.groups():
        for version in versions:
            yield f"apis/{group}/{version}" if group else f"api/{version}", group, version


def document_hash(scheme: Scheme, path: str) -> str:
    """What clients keep a document under: changes when its kinds or their types do."""
    _, group, version = next(item for item in group_versions(scheme) if item[0] == path)
    parts = [
        (r.plural, r.kind, r.type.schema if isinstance(r.type, CustomStruct) else "", r.has_status)
        for r in resources_of(scheme, group, version)
    ]
    return hashlib.sha512(f"{table.version()} {path} {parts}".encode()).hexdigest().upper()


def index(scheme: Scheme) -> bytes:
    """The answer of /openapi/v3: the documents and their hashes."""
    paths = {
        path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={document_hash(scheme, path)}"}
        for path, _, _ in group_versions(scheme)
    }
    return encode({"paths": paths})


def document(scheme: Scheme, path: str) -> bytes | None:
    """The OpenAPI v3 document of a group version ("apis/apps/v1"); None when there is none."""
    found = next((item for item in group_versions(scheme) if item[0] == path), None)
    if found is None:
        return None
    resources = resources_of(scheme, found[1], found[2])
    schemas = _Schemas("#/components/schemas/")
    paths: Json = {}
    for resource in resources:
        schemas.add_kind(resource)
        paths |= _paths(resource, body="requestBody")
    return encode(
        {
            "openapi": "3.0.0",
            "info": {"title": "Kubernetes", "version": table.version()},
            "paths": paths,
            "components": {"schemas": schemas.finished()},
        }
    )


def swagger(scheme: Scheme) -> Json:
    """The OpenAPI v2 document of everything."""
    schemas = _Schemas(V2_PREFIX)
    paths: Json = {}
    for resource in scheme:
        schemas.add_kind(resource)
        paths |= _paths(resource, body="parameters")
    version = ".".join(table.version().split(".")[:2])
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": version.removeprefix("v")},
        "paths": paths,
        "definitions": schemas.finished(),
    }


# -- paths


def _paths(resource: Resource, body: str) -> Json:
    """The path items of a resource: which methods it has, for which kind, and their query parameters."""
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    below = f"{root}/namespaces/{{namespace}}/{resource.plural}" if resource.namespaced else f"{root}/{resource.plural}"
    collection = {"get": "list", "post": "create", "delete": "deletecollection"}
    item = {"get": "get", "put": "update", "patch": "patch", "delete": "delete"}
    paths = {below: _operations(resource, collection, body), f"{below}/{{name}}": _operations(resource, item, body)}
    for name in subresources_of(resource):
        if name in ("status", "scale"):
            verbs = {"get": "get", "put": "update", "patch": "patch"}
            paths[f"{below}/{{name}}/{name}"] = _operations(resource, verbs, body, always=True)
    return {path: operations for path, operations in paths.items() if operations}


def _operations(resource: Resource, methods: dict[str, str], body: str, *, always: bool = False) -> Json:
    gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    operations: Json = {}
    for method, verb in methods.items():
        if verb not in resource.verbs and not always:
            continue
        operation: Json = {"x-kubernetes-action": verb, "x-kubernetes-group-version-kind": gvk}
        if method in ("post", "put", "patch"):
            operation["parameters"] = [_parameter(name, body) for name in ("dryRun", "fieldManager", "fieldValidation")]
        if method == "patch" and body == "requestBody":
            operation["requestBody"] = {"content": {media: {"schema": {"type": "object"}} for media in _PATCH_TYPES}}
        operation["responses"] = {"200": {"description": "OK"}}
        operations[method] = operation
    return operations


def _parameter(name: str, body: str) -> Json:
    parameter: Json = {"name": name, "in": "query"}
    return {**parameter, "schema": {"type": "string"}} if body == "requestBody" else {**parameter, "type": "string"}


# -- schemas


class _Schemas:
    """Collects the schemas that kinds need, with references below a prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.found: dict[str, Json] = {}
        self._described: set[str] = set()
        """Types whose own description is shown: kinds, and elements of lists and maps."""

    @property
    def _is_v2(self) -> bool:
        """Whether a reference stands alone and defaults are left out: kube-openapi, pkg/openapiconv and pkg/builder."""
        return self.prefix == V2_PREFIX

    def finished(self) -> dict[str, Json]:
        """All schemas. A type that is only ever a field's has lent its description to the field, which has none of its own in
        our source; with both, `kubectl explain` would print the same words twice."""
        for name, schema in self.found.items():
            if name not in self._described:
                schema.pop("description", None)
        return self.found

    def add_kind(self, resource: Resource) -> None:
        """The schema of a kind, marked with its group, version and kind."""
        type_ = type_of(resource)
        if type_ is None:
            return
        self._reference(type_)
        self._described.add(type_.name)
        gvk = {"group": resource.group, "kind": resource.kind, "version": resource.version}
        if isinstance(type_, CustomStruct) and resource.fields:
            selectable = [{"fieldPath": path} for path in resource.fields]
            self.found[type_.name]["x-kubernetes-selectable-fields"] = selectable
        marks = self.found[type_.name].setdefault("x-kubernetes-group-version-kind", [])
        if gvk not in marks:
            marks.append(gvk)

    def _reference(self, type_: Struct) -> Json:
        if type_.name not in self.found:
            self.found[type_.name] = {}
            if isinstance(type_, CustomStruct):
                self.found[type_.name] = self._custom(type_)
                return {"$ref": self.prefix + type_.name}
            self.found[type_.name] = self._struct(type_)
        return {"$ref": self.prefix + type_.name}

    def _struct(self, type_: Struct) -> Json:
        described = _described(type_)
        schema: Json = {"type": "object"}
        if described.text:
            schema = {"description": described.text, **schema}
        schema["properties"] = {
            name: self._property(field, described.fields.get(name, "")) for name, field in sorted(type_.fields.items())
        }
        if required := [name for name, field in type_.fields.items() if field.required]:
            schema["required"] = required
        if type_.atomic:
            schema["x-kubernetes-map-type"] = "atomic"
        return schema

    def _custom(self, type_: CustomStruct) -> Json:
        """The schema of a custom resource, as it was declared."""
        schema = type_.schema
        reference = self._reference(object_meta())
        if self._is_v2:
            if schema.get("x-kubernetes-preserve-unknown-fields"):
                return {"type": "object"}  # with any property named, kubectl would refuse all others
            schema = in_v2(schema)
        else:
            reference = {"allOf": [reference]}
        words = _described(table.struct("io.k8s.api.core.v1.ConfigMap")).fields  # every kind has these fields
        common = {name: {"description": words.get(name, ""), "type": "string"} for name in ("apiVersion", "kind")}
        metadata = {"description": _described(object_meta()).text, **reference}
        return {**schema, "properties": {**schema.get("properties", {}), **common, "metadata": metadata}}

    def _property(self, field: Field, description: str) -> Json:
        schema = self._schema(field.type)
        if not description and isinstance(field.type, Struct):
            description = _described(field.type).text
        if "$ref" in schema and not self._is_v2:
            schema = {"allOf": [schema]}
        schema = {**({"description": description} if description else {}), **schema}
        if field.default is not None and not self._is_v2:
            schema["default"] = field.default
        if field.enum:
            schema["enum"] = list(field.enum)
        return schema | _merge_hints(field)

    def _schema(self, type_: Type) -> Json:
        if isinstance(type_, ListOf):
            return {"type": "array", "items": self._element(type_.elem)}
        if isinstance(type_, MapOf):
            return {"type": "object", "additionalProperties": self._element(type_.elem)}
        if isinstance(type_, Struct):
            return self._reference(type_)
        return self._scalar(type_)

    def _element(self, type_: Type) -> Json:
        if isinstance(type_, Struct):
            self._described.add(type_.name)
        return self._schema(type_)

    def _scalar(self, type_: Scalar) -> Json:
        special = _SPECIAL.get(type_.kind)
        if special is None:
            return dict(_PLAIN[type_.kind])
        self.found.setdefault(special[0], _SPECIAL_IN_V2.get(type_.kind, special[1]) if self._is_v2 else special[1])
        return {"$ref": self.prefix + special[0]}


def _merge_hints(field: Field) -> Json:
    hints: Json = {}
    if isinstance(field.type, ListOf) and (field.list_type != "atomic" or field.map_keys):
        hints["x-kubernetes-list-type"] = field.list_type
    if field.map_keys:
        hints["x-kubernetes-list-map-keys"] = list(field.map_keys)
    if field.atomic:
        hints["x-kubernetes-map-type"] = "atomic"
    if field.merge_key:
        hints["x-kubernetes-patch-merge-key"] = field.merge_key
    if field.strategies:
        hints["x-kubernetes-patch-strategy"] = ",".join(field.strategies)
    return hints


@cache
def _described(type_: Struct) -> descriptions.Description:
    return descriptions.describe(type_)
