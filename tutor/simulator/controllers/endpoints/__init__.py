"""Keeps EndpointSlices and Endpoints of Services in step with their pods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller, index_owned, owner_keys
from tutor.simulator.controllers.endpoints.mirroring import MirroringController
from tutor.simulator.controllers.endpoints.selection import (
    HEADLESS_LABEL,
    index_labels,
    is_headless,
    selected,
    services_of,
)
from tutor.simulator.controllers.endpoints.slices import SLICES, reconcile_slices
from tutor.simulator.controllers.endpoints.subsets import Subset, subsets_of
from tutor.simulator.controllers.endpoints.trigger_times import TriggerTimes, annotated
from tutor.simulator.engine import DONE, Result
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import annotations_of, deleting, labels_of, name_of, namespace_of, split_key, with_metadata
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

MANAGED_BY = "endpoints.kubernetes.io/managed-by"


class EndpointSliceController(Controller):
    """Syncs the slices of Services that have a selector."""

    name = "endpointslice-controller"
    primary = "services"
    secondary = ("pods", SLICES)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_labels(self.store)
        index_owned(self.store, SLICES)
        self._times = TriggerTimes()

    def affected(self, change: Change) -> Iterable[str]:
        """The Services that select the pod, or the owner of a slice somebody else has touched."""
        if change.resource == "pods":
            return sorted(services_of(self.store, change))
        return () if change.actor == self.name else sorted(owner_keys(change, "Service"))

    def reconcile(self, key: str) -> Result:
        """Sync a Service, or forget it."""
        if self.client.get(self.primary, *split_key(key)) is None:
            self._times.forget(key)
        return super().reconcile(key)

    def sync(self, service: Obj) -> Result:
        """Bring the slices to what the pods are."""
        selector = service["spec"].get("selector")
        if selector and service["spec"].get("type") != "ExternalName" and not deleting(service):
            pods = selected(self.store, namespace_of(service), selector)
            reconcile_slices(self.client, service, pods, self._times.note(service, pods))
        return DONE

    def save(self) -> Any:
        """When pods last changed."""
        return self._times.save()

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._times.load(state)


class EndpointsController(Controller):
    """Syncs the Endpoints object, the older form of the same, of Services that have a selector."""

    name = "endpoint-controller"
    primary = "services"
    secondary = ("pods", "endpoints")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_labels(self.store)
        self._times = TriggerTimes()

    def affected(self, change: Change) -> Iterable[str]:
        """The Services that select the pod, or the one of an Endpoints object that somebody else has deleted."""
        if change.resource == "pods":
            return sorted(services_of(self.store, change))
        lost = change.type == "DELETED" and change.actor != self.name
        return (f"{namespace_of(change.obj)}/{name_of(change.obj)}",) if lost else ()

    def reconcile(self, key: str) -> Result:
        """Endpoints have no owner: those of a Service that is gone are deleted here, whoever wrote them."""
        namespace, name = split_key(key)
        service = self.client.get("services", namespace, name)
        if service is not None:
            return self.sync(service)
        self._times.forget(key)
        self.client.delete("endpoints", namespace, name)
        return DONE

    def sync(self, service: Obj) -> Result:
        """Bring the object to what the pods are."""
        selector = service["spec"].get("selector")
        if not selector or service["spec"].get("type") == "ExternalName" or deleting(service):
            return DONE
        pods = selected(self.store, namespace_of(service), selector)
        since = self._times.note(service, pods)
        labels = {key: value for key, value in labels_of(service).items() if key != HEADLESS_LABEL}
        labels[MANAGED_BY] = self.name
        if is_headless(service):
            labels[HEADLESS_LABEL] = ""
        self._write(service, labels, subsets_of(service, pods), since)
        return DONE

    def _write(self, service: Obj, labels: dict[str, str], subsets: list[Subset], since: str | None) -> None:
        """Write what is different; the moment of the change alone is no difference."""
        namespace, name = namespace_of(service), name_of(service)
        body: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"namespace": namespace, "name": name}}
        current = self.client.get("endpoints", namespace, name)
        if current is not None:
            body["metadata"] = dict(current["metadata"])
        body["metadata"]["labels"] = labels
        if subsets:
            body["subsets"] = subsets
        if body == current:
            return
        body = with_metadata(body, annotations=annotated(annotations_of(body), since) or None)
        try:
            if current is None:
                self.client.create("endpoints", body)
            else:
                self.client.update("endpoints", body)
        except ApiError as error:
            self.events.warning(
                service, "FailedToUpdateEndpoint", f"Failed to update endpoint {namespace}/{name}: {error.message}"
            )

    def save(self) -> Any:
        """When pods last changed."""
        return self._times.save()

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._times.load(state)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """All controllers that keep endpoints."""
    return (EndpointSliceController(cluster), EndpointsController(cluster), MirroringController(cluster))
