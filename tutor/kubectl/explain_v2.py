"""The older layout of `kubectl explain`, from the server's OpenAPI v2 document: `--output plaintext-openapiv2`.

Follows kubectl `pkg/explain`; how a schema is one of reference, kind, array, map and primitive is kube-openapi's
`pkg/util/proto/document.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object

_PREFIX = "#/definitions/"
_WIDTH = 80
_BULLET = re.compile(r"(\d+\.?|-|\*)\s")


class Definitions:
    """The schemas of an OpenAPI v2 document."""

    def __init__(self, document: Object) -> None:
        self._definitions: dict[str, Object] = document.get("definitions") or {}

    def find(self, group: str, version: str, kind: str) -> Object | None:
        """The schema of a kind."""
        wanted = {"group": group, "version": version, "kind": kind}
        for schema in self._definitions.values():
            if wanted in (schema.get("x-kubernetes-group-version-kind") or []):
                return schema
        return None

    def inner(self, schema: Object) -> Object | None:
        """What a reference stands for, or the elements of an array or map; None for a kind or a value."""
        if schema.get("$ref"):
            return self._definitions.get(str(schema["$ref"]).removeprefix(_PREFIX), {})
        if schema.get("properties") is not None:
            return None
        below: Any = schema.get("items") if schema.get("type") == "array" else schema.get("additionalProperties")
        if schema.get("type") in ("array", "object"):
            return below if isinstance(below, dict) else {"description": schema.get("description")}
        return None

    def type_name(self, schema: Object) -> str:
        """`string`, `[]Object`, `map[string]string`."""
        inner = self.inner(schema)
        if inner is None:
            return "Object" if schema.get("properties") is not None else str(schema.get("type") or "")
        prefix = "" if schema.get("$ref") else "[]" if schema.get("type") == "array" else "map[string]"
        return prefix + self.type_name(inner)

    def field(self, schema: Object, path: list[str]) -> Object:
        """The schema at the end of a path; arrays and maps are gone through. KubectlError when there is no such field."""
        while path:
            inner = self.inner(schema)
            if inner is not None:
                schema = inner
            elif schema.get("properties") is None:
                return schema
            elif path[0] not in schema["properties"]:
                raise KubectlError(f'field "{path[0]}" does not exist')
            else:
                schema, path = schema["properties"][path[0]], path[1:]
        return schema

    def explained(self, schema: Object, name: str, *, recursive: bool, depth: int) -> str:
        """The description of a field and of the fields below it; `name` is empty for the kind itself."""
        shown = self.type_name(schema)
        texts: list[str] = []
        while (inner := self.inner(schema)) is not None:
            texts.append(schema.get("description") or "")
            schema = inner
        texts.append(schema.get("description") or "")
        if schema.get("properties") is None:
            subject = f"FIELD:    {name} <{shown}>\n\n" if schema.get("type") else ""
            return subject + _descriptions(texts)
        subject = f"RESOURCE: {name} <{shown}>\n\n" if name else ""
        tree = self._tree(schema, 3, depth, frozenset()) if recursive else self._fields(schema)
        return f"{subject}{_descriptions(texts)}\nFIELDS:\n{''.join(tree)}"

    def _fields(self, schema: Object) -> Iterator[str]:
        required = schema.get("required") or []
        for name in sorted(schema["properties"]):
            field = schema["properties"][name]
            mark = " -required-" if name in required else ""
            yield f"   {name}\t<{self.type_name(field)}>{mark}\n{_wrapped(field.get('description') or '', 5)}\n"

    def _tree(self, schema: Object, indent: int, depth: int, seen: frozenset[str]) -> Iterator[str]:
        """Fields within fields; a type within itself is not shown again. `depth` is how many levels are left, 0 for all."""
        reference = str(schema.get("$ref") or "")
        if reference in seen:
            return
        inner = self.inner(schema)
        if inner is not None:
            yield from self._tree(inner, indent, depth, seen | {reference} if reference else seen)
            return
        properties = schema.get("properties") or {}
        for name in sorted(properties):
            yield f"{' ' * indent}{name}\t<{self.type_name(properties[name])}>\n"
            if depth != 1:
                yield from self._tree(properties[name], indent + 3, max(depth - 1, 0), seen)


def _descriptions(texts: list[str]) -> str:
    out = "DESCRIPTION:\n"
    if not any(texts):
        return out + "     <empty>\n"
    return out + "".join(("\n" if position else "") + _wrapped(text, 5) for position, text in enumerate(texts) if text)


def _wrapped(text: str, indent: int) -> str:
    """Lines of the width of a terminal; lists, code and empty lines stay as they are (kubectl `pkg/explain/formatter.go`)."""
    return "".join(f"{' ' * indent}{line}\n" if line else "\n" for line in _lines(text, _WIDTH - indent))


def _lines(text: str, width: int) -> list[str]:
    done: list[str] = []
    current: list[str] = []
    for line in text.split("\n"):
        code = line.startswith("    ")
        if current and (code or current[-1].endswith(":") or not line.strip() or _BULLET.match(line.strip())):
            done.append(" ".join(current))
            current = []
        if code or (done and not line.strip()):
            done.append(line if code else "")
            continue
        for word in line.split():
            if current and len(" ".join([*current, word])) > width:
                done.append(" ".join(current))
                current = []
            current.append(word)
    return [*done, " ".join(current)] if current else done
