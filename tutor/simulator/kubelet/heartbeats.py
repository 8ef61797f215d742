"""How nodes show that they are alive: leases renewed every 10 seconds, a status every 5 minutes (pkg/kubelet/nodelease)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import micro_timestamp, timestamp
from tutor.simulator.engine import DONE, Result
from tutor.simulator.images.catalogue import find
from tutor.simulator.images.reference import parse
from tutor.simulator.kubelet.kubelet import Kubelet
from tutor.simulator.kubelet.nodes import new_lease
from tutor.simulator.objects import name_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

LEASES = "leases.coordination.k8s.io"
NAMESPACE = "kube-node-lease"
RENEW_SECONDS = 10.0
STATUS_EVERY = 30
"""Renewals between two status reports."""


class Heartbeats:
    """Renews the leases of all nodes whose kubelet runs and that are connected."""

    name = "kubelet-heartbeat"
    watches = ("nodes",)

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet) -> None:
        self._client = cluster.client("kubelet")
        self._kubelet = kubelet
        self._beats = 0

    def observe(self, change: Change) -> Iterable[str]:
        """New nodes need a lease."""
        return ("beat",) if change.type == "ADDED" else ()

    def resync(self) -> Iterable[str]:
        """There is one key."""
        return ("beat",)

    def reconcile(self, key: str) -> Result:
        """Renew all leases."""
        self._beats += 1
        now = micro_timestamp(self._client.now)
        nodes = self._client.list("nodes")
        for node in nodes:
            if self._kubelet.is_running(name_of(node)):
                self._renew(node, now)
                images = self._kubelet.images(name_of(node))
                news = len(images) != len(node["status"].get("images") or ())
                if news or self._beats % STATUS_EVERY == 0 or not _says_ready(node):
                    self._report(node, images)
        return Result(RENEW_SECONDS, housekeeping=True) if nodes else DONE

    def _renew(self, node: Obj, now: str) -> None:
        lease = self._client.get(LEASES, NAMESPACE, name_of(node))
        if lease is None:
            self._client.create(LEASES, new_lease(node, now))
        else:
            self._client.update(LEASES, {**lease, "spec": {**lease["spec"], "renewTime": now}})

    def _report(self, node: Obj, images: list[str]) -> None:
        """Post the status: everything is fine since it is; and the images there are, the largest first."""
        now = timestamp(self._client.now)
        conditions = []
        for condition in node["status"].get("conditions") or ():
            if condition["type"] not in _WORDS:
                conditions.append(condition)
                continue
            fine = "True" if condition["type"] == "Ready" else "False"
            changed = {**condition, "lastHeartbeatTime": now}
            if condition.get("status") != fine:
                changed |= {"status": fine, "lastTransitionTime": now, **_WORDS[condition["type"]]}
            conditions.append(changed)
        listed = sorted(filter(None, map(_image, images)), key=lambda entry: -int(entry["sizeBytes"]))
        self._client.update_status("nodes", node, {**node["status"], "conditions": conditions, "images": listed})

    def save(self) -> Any:
        """How many renewals there were."""
        return self._beats

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._beats = state


def _image(name: str) -> dict[str, Any] | None:
    found = find(parse(name))
    return {"names": [found.id, found.name], "sizeBytes": found.size} if found else None


def _says_ready(node: Obj) -> bool:
    conditions = node["status"].get("conditions") or ()
    return any(condition.get("type") == "Ready" and condition.get("status") == "True" for condition in conditions)


_WORDS = {
    "MemoryPressure": {
        "reason": "KubeletHasSufficientMemory",
        "message": "kubelet has sufficient memory available",
    },
    "DiskPressure": {"reason": "KubeletHasNoDiskPressure", "message": "kubelet has no disk pressure"},
    "PIDPressure": {"reason": "KubeletHasSufficientPID", "message": "kubelet has sufficient PID available"},
    "Ready": {"reason": "KubeletReady", "message": "kubelet is posting ready status"},
}
