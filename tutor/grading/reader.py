"""Reads objects from a cluster for grading: each object and each list once for an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tutor.course.model import Selector
from tutor.grading.api import Obj, Source
from tutor.grading.paths import collection


class Reader:
    """What one evaluation sees. Make a new one for each: nothing in it changes once it has been read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: dict[str, Obj | None] = {}

    def get(self, path: str) -> Obj | None:
        """The object at a path, read at the first use. Raises Unreachable."""
        if path not in self._seen:
            self._seen[path] = self._source.get(path)
        return self._seen[path]

    def now(self) -> float:
        """The cluster's time, in seconds since 1970."""
        return self._source.now()

    def select(self, of: Selector) -> Obj | None:
        """The object that is selected (None when it is not there), or {"items": [...]} for a selector without a name."""
        if of.name is None:
            return {"items": self.objects(of.api_version, of.kind, of.namespace, of.labels)}
        path = collection(self.get, of.api_version, of.kind, of.namespace)
        return self.get(f"{path}/{quote(of.name)}") if path else None

    def objects(
        self, api_version: str, kind: str, namespace: str | None, labels: Mapping[str, str] | None = None
    ) -> list[Obj]:
        """The objects of a kind that have all the labels; none for a kind that the cluster does not know."""
        path = collection(self.get, api_version, kind, namespace)
        listing = (self.get(path) if path else None) or {}
        wanted = (labels or {}).items()
        return [item for item in listing.get("items") or () if wanted <= (item["metadata"].get("labels") or {}).items()]
