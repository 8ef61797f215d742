"""Says of every APIService whether its Service can answer (kube-aggregator, pkg/controllers/status/remote)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import get_condition, labels_of, name_of, namespace_of, set_condition
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

SLICES = "endpointslices.discovery.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"


class AvailableConditionController(Controller):
    """Keeps the condition Available."""

    name = "available-condition-controller"
    primary = "apiservices.apiregistration.k8s.io"
    secondary = ("services", SLICES)

    def affected(self, change: Change) -> Iterable[str]:
        """The APIServices of a Service."""
        service = name_of(change.obj) if change.resource == "services" else labels_of(change.obj).get(SERVICE_NAME)
        where = (namespace_of(change.obj), service)
        return [name_of(obj) for obj in self.store.list(self.primary) if _service_of(obj) == where]

    def sync(self, obj: Obj) -> Result:
        """Look for the Service, its port and an address that is ready."""
        if obj["spec"].get("service") is None:
            return DONE
        reason, message = self._problem(obj["spec"]["service"]) or ("Passed", "all checks passed")
        status = obj.get("status") or {}
        condition = {
            "type": "Available",
            "status": str(reason == "Passed"),
            "lastTransitionTime": timestamp(self.now),
            "reason": reason,
            "message": message,
        }
        if get_condition(status, "Available") != condition:
            conditions = set_condition(status.get("conditions") or (), condition)
            self.client.update_status(self.primary, obj, {**status, "conditions": conditions})
        return DONE

    def _problem(self, wanted: Mapping[str, Any]) -> tuple[str, str] | None:
        namespace, name = wanted["namespace"], wanted["name"]
        where = f'service/{name} in "{namespace}"'
        service = self.client.get("services", namespace, name)
        if service is None:
            return "ServiceNotFound", f"{where} is not present"
        ports = [port for port in service["spec"].get("ports") or () if port["port"] == wanted["port"]]
        if not ports:
            return "ServicePortError", f"{where} is not listening on port {wanted['port']}"
        slices = [obj for obj in self.store.list(SLICES, namespace) if labels_of(obj).get(SERVICE_NAME) == name]
        if not slices:
            return "EndpointsNotFound", f"cannot find endpointslices for {where}"
        port = ports[0].get("name") or ""
        if not any(_has_ready(obj, port) for obj in slices):
            return "MissingEndpoints", f'endpointslices for {where} have no addresses with port name "{port}"'
        return None


def _service_of(obj: Obj) -> tuple[str, str] | None:
    service = obj["spec"].get("service")
    return (service["namespace"], service["name"]) if service else None


def _has_ready(slice_: Obj, port: str) -> bool:
    if all((known.get("name") or "") != port for known in slice_.get("ports") or ()):
        return False
    endpoints = slice_.get("endpoints") or ()
    return any((endpoint.get("conditions") or {}).get("ready", True) for endpoint in endpoints)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (AvailableConditionController(cluster),)
