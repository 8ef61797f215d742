"""Keeps an IPAddress for every virtual address of a Service (pkg/registry/core/service/ipallocator/ipallocator.go).

A real API server makes it before the Service; here it follows within the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import name_of, split_key
from tutor.simulator.resources.service_allocation import addresses
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

ADDRESSES = "ipaddresses.networking.k8s.io"
BY_SERVICE = "service"
_LABELS = {
    "ipaddress.kubernetes.io/ip-family": "IPv4",
    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
}


def service_keys(address: Obj) -> Iterable[str]:
    """For an index: the key of the Service that an address belongs to."""
    parent = (address.get("spec") or {}).get("parentRef") or {}
    return (f"{parent.get('namespace', '')}/{parent.get('name', '')}",) if parent.get("resource") == "services" else ()


class ServiceAddressesController(Controller):
    """Looks at Services, and at addresses that somebody takes away."""

    name = "kube-apiserver"
    primary = "services"
    secondary = (ADDRESSES,)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.store.add_index(ADDRESSES, BY_SERVICE, service_keys)

    def affected(self, change: Change) -> Iterable[str]:
        """The Service of an address."""
        return service_keys(change.obj)

    def reconcile(self, key: str) -> Result:
        """Make the addresses of a Service those that it has; one that is gone has none."""
        service = self.client.get(self.primary, *split_key(key))
        wanted = set(addresses(service)) if service is not None else set()
        held = {name_of(address) for address in self.store.by_index(ADDRESSES, BY_SERVICE, key)}
        for name in sorted(held - wanted):
            self.client.delete(ADDRESSES, "", name)
        for name in sorted(wanted - held):
            if self.client.get(ADDRESSES, "", name) is None:
                self.client.create(ADDRESSES, _address(name, *split_key(key)))
        return DONE


def _address(ip: str, namespace: str, name: str) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IPAddress",
        "metadata": {"name": ip, "labels": dict(_LABELS)},
        "spec": {"parentRef": {"resource": "services", "namespace": namespace, "name": name}},
    }


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (ServiceAddressesController(cluster),)
