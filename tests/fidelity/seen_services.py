"""What scenarios see of the objects behind Services and behind workloads: Endpoints, EndpointSlices, ControllerRevisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fidelity.scenario import Run

_SLICE = {"endpointslice.kubernetes.io/managed-by", "service.kubernetes.io/headless"}


def endpoints(run: Run) -> dict[str, Any]:
    """Endpoints and their slices: which pods at which ports, who keeps them, and whether they say when that changed."""
    objects = [o for o in run.items("Endpoints") if o["metadata"]["name"] != "kubernetes"]
    return {
        "endpoints": [[o["metadata"]["name"], _subsets(o)] for o in objects],
        "slices": sorted((_slice(o) for o in run.items("EndpointSlice")), key=repr),
    }


def _subsets(obj: dict[str, Any]) -> list[Any]:
    found = []
    for subset in obj.get("subsets") or ():
        ports = [[port.get("name", ""), port["port"]] for port in subset.get("ports") or ()]
        addresses = {
            field: sorted(_name(address) for address in subset[field])
            for field in ("addresses", "notReadyAddresses")
            if field in subset
        }
        found.append({"ports": ports, **addresses})
    return sorted(found, key=repr)


def _name(address: dict[str, Any]) -> str:
    reference = address.get("targetRef")
    return str(reference["name"] if reference else address.get("ip"))


def _slice(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = obj["metadata"]
    entries = [
        [(entry.get("targetRef") or {}).get("name", ""), sorted(entry["conditions"].items())]
        for entry in obj.get("endpoints") or ()
    ]
    return {
        "labels": {name: value for name, value in sorted(metadata["labels"].items()) if name in _SLICE},
        "owner": [[owner["kind"], owner["name"]] for owner in metadata.get("ownerReferences") or ()],
        "ports": [[port.get("name", ""), port["port"]] for port in obj.get("ports") or ()],
        "endpoints": sorted(entries, key=repr),
    }


def revisions(run: Run) -> list[Any]:
    """The numbers of all ControllerRevisions, with the kind of their owner."""
    found = [
        [o["revision"], [owner["kind"] for owner in o["metadata"].get("ownerReferences") or ()]]
        for o in run.items("ControllerRevision")
    ]
    return sorted(found, key=repr)
