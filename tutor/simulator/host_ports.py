"""Ports of containers that are ports of their node too (hostPort): the node passes on what comes there (portmap of CNI)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.images.traffic import transport
from tutor.simulator.store import Obj, Store

BY_HOST_PORT = "host-port"
LOOPBACK = "127.0.0.1"
EVERYWHERE = ("", "0.0.0.0", "::")  # how a pod's specification says "all addresses", nothing listens here


def _entries(pod: Obj) -> Iterable[Mapping[str, Any]]:
    """The ports of a pod's containers that are ports of the node."""
    spec = pod["spec"]
    if spec.get("hostNetwork"):
        return
    sidecars = (c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always")
    for container in (*spec["containers"], *sidecars):
        yield from (entry for entry in container.get("ports") or () if entry.get("hostPort"))


def _keys(pod: Obj) -> Iterable[str]:
    status = pod.get("status", {})
    if not status.get("podIP") or status.get("phase") in ("Succeeded", "Failed"):
        return ()
    return {
        f"{status.get('hostIP')}:{entry['hostPort']}/{entry.get('protocol', 'TCP')}": None for entry in _entries(pod)
    }


def register(store: Store) -> None:
    """Have the store find pods by the ports they take of their node."""
    store.add_index("pods", BY_HOST_PORT, _keys)


def target(store: Store, node: str, address: str, port: int, protocol: str) -> tuple[str, int] | None:
    """Where what comes to an address and port of a node goes: a pod's address and port. `node` is the node's own address;
    `address` is that or the loopback."""
    carrier = transport(protocol)
    for pod in store.by_index("pods", BY_HOST_PORT, f"{node}:{port}/{carrier}"):
        for entry in _entries(pod):
            fits = entry["hostPort"] == port and entry.get("protocol", "TCP") == carrier
            if fits and entry.get("hostIP", "") in (*EVERYWHERE, address):
                return pod["status"]["podIP"], int(entry["containerPort"])
    return None
