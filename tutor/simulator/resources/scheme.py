"""Which kinds the cluster knows: those declared in the modules beside this one, and those that CRDs add at run time."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from tutor.simulator import resources as package
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.versions import by_priority


@cache
def built_in() -> tuple[Resource, ...]:
    """Every Resource in a `RESOURCES` tuple of a module of this package."""
    found: list[Resource] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        found.extend(getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "RESOURCES", ()))
    return tuple(found)


GROUP_ORDER = (
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "storagemigration.k8s.io",
)
"""How clients are told of the built-in groups (pkg/controlplane/apiserver/aggregator.go DefaultGenericAPIServicePriorities);
those of CRDs come next, by name, and then those that APIServices bring."""
_ADDED_BY_SERVICES = ("metrics.k8s.io",)


def _group_rank(group: str) -> tuple[int, str]:
    if group in GROUP_ORDER:
        return GROUP_ORDER.index(group), ""
    return len(GROUP_ORDER) + (group in _ADDED_BY_SERVICES), group


class Scheme:
    """Looks kinds up by path, by kind and by storage."""

    def __init__(self, resources: Iterable[Resource] | None = None) -> None:
        self._by_path: dict[tuple[str, str, str], Resource] = {}
        self._by_kind: dict[tuple[str, str], Resource] = {}
        self._stored: dict[str, Resource] = {}
        self._listeners: list[Callable[[Resource], None]] = []
        self.generation = 0
        """Rises whenever a kind comes or goes, so that discovery documents can be kept until then."""
        for resource in built_in() if resources is None else resources:
            self.add(resource)

    def add(self, resource: Resource, *, served: bool = True) -> None:
        """Serve a kind; with `served` false, only store it for its other versions."""
        if served:
            self._by_path[resource.group, resource.version, resource.plural] = resource
            self._by_kind[resource.api_version, resource.kind] = resource
        if not resource.storage:
            self._stored[resource.id] = resource
            for listener in self._listeners:
                listener(resource)
        self.generation += 1

    def on_stored(self, listener: Callable[[Resource], None]) -> None:
        """Call `listener` with every kind that is stored from now on."""
        self._listeners.append(listener)

    def remove(self, resource: Resource) -> None:
        """Serve a kind no more."""
        self._by_path.pop((resource.group, resource.version, resource.plural), None)
        self._by_kind.pop((resource.api_version, resource.kind), None)
        if self._stored.get(resource.id) == resource:
            del self._stored[resource.id]
        self.generation += 1

    def lookup(self, group: str, version: str, plural: str) -> Resource | None:
        """The kind at a path of the API."""
        return self._by_path.get((group, version, plural))

    def by_kind(self, api_version: str, kind: str) -> Resource | None:
        """The kind of an object's apiVersion and kind."""
        return self._by_kind.get((api_version, kind))

    def stored(self, storage_id: str) -> Resource | None:
        """The version that a storage's objects are kept in."""
        return self._stored.get(storage_id)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_path.values())

    def groups(self) -> list[tuple[str, list[str]]]:
        """Groups with their versions, in the order they are shown, the preferred version first; the core group is ""."""
        versions: dict[str, dict[str, bool]] = {}
        for resource in self:
            known = versions.setdefault(resource.group, {})
            known[resource.version] = known.get(resource.version, False) or resource.preferred
        return [
            (group, sorted(by_priority(versions[group], str), key=lambda v: not versions[group][v]))
            for group in sorted(versions, key=_group_rank)
        ]
