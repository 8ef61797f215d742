"""How nodes show that they are alive: leases renewed every 10 seconds, a status every 5 minutes (pkg/kubelet/nodelease)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import micro_timestamp, timestamp
from tutor.simulator.engine import DONE, Result
from tutor.simulator.images.catalogue import find
from tutor.simulator.images.reference import parse
from tutor.simulator.kubelet.kubelet import Kubelet
from tutor.simulator.kubelet.nodes import PRESSURES, allocatable, new_lease
from tutor.simulator.kubelet.pressure import Pressure, shown_pressures
from tutor.simulator.objects import name_of, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

LEASES = "leases.coordination.k8s.io"
NAMESPACE = "kube-node-lease"
RENEW_SECONDS = 10.0
STATUS_EVERY = 30
"""Renewals between two status reports."""
_READY = ("KubeletReady", "kubelet is posting ready status")
_REPORT = "report|"


class Heartbeats:
    """Renews the leases of all nodes whose kubelet runs and that are connected."""

    name = "kubelet-heartbeat"
    watches = ("nodes",)

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet, pressure: Pressure) -> None:
        self._client = cluster.client("kubelet")
        self._kubelet = kubelet
        self._pressure = pressure
        self._beats = 0
        kubelet.report_soon = lambda node: cluster.engine.enqueue(self.name, _REPORT + node)

    def observe(self, change: Change) -> Iterable[str]:
        """New nodes need a lease."""
        return ("beat",) if change.type == "ADDED" else ()

    def resync(self) -> Iterable[str]:
        """There is one key."""
        return ("beat",)

    def reconcile(self, key: str) -> Result:
        """Renew all leases, or report one node's status."""
        if key.startswith(_REPORT):
            return self._report_one(key.removeprefix(_REPORT))
        self._beats += 1
        now = micro_timestamp(self._client.now)
        nodes = self._client.list("nodes")
        for node in nodes:
            if self._kubelet.is_running(name_of(node)):
                self._renew(node, now)
                images = self._kubelet.images(name_of(node))
                news = len(images) != len(node["status"].get("images") or ())
                news = news or self._pressure.conditions(name_of(node)) != set(shown_pressures(node))
                news = news or allocatable(node["status"]) != node["status"].get("allocatable")
                if news or self._beats % STATUS_EVERY == 0 or not _says_ready(node):
                    self._report(node, images)
        return Result(RENEW_SECONDS, housekeeping=True) if nodes else DONE

    def _report_one(self, name: str) -> Result:
        node = self._client.get("nodes", "", name)
        if node is not None and self._kubelet.is_running(name):
            self._report(node, self._kubelet.images(name))
        return DONE

    def _renew(self, node: Obj, now: str) -> None:
        lease = self._client.get(LEASES, NAMESPACE, name_of(node))
        if lease is None:
            self._client.create(LEASES, new_lease(node, now))
        else:
            self._client.update(LEASES, {**lease, "spec": {**lease["spec"], "renewTime": now}})

    def _report(self, node: Obj, images: list[str]) -> None:
        """Post the status: what the node is short of, if anything; and the images there are, the largest first."""
        now = timestamp(self._client.now)
        short = self._pressure.conditions(name_of(node))
        conditions = []
        for condition in node["status"].get("conditions") or ():
            kind = condition["type"]
            if kind == "Ready":
                if condition.get("status") != "True":
                    self._tell(node, "NodeReady")
                conditions.append(_heard(condition, now, "True", _READY))
            elif kind in PRESSURES:
                conditions.append(self._pressure_condition(node, condition, now, kind in short))
            else:
                conditions.append(condition)
        listed = sorted(filter(None, map(_image, images)), key=lambda entry: -int(entry["sizeBytes"]))
        changed = {"allocatable": allocatable(node["status"]), "conditions": conditions, "images": listed}
        self._client.update_status("nodes", node, {**node["status"], **changed})

    def _pressure_condition(self, node: Obj, condition: dict[str, Any], now: str, is_short: bool) -> dict[str, Any]:
        words = PRESSURES[condition["type"]][is_short]
        heard = _heard(condition, now, "True" if is_short else "False", words)
        if heard["status"] != condition.get("status"):
            self._tell(node, words[0].replace("Kubelet", "Node", 1))
        return heard

    def _tell(self, node: Obj, reason: str) -> None:
        text = f"Node {name_of(node)} status is now: {reason}"
        self._kubelet.recorder(name_of(node)).normal(node, reason, text, uid=uid_of(node))

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


def _heard(condition: dict[str, Any], now: str, status: str, words: tuple[str, str]) -> dict[str, Any]:
    """A condition as it is reported: its reason changes with its status only."""
    heard = {**condition, "lastHeartbeatTime": now}
    if condition.get("status") == status:
        return heard
    return {**heard, "status": status, "lastTransitionTime": now, "reason": words[0], "message": words[1]}
