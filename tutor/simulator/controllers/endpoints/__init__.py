"""Keeps EndpointSlices and Endpoints of Services in step with their pods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller, index_owned, owner_keys
from tutor.simulator.controllers.endpoints.selection import (
    HEADLESS_LABEL,
    can_serve,
    hostname_of,
    index_labels,
    is_headless,
    ports_at,
    selected,
    services_of,
    target_reference,
)
from tutor.simulator.controllers.endpoints.slices import SLICES, reconcile_slices
from tutor.simulator.controllers.pods import is_ready
from tutor.simulator.engine import DONE, Result
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import deleting, labels_of, name_of, namespace_of, split_key
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

    def affected(self, change: Change) -> Iterable[str]:
        """The Services that select the pod, or the owner of a slice somebody else has touched."""
        if change.resource == "pods":
            return sorted(services_of(self.store, change))
        return () if change.actor == self.name else sorted(owner_keys(change, "Service"))

    def sync(self, service: Obj) -> Result:
        """Bring the slices to what the pods are."""
        selector = service["spec"].get("selector")
        if selector and service["spec"].get("type") != "ExternalName" and not deleting(service):
            reconcile_slices(self.client, service, selected(self.store, namespace_of(service), selector))
        return DONE


class EndpointsController(Controller):
    """Syncs the Endpoints object, the older form of the same, of Services that have a selector."""

    name = "endpoint-controller"
    primary = "services"
    secondary = ("pods", "endpoints")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_labels(self.store)

    def affected(self, change: Change) -> Iterable[str]:
        """The Services that select the pod, or the one of an Endpoints object somebody else has touched."""
        if change.resource == "pods":
            return sorted(services_of(self.store, change))
        return () if change.actor == self.name else (f"{namespace_of(change.obj)}/{name_of(change.obj)}",)

    def reconcile(self, key: str) -> Result:
        """Endpoints have no owner: those of a Service that is gone are deleted here."""
        namespace, name = split_key(key)
        service = self.client.get("services", namespace, name)
        if service is not None:
            return self.sync(service)
        left = self.client.get("endpoints", namespace, name)
        if left is not None and labels_of(left).get(MANAGED_BY) == self.name:
            self.client.delete("endpoints", namespace, name)
        return DONE

    def sync(self, service: Obj) -> Result:
        """Bring the object to what the pods are."""
        selector = service["spec"].get("selector")
        if not selector or service["spec"].get("type") == "ExternalName" or deleting(service):
            return DONE
        subsets = _subsets(service, selected(self.store, namespace_of(service), selector))
        labels = {key: value for key, value in labels_of(service).items() if key != HEADLESS_LABEL}
        labels[MANAGED_BY] = self.name
        if is_headless(service):
            labels[HEADLESS_LABEL] = ""
        self._write(service, labels, subsets)
        return DONE

    def _write(self, service: Obj, labels: dict[str, str], subsets: list[dict[str, Any]]) -> None:
        namespace, name = namespace_of(service), name_of(service)
        body: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"namespace": namespace, "name": name}}
        current = self.client.get("endpoints", namespace, name)
        if current is not None:
            body["metadata"] = dict(current["metadata"])
        body["metadata"]["labels"] = labels
        if subsets:
            body["subsets"] = subsets
        try:
            if current is None:
                self.client.create("endpoints", body)
            elif body != current:
                self.client.update("endpoints", body)
        except ApiError as error:
            self.events.warning(
                service, "FailedToUpdateEndpoint", f"Failed to update endpoint {namespace}/{name}: {error.message}"
            )


def _subsets(service: Obj, pods: list[Obj]) -> list[dict[str, Any]]:
    """Addresses grouped by their ports, ready ones apart, sorted by address."""
    publish = bool(service["spec"].get("publishNotReadyAddresses"))
    groups: dict[Any, dict[str, list[dict[str, Any]]]] = {}
    for pod in pods:
        if not can_serve(pod, terminating=publish):
            continue
        address = {"ip": pod["status"]["podIP"], "targetRef": target_reference(pod)}
        if pod["spec"].get("nodeName"):
            address["nodeName"] = pod["spec"]["nodeName"]
        if hostname_of(service, pod):
            address["hostname"] = hostname_of(service, pod)
        field = "addresses" if publish or is_ready(pod) else "notReadyAddresses"
        ports = ports_at(service, pod)
        if ports or is_headless(service):
            groups.setdefault(ports, {}).setdefault(field, []).append(address)
    subsets = []
    for ports, lists in sorted(groups.items()):
        subset: dict[str, Any] = {field: sorted(found, key=_by_address) for field, found in lists.items()}
        if ports:
            subset["ports"] = [_port(*port) for port in ports]
        subsets.append(subset)
    return subsets


def _by_address(address: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in address["ip"].split("."))


def _port(name: str, protocol: str, number: int, app: str) -> dict[str, Any]:
    port: dict[str, Any] = {"name": name} if name else {}
    port |= {"port": number, "protocol": protocol}
    return port | {"appProtocol": app} if app else port


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """Both controllers."""
    return (EndpointSliceController(cluster), EndpointsController(cluster))
