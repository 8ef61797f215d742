"""Serves the kinds of definitions whose names are accepted.

What is served follows from the store alone, so that it is right again after a saved state was loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.simulator.objects import get_condition, name_of
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.custom import CRDS, resources_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


class Serving:
    """Keeps the scheme in step with the definitions in the store."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._scheme = cluster.scheme
        self._store = cluster.store
        self._served: dict[str, tuple[Obj, list[Resource]]] = {}
        """By name: a definition as it was when its kinds were served, and those kinds."""
        cluster.store.subscribe(self._on_change)
        cluster.store.on_reset(self._sync)

    def _on_change(self, change: Change) -> None:
        if change.resource == CRDS:
            self._show(name_of(change.obj), None if change.type == "DELETED" else change.obj)

    def _sync(self) -> None:
        current = {name_of(crd): crd for crd in self._store.list(CRDS)}
        for name in {*current, *self._served}:
            self._show(name, current.get(name))

    def _show(self, name: str, crd: Obj | None) -> None:
        before, kinds = self._served.get(name, (None, []))
        if crd is not None and crd is before:
            return
        for resource in kinds:
            self._scheme.remove(resource)
        self._served.pop(name, None)
        if crd is None or not _established(crd):
            return
        found = resources_of(crd)
        self._served[name] = (crd, [resource for resource, _ in found])
        for resource, served in found:
            self._scheme.add(resource, served=served)


def _established(crd: Obj) -> bool:
    condition = get_condition(crd.get("status") or {}, "Established")
    return condition is not None and condition["status"] == "True"
