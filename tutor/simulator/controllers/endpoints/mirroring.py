"""Endpoints that somebody wrote for a Service without a selector are copied to EndpointSlices, the only form that routes traffic.

Source: pkg/controller/endpointslicemirroring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.endpoints.port_order import in_slices
from tutor.simulator.controllers.endpoints.selection import Ports
from tutor.simulator.controllers.endpoints.slices import SLICES, ports_body, ports_of
from tutor.simulator.controllers.endpoints.subsets import NOT_READY, READY, Address, repack
from tutor.simulator.controllers.endpoints.trigger_times import TRIGGER_TIME
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import (
    annotations_of,
    deleting,
    key_of,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    split_key,
    with_metadata,
)
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

MANAGER = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
"""Label of Endpoints that are not to be copied, because something else keeps their slices."""
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
_ELECTION = "control-plane.alpha.kubernetes.io/leader"
_NOT_COPIED = (TRIGGER_TIME, "kubectl.kubernetes.io/last-applied-configuration")
MAX_ADDRESSES = 1000
"""How many addresses of a subset are copied."""
Group = tuple[str, Ports]
"""What a slice holds together: a kind of address, and the ports."""


class MirroringController(Controller):
    """Keeps a slice a subset."""

    name = "endpointslice-mirroring-controller"
    primary = "endpoints"
    secondary = ("services", SLICES)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.store.add_index(SLICES, MANAGER, _mirrored)

    def affected(self, change: Change) -> Iterable[str]:
        """The Endpoints of a Service, or those of a copy that somebody else has touched."""
        if change.resource == "services":
            return (key_of(change.obj),)
        return () if change.actor == self.name else sorted({*_mirrored(change.obj), *_mirrored(change.old or {})})

    def reconcile(self, key: str) -> Result:
        """Bring the copies to what the Endpoints are; there are none if they are not to be copied."""
        namespace, name = split_key(key)
        endpoints, service = (self.client.get(kind, namespace, name) for kind in ("endpoints", "services"))
        existing = self.store.by_index(SLICES, MANAGER, key)
        wanted: dict[Group, list[dict[str, Any]]] = {}
        if endpoints is not None and service is not None and _is_copied(endpoints, service):
            wanted = self._groups(endpoints)
        spare = [slice_ for slice_ in existing if _group_of(slice_) not in wanted]
        for group, listed in wanted.items():
            assert endpoints is not None  # nothing is wanted without them
            same = [slice_ for slice_ in existing if _group_of(slice_) == group]
            spare += same[1:]
            recycled = same[:1] or [slice_ for slice_ in spare if slice_["addressType"] == group[0]][:1]
            spare = [slice_ for slice_ in spare if slice_ not in recycled]
            self._write(endpoints, recycled, _body(endpoints, group, listed))
        for slice_ in spare:
            self.client.delete(SLICES, namespace, name_of(slice_))
        return DONE

    def _groups(self, endpoints: Obj) -> dict[Group, list[dict[str, Any]]]:
        """The endpoints of each slice that there should be."""
        groups: dict[Group, list[dict[str, Any]]] = {}
        invalid = skipped = 0
        for subset in repack(endpoints.get("subsets") or ()):
            ports = in_slices(ports_of(subset))
            entries = [(address, field == READY) for field in (READY, NOT_READY) for address in subset.get(field) or ()]
            good = [(address, ready, kind) for address, ready in entries if (kind := _kind(address["ip"]))]
            invalid += len(entries) - len(good)
            skipped += max(0, len(good) - MAX_ADDRESSES)
            for address, ready, kind in good[:MAX_ADDRESSES]:
                groups.setdefault((kind, ports), []).append(_endpoint(address, ready))
        if invalid:
            text = f"Skipped {invalid} invalid IP addresses when mirroring to EndpointSlices"
            self.events.warning(endpoints, "InvalidIPAddress", text)
        if skipped:
            text = f"A max of {MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset."
            self.events.warning(endpoints, "TooManyAddressesToMirror", f"{text} {skipped} addresses were skipped")
        return groups

    def _write(self, endpoints: Obj, recycled: list[Obj], body: Obj) -> None:
        if not recycled:
            if not deleting(endpoints):
                self.client.create(SLICES, with_metadata(body, generateName=f"{name_of(endpoints)}-"))
            return
        (old,) = recycled
        changed = {**old, **body, "metadata": with_metadata(old, **body["metadata"])["metadata"]}
        if changed != old:
            self.client.update(SLICES, changed)


def _mirrored(slice_: Mapping[str, Any]) -> Iterable[str]:
    """For an index: the key of the Endpoints that a slice is a copy of."""
    labels = (slice_.get("metadata") or {}).get("labels") or {}
    if labels.get(MANAGED_BY) != MANAGER or not labels.get(SERVICE_NAME):
        return ()
    return (f"{slice_['metadata']['namespace']}/{labels[SERVICE_NAME]}",)


def _is_copied(endpoints: Obj, service: Obj) -> bool:
    """Whether these Endpoints are a person's for a Service without a selector."""
    skipped = labels_of(endpoints).get(SKIP) == "true" or _ELECTION in annotations_of(endpoints)
    return not skipped and service["spec"].get("selector") is None


def _group_of(slice_: Obj) -> Group:
    return slice_["addressType"], ports_of(slice_)


def _kind(address: str) -> str:
    """The address type of a slice; empty for what is no address."""
    try:
        return f"IPv{ip_address(address).version}"
    except ValueError:
        return ""


def _endpoint(address: Address, ready: bool) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"addresses": [str(ip_address(address["ip"]))], "conditions": {"ready": ready}}
    return endpoint | {name: address[name] for name in ("hostname", "nodeName", "targetRef") if address.get(name)}


def _body(endpoints: Obj, group: Group, listed: list[dict[str, Any]]) -> Obj:
    kind, ports = group
    annotations = {name: value for name, value in annotations_of(endpoints).items() if name not in _NOT_COPIED}
    metadata = {
        "namespace": namespace_of(endpoints),
        "labels": {**labels_of(endpoints), SERVICE_NAME: name_of(endpoints), MANAGED_BY: MANAGER},
        "annotations": annotations or None,
        "ownerReferences": [owner_reference(endpoints)],
    }
    head = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata}
    return {**head, "addressType": kind, "ports": ports_body(ports), "endpoints": listed}
