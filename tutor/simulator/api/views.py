"""Objects as they go out: in the version that was asked for, whole, as metadata alone, or as the rows of a Table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.simulator.api.dating import shift
from tutor.simulator.api.negotiation import Accepted
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME
from tutor.simulator.store import Obj

_CREATED = Column(
    "Created At",
    lambda obj, _: obj["metadata"].get("creationTimestamp"),
    type="date",
    description=AGE.description,
)
DEFAULT_COLUMNS = (NAME, _CREATED)
"""For a kind without a printer (apiserver, pkg/registry/rest/table.go)."""

IncludeObject = str
"""What comes with a row: "Metadata" (the default), "Object" or "None"."""


class Presenter:
    """Turns stored objects of one resource into what one request asked for."""

    def __init__(
        self, resource: Resource, accepted: Accepted, now: float, offset: int, include: IncludeObject = "Metadata"
    ) -> None:
        self.resource = resource
        self.accepted = accepted
        self.now = now
        self.offset = offset
        self.include = include or "Metadata"
        self.form = (resource.api_version, resource.plural, accepted.view, accepted.version, offset, self.include)
        """Equal for presenters that make equal bytes of an object, but for ages."""

    # -- one object

    def whole(self, obj: Obj) -> Obj:
        """The object in the version of the resource, dated for the client."""
        resource = self.resource
        shown = resource.read(obj)
        if self.offset:
            shown = shift(resource, shown, self.offset)
        return {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": shown["metadata"], **shown}

    def one(self, obj: Obj) -> Any:
        """The answer for a single object."""
        view = self.accepted.view
        if view == "Table":
            version = obj["metadata"].get("resourceVersion")
            return self.table([obj], {"resourceVersion": version} if version else {})
        if view:
            return self._metadata(obj)
        return self.whole(obj)

    def event(self, obj: Obj, *, first: bool) -> Any:
        """The object of a watch event."""
        if self.accepted.view != "Table":
            return self.one(obj)
        table: dict[str, Any] = self.one(obj)
        if not first:
            table["columnDefinitions"] = None
        return table

    # -- many

    def many(self, objects: Iterable[Obj], metadata: dict[str, Any]) -> Any:
        """The answer for a list."""
        view, resource = self.accepted.view, self.resource
        if view == "Table":
            return self.table(objects, metadata)
        if view:
            return {
                "kind": "PartialObjectMetadataList",
                "apiVersion": f"meta.k8s.io/{self.accepted.version}",
                "metadata": metadata,
                "items": [self._metadata(obj) for obj in objects] or None,
            }
        return {
            "kind": f"{resource.kind}List",
            "apiVersion": resource.api_version,
            "metadata": metadata,
            "items": [self._item(obj) for obj in objects],
        }

    def _item(self, obj: Obj) -> Obj:
        """An item of a list, which does not repeat the list's kind unless the kind is a custom one."""
        shown = self.whole(obj)
        return shown if self.resource.type is not None else _without_kind(shown)

    def table(self, objects: Iterable[Obj], metadata: dict[str, Any]) -> dict[str, Any]:
        """A Table (metav1.Table)."""
        columns = self.resource.columns or DEFAULT_COLUMNS
        if self.resource.table_order is not None:
            objects = sorted(objects, key=self.resource.table_order)
        return {
            "kind": "Table",
            "apiVersion": f"meta.k8s.io/{self.accepted.version}",
            "metadata": metadata,
            "columnDefinitions": [_definition(column) for column in columns],
            "rows": [self._row(columns, obj) for obj in objects],
        }

    def _row(self, columns: tuple[Column, ...], obj: Obj) -> dict[str, Any]:
        now = self.now
        shown = self.resource.read(obj)
        row: dict[str, Any] = {"cells": [column.cell(shown, now) for column in columns]}
        if self.include == "Object":
            row["object"] = self.whole(obj)
        elif self.include != "None":
            row["object"] = self._metadata(obj)
        else:
            row["object"] = None
        return row

    def _metadata(self, obj: Obj) -> dict[str, Any]:
        metadata = self.whole({"metadata": obj["metadata"]})["metadata"] if self.offset else obj["metadata"]
        return {
            "kind": "PartialObjectMetadata",
            "apiVersion": f"meta.k8s.io/{self.accepted.version}",
            "metadata": metadata,
        }

    def bookmark(self, revision: int, *, initial_events_end: bool = False) -> Any:
        """The object of a bookmark: nothing but a resourceVersion."""
        metadata: dict[str, Any] = {"resourceVersion": str(revision)}
        if initial_events_end:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        if not self.accepted.view:
            return {"kind": self.resource.kind, "apiVersion": self.resource.api_version, "metadata": metadata}
        version = f"meta.k8s.io/{self.accepted.version}"
        partial = {"kind": "PartialObjectMetadata", "apiVersion": version, "metadata": metadata}
        if self.accepted.view != "Table":
            return partial
        row = {"cells": ["" for _ in self.resource.columns or DEFAULT_COLUMNS], "object": partial}
        return {
            "kind": "Table",
            "apiVersion": version,
            "metadata": {"resourceVersion": str(revision)},
            "columnDefinitions": None,
            "rows": [row],
        }


def _without_kind(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


def _definition(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": column.description,
        "priority": column.priority,
    }
