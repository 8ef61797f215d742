"""EndpointSlices list the pods behind a Service, a hundred a slice (k8s.io/endpointslice/reconciler.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.base import owned
from tutor.simulator.controllers.endpoints.port_order import in_slices
from tutor.simulator.controllers.endpoints.selection import (
    HEADLESS_LABEL,
    Ports,
    can_serve,
    hostname_of,
    is_headless,
    ports_at,
    target_reference,
)
from tutor.simulator.controllers.endpoints.trigger_times import annotated
from tutor.simulator.controllers.pods import is_ready
from tutor.simulator.objects import (
    annotations_of,
    deleting,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
    with_metadata,
)
from tutor.simulator.store import Obj

SLICES = "endpointslices.discovery.k8s.io"
MAX_ENDPOINTS = 100
MANAGER = "endpointslice-controller.k8s.io"
ZONE = "topology.kubernetes.io/zone"
Endpoint = dict[str, Any]


def reconcile_slices(client: Client, service: Obj, pods: list[Obj], since: str | None) -> None:
    """Bring a Service's slices to what its pods are: endpoints stay in their slice, new ones fill slices that have room. A
    Service without endpoints keeps one empty slice. Slices that are written say since when their pods are so."""
    existing = owned(client.store, SLICES, uid_of(service))
    wanted = _by_ports(client, service, pods) or {(): {}}
    spare = [slice_ for slice_ in existing if ports_of(slice_) not in wanted]
    for ports, endpoints in wanted.items():
        slices = [slice_ for slice_ in existing if ports_of(slice_) == ports] or spare[:1]
        spare = [slice_ for slice_ in spare if slice_ not in slices]
        _reconcile_group(_Writer(client, service, since), ports, endpoints, slices)
    for slice_ in spare:
        client.delete(SLICES, namespace_of(slice_), name_of(slice_))


def _by_ports(client: Client, service: Obj, pods: list[Obj]) -> dict[Ports, dict[str, Endpoint]]:
    """Endpoints by pod uid, grouped by their port numbers."""
    publish = bool(service["spec"].get("publishNotReadyAddresses"))
    groups: dict[Ports, dict[str, Endpoint]] = {}
    for pod in pods:
        if can_serve(pod, terminating=True):
            groups.setdefault(in_slices(ports_at(service, pod)), {})[uid_of(pod)] = _endpoint(
                client, service, pod, publish
            )
    return groups


def _endpoint(client: Client, service: Obj, pod: Obj, publish: bool) -> Endpoint:
    serving, terminating = is_ready(pod), deleting(pod)
    endpoint: Endpoint = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": publish or (serving and not terminating),
            "serving": serving,
            "terminating": terminating,
        },
        "targetRef": target_reference(pod),
    }
    hostname = hostname_of(service, pod)
    if hostname:
        endpoint["hostname"] = hostname
    node_name = pod["spec"].get("nodeName")
    if node_name:
        endpoint["nodeName"] = node_name
        node = client.get("nodes", "", node_name)
        zone = labels_of(node).get(ZONE) if node else None
        if zone:
            endpoint["zone"] = zone
    return endpoint


def ports_of(slice_: Mapping[str, Any]) -> Ports:
    """The ports that a slice or a subset lists."""
    return tuple(
        (port.get("name") or "", port.get("protocol") or "TCP", port["port"], port.get("appProtocol") or "")
        for port in slice_.get("ports") or ()
    )


def _reconcile_group(writer: _Writer, ports: Ports, wanted: dict[str, Endpoint], slices: list[Obj]) -> None:
    left = dict(wanted)
    kept: list[list[Endpoint]] = []
    for slice_ in slices:
        uids = [endpoint["targetRef"]["uid"] for endpoint in slice_.get("endpoints") or ()]
        kept.append([left.pop(uid) for uid in uids if uid in left])
    new = list(left.values())
    for number, slice_ in enumerate(slices):
        room = MAX_ENDPOINTS - len(kept[number])
        endpoints, new = kept[number] + new[:room], new[room:]
        if endpoints or (not wanted and number == 0):
            writer.update(slice_, ports, endpoints)
        else:
            writer.client.delete(SLICES, namespace_of(slice_), name_of(slice_))
    if not wanted and not slices:
        writer.create(ports, [])
    for start in range(0, len(new), MAX_ENDPOINTS):
        writer.create(ports, new[start : start + MAX_ENDPOINTS])


def _labels(service: Obj) -> dict[str, str]:
    """The Service's own labels, and who it is and who keeps the slice."""
    labels = {key: value for key, value in labels_of(service).items() if key != HEADLESS_LABEL}
    labels |= {"kubernetes.io/service-name": name_of(service), "endpointslice.kubernetes.io/managed-by": MANAGER}
    return labels | {HEADLESS_LABEL: ""} if is_headless(service) else labels


def ports_body(ports: Ports) -> list[dict[str, Any]] | None:
    """Ports as a slice lists them."""
    listed = [
        {"name": name, "port": number, "protocol": protocol} | ({"appProtocol": app} if app else {})
        for name, protocol, number, app in ports
    ]
    return listed or None


def _body(ports: Ports, endpoints: list[Endpoint]) -> dict[str, Any]:
    return {"ports": ports_body(ports), "endpoints": endpoints or None}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Creates and updates the slices of a Service whose pods have changed at a moment."""

    client: Client
    service: Obj
    since: str | None

    def update(self, slice_: Obj, ports: Ports, endpoints: list[Endpoint]) -> None:
        """Change what is different; the moment of the change alone is no difference."""
        labels = _labels(self.service)
        metadata = slice_["metadata"] if labels == labels_of(slice_) else {**slice_["metadata"], "labels": labels}
        changed = {**slice_, **_body(ports, endpoints), "metadata": metadata}
        if changed != slice_:
            annotations = annotated(annotations_of(slice_), self.since)
            self.client.update(SLICES, with_metadata(changed, annotations=annotations or None))

    def create(self, ports: Ports, endpoints: list[Endpoint]) -> None:
        """Create a slice of these endpoints."""
        metadata = {
            "generateName": f"{name_of(self.service)}-",
            "namespace": namespace_of(self.service),
            "labels": _labels(self.service),
            "ownerReferences": [owner_reference(self.service)],
        }
        if self.since:
            metadata["annotations"] = annotated({}, self.since)
        head = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice"}
        body = {**head, "metadata": metadata, "addressType": "IPv4", **_body(ports, endpoints)}
        self.client.create(SLICES, body)
