"""The server's OpenAPI v3 documents: one for each API version, fetched when needed and kept while they stay the same."""

from __future__ import annotations

from typing import Any

from tutor.kubectl.client import Api
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object

_PREFIX = "#/components/schemas/"


class Document:
    """The schemas of one API version."""

    def __init__(self, data: Object) -> None:
        self._schemas: dict[str, Object] = (data.get("components") or {}).get("schemas") or {}

    def kind(self, resource: ApiResource) -> Object | None:
        """The schema of a kind, None when the document has none."""
        wanted = {"group": resource.group, "version": resource.version, "kind": resource.kind}
        for schema in self._schemas.values():
            if wanted in (schema.get("x-kubernetes-group-version-kind") or []):
                return schema
        return None

    def resolve(self, schema: Object) -> Object:
        """A schema with its reference followed, also through `allOf` with one entry."""
        reference = self.reference(schema)
        return self._schemas.get(reference, {}) if reference else schema

    @staticmethod
    def reference(schema: Object) -> str:
        """The name of the schema another one stands for, empty for none."""
        direct = schema.get("$ref")
        if not direct and len(schema.get("allOf") or []) == 1 and not schema.get("properties"):
            direct = schema["allOf"][0].get("$ref")
        return str(direct).removeprefix(_PREFIX) if direct else ""

    def type_name(self, schema: Object) -> str:
        """`string`, `[]Container`, `map[string]string`, as explain shows types."""
        if schema.get("items"):
            return "[]" + self.type_name(schema["items"])
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            return "map[string]" + self.type_name(extra)
        reference = self.reference(schema)
        if reference:
            target = self._schemas.get(reference, {})
            plain = target.get("type")
            return str(plain) if plain and plain != "object" else reference.rpartition(".")[2] or "Object"
        kind = str(schema.get("type") or "Object")
        return "Object" if kind == "object" else kind

    def step(self, schema: Object, name: str) -> Object | None:
        """The schema of a field, through arrays and maps."""
        resolved = self.resolve(schema)
        properties = resolved.get("properties") or {}
        if name in properties:
            found: Object = properties[name]
            return found
        inner: Any = resolved.get("items") or resolved.get("additionalProperties")
        return self.step(inner, name) if isinstance(inner, dict) else None

    def fields(self, schema: Object) -> Object:
        """The schema that lists the fields below a field: through references, arrays and maps."""
        resolved = self.resolve(schema)
        if resolved.get("properties"):
            return resolved
        inner: Any = resolved.get("items") or resolved.get("additionalProperties")
        return self.fields(inner) if isinstance(inner, dict) else resolved


def document_for(api: Api, resource: ApiResource) -> Document:
    """The document of a resource's API version; KubectlError when the server has none."""
    kept: dict[str, Document] = api.connection.learned.documents
    key = resource.root.removeprefix("/")
    paths = api.get("/openapi/v3").get("paths") or {}
    if key not in paths:
        raise KubectlError(f'couldn\'t find resource for "{resource.api_version}, Resource={resource.plural}"')
    address = str(paths[key]["serverRelativeURL"])  # has a hash of the content, so that what changed is fetched again
    if address not in kept:
        kept[address] = Document(api.get(address))
    return kept[address]
