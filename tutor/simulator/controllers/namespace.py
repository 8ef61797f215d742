"""Empties namespaces that are being deleted, then lets them go (pkg/controller/namespace/deletion).

Pods go first. Nothing else is deleted while one of them is left, and what is left is not told until then."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import deleting, name_of
from tutor.simulator.registry import Writer
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

DELAY_SECONDS = 5.0
"""How long after any change of a namespace that goes it is looked at, so that all API servers know (namespace_controller.go)."""
FINALIZER_SECONDS = 15
"""How long finalizers are expected to take."""
_FINE = {
    "NamespaceDeletionDiscoveryFailure": ("ResourcesDiscovered", "All resources successfully discovered"),
    "NamespaceDeletionGroupVersionParsingFailure": ("ParsedGroupVersions", "All legacy kube types successfully parsed"),
    "NamespaceDeletionContentFailure": (
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    "NamespaceContentRemaining": ("ContentRemoved", "All content successfully removed"),
    "NamespaceFinalizersRemaining": ("ContentHasNoFinalizers", "All content-preserving finalizers finished"),
}


@dataclass(slots=True)
class _Remains:
    """What is left in a namespace after everything in it was told to go."""

    resources: Counter[str] = field(default_factory=Counter)
    finalizers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    pods: bool = False
    """Whether pods are left, so that nothing else was told to go yet."""
    wait: int = 0

    def conditions(self) -> dict[str, tuple[str, str]]:
        """Reason and message of each condition that is true."""
        found = {}
        if self.failures:
            messages = ", ".join(sorted(self.failures))
            text = f"Failed to delete all resource types, {len(self.failures)} remaining: {messages}"
            found["NamespaceDeletionContentFailure"] = ("ContentDeletionFailed", text)
        if self.resources:
            listed = ", ".join(
                sorted(f"{name} has {count} resource instances" for name, count in self.resources.items())
            )
            found["NamespaceContentRemaining"] = ("SomeResourcesRemain", f"Some resources are remaining: {listed}")
        if self.finalizers:
            listed = ", ".join(
                sorted(f"{name} in {count} resource instances" for name, count in self.finalizers.items())
            )
            text = f"Some content in the namespace has finalizers remaining: {listed}"
            found["NamespaceFinalizersRemaining"] = ("SomeFinalizersRemain", text)
        return found


class NamespaceController(Controller):
    """Deletes what is in a namespace that goes away, and the namespace when it is empty.

    Its queue knows names only, and keeps the earliest time for each: what is left in it of a namespace that is gone lets a new one
    of the same name go sooner (client-go, util/workqueue/delaying_queue.go)."""

    name = "namespace-controller"
    primary = "namespaces"

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self._due: dict[str, float] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """A namespace that goes is looked at after a while."""
        if change.resource != self.primary or not deleting(change.obj):
            return ()
        return (self._look_in(name_of(change.obj), DELAY_SECONDS),)

    def resync(self) -> Iterable[str]:
        """All that go."""
        going = filter(deleting, self.store.list(self.primary))
        return [self._look_in(name_of(namespace), DELAY_SECONDS) for namespace in going]

    def _look_in(self, name: str, seconds: float) -> str:
        self._due[name] = min(self._due.get(name, math.inf), self.now + seconds)
        return name

    def affected(self, change: Change) -> Iterable[str]:
        """Nothing but namespaces is watched: remains are looked at again after a while, as on a real cluster."""
        return ()

    def reconcile(self, key: str) -> Result:
        """Look at a namespace when it is time, and come back when its queue says so."""
        if self._due.get(key, 0.0) <= self.now + 1e-6:
            self._due.pop(key, None)
            super().reconcile(key)
        due = self._due.get(key)
        return DONE if due is None else Result(due - self.now)

    def sync(self, namespace: Obj) -> Result:
        """Delete what is left; come back when it should be gone."""
        if not deleting(namespace):
            return DONE
        name = name_of(namespace)
        remains = self._delete_content(name)
        self._tell(namespace, remains)
        if remains.pods or remains.resources or remains.failures:
            self._look_in(name, math.floor(remains.wait / 2) + 1)
        else:
            self._let_go(name)
        return DONE

    def save(self) -> tuple[tuple[str, float], ...]:
        """What its queue holds."""
        return tuple(self._due.items())

    def load(self, state: Any) -> None:
        """Go back to a queue as it was."""
        self._due = dict(state or ())

    def _delete_content(self, namespace: str) -> _Remains:
        remains = _Remains()
        resources = list(self._namespaced())
        pods = [resource for resource in resources if resource.id == "pods"]
        others = [resource for resource in resources if resource.id != "pods"]
        left = self._delete_all(pods, namespace, remains)
        if left:
            remains.pods = True
            return remains
        for resource, objects in self._delete_all(others, namespace, remains):
            remains.resources[f"{resource.plural}.{resource.group}"] = len(objects)
            remains.finalizers.update(f for obj in objects for f in obj["metadata"].get("finalizers") or ())
        return remains

    def _delete_all(
        self, resources: list[Resource], namespace: str, remains: _Remains
    ) -> list[tuple[Resource, list[Obj]]]:
        """Tell all objects of these kinds to go; returns those that are still there, and sets how long to wait."""
        for resource in resources:
            for obj in self.store.list_sorted(resource.id, namespace):
                try:
                    self.client.delete(resource.id, namespace, name_of(obj))
                except ApiError as error:
                    remains.failures.append(error.message)
        left = [(resource, self.store.list(resource.id, namespace)) for resource in resources]
        left = [(resource, objects) for resource, objects in left if objects]
        waits = [_expected_wait(resource, obj) for resource, objects in left for obj in objects]
        remains.wait = max([remains.wait, *waits])
        return left

    def _namespaced(self) -> Iterator[Resource]:
        """The kinds that live in namespaces, each at the version it is stored in."""
        for resource in self.client.registry.scheme:
            if resource.namespaced and not resource.storage and "delete" in resource.verbs:
                yield resource

    def _tell(self, namespace: Obj, remains: _Remains) -> None:
        current = self.client.get("namespaces", "", name_of(namespace))
        if current is None:
            return
        old = {condition["type"]: condition for condition in current["status"].get("conditions") or ()}
        bad = remains.conditions()
        conditions = []
        for kind, fine in _FINE.items():
            reason, message = bad.get(kind, fine)
            value = "True" if kind in bad else "False"
            since = (
                old[kind]["lastTransitionTime"] if kind in old and old[kind]["status"] == value else timestamp(self.now)
            )
            text = {"reason": reason, "message": message, "lastTransitionTime": since}
            conditions.append({"type": kind, "status": value, **text})
        status: dict[str, Any] = {**current["status"], "phase": "Terminating", "conditions": conditions}
        self.client.update_status("namespaces", current, status)

    def _let_go(self, name: str) -> None:
        namespace = self.client.get("namespaces", "", name)
        resource = self.client.registry.scheme.stored("namespaces")
        if namespace is None or resource is None or namespace["metadata"].get("finalizers"):
            return
        self.client.registry.purge(resource, namespace, Writer(self.name, trusted=True))


def _expected_wait(resource: Resource, obj: Obj) -> int:
    """Seconds until an object should be gone."""
    metadata = obj["metadata"]
    if resource.id == "pods" and metadata.get("deletionGracePeriodSeconds"):
        return int(metadata["deletionGracePeriodSeconds"])
    return FINALIZER_SECONDS if metadata.get("finalizers") else 0


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (NamespaceController(cluster),)
