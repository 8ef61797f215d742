"""Notices nodes whose kubelet is silent, marks them and their pods, and taints them so that pods are evicted.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go. The real one looks at all nodes every 5 seconds; this one looks at
a node when something about it can have changed, at the moments of that rhythm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.node_lifecycle.taints import (
    NOT_READY,
    UNREACHABLE,
    has_taint,
    ready_status,
    taints_of,
    with_no_execute,
    with_no_schedule,
)
from tutor.simulator.controllers.node_lifecycle.zones import everything_down, seconds_between, zone_of
from tutor.simulator.controllers.placed import index_pods_by_node, pods_on
from tutor.simulator.controllers.pods import pod_condition
from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import get_condition, name_of, namespace_of, set_condition, uid_of, with_spec
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

PERIOD = 5.0
"""Seconds between two rounds of the real controller."""
GRACE = 50.0
"""Seconds of silence after which a node is taken to be unhealthy (--node-monitor-grace-period)."""
STARTUP_GRACE = 60.0
"""The same for a node that has never said anything."""
LEASES = "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
_CONDITIONS = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


class NodeLifecycleController(Controller):
    """Keys are names of nodes. It remembers which nodes it knows, and when it last gave one up in a zone."""

    name = "node-lifecycle-controller"
    primary = "nodes"
    secondary = (LEASES,)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_pods_by_node(self.store)
        self.events = EventRecorder(self.client, "node-controller")
        self._known: dict[str, str] = {}
        self._given_up_at: dict[str, float] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """The node; all nodes when one becomes ready or stops being so, as that decides about all. Renewals of a lease are not
        told of but looked up when one is overdue."""
        name = name_of(change.obj)
        if change.resource == LEASES:
            return (name,) if change.type != "MODIFIED" and namespace_of(change.obj) == LEASE_NAMESPACE else ()
        if change.type != "MODIFIED" or change.old is None:
            return (name,)
        if ready_status(change.old) != ready_status(change.obj):
            return [name, *(other for other in self.resync() if other != name)]
        return (name,) if _matters(change.old, change.obj) else ()

    def reconcile(self, key: str) -> Result:
        """Judge one node."""
        node = self.client.get("nodes", "", key)
        if node is None:
            self._tell_removed(key)
            return DONE
        self._tell_registered(node)
        silent_in = self._silent_in(node)
        if silent_in <= 0:
            node = self._mark_silent(node)
            silent_in = math.inf
        node = self._set_taints(node, with_no_schedule(node, timestamp(self.now)))
        wait = self._evict_or_spare(node)
        after = min(silent_in, math.inf if wait is None else wait)
        return DONE if math.isinf(after) else Result(math.ceil(after / PERIOD) * PERIOD, housekeeping=True)

    # -- which nodes there are

    def _tell_registered(self, node: Obj) -> None:
        name = name_of(node)
        if self._known.get(name) != uid_of(node):
            self._known[name] = uid_of(node)
            text = f"Node {name} event: Registered Node {name} in Controller"
            self.events.normal(node, "RegisteredNode", text, uid=uid_of(node))

    def _tell_removed(self, name: str) -> None:
        uid = self._known.pop(name, None)
        if uid is not None:
            gone: Obj = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "uid": uid}}
            text = f"Node {name} event: Removing Node {name} from Controller"
            self.events.normal(gone, "RemovingNode", text, uid=uid)

    # -- health

    def _silent_in(self, node: Obj) -> float:
        """Seconds until the node counts as silent, unless it is heard of. A node without a lease has no kubelet: it is judged only if
        it has never been ready."""
        lease = self.client.get(LEASES, LEASE_NAMESPACE, name_of(node))
        ready = get_condition(node.get("status") or {}, "Ready")
        if lease is not None:
            heard = ready["lastHeartbeatTime"] if ready else lease["spec"]["renewTime"]
            latest = max(parse_timestamp(lease["spec"]["renewTime"]), parse_timestamp(heard))
            return latest + GRACE - self.now
        if ready is not None:
            return math.inf
        return parse_timestamp(node["metadata"]["creationTimestamp"]) + STARTUP_GRACE - self.now

    def _mark_silent(self, node: Obj) -> Obj:
        was_ready = ready_status(node) == "True"
        conditions = (node.get("status") or {}).get("conditions") or []
        marked = conditions
        for kind in _CONDITIONS:
            marked = set_condition(marked, self._unknown(node, kind))
        if marked == conditions:
            return node
        node = self.client.update_status("nodes", node, {**(node.get("status") or {}), "conditions": marked})
        if was_ready:
            name = name_of(node)
            self.events.normal(node, "NodeNotReady", f"Node {name} status is now: NodeNotReady", uid=uid_of(node))
            self._mark_pods(name)
        return node

    def _unknown(self, node: Obj, kind: str) -> dict[str, Any]:
        old = get_condition(node.get("status") or {}, kind)
        if old is not None and old["status"] == "Unknown":
            return old
        why = ("NodeStatusUnknown", "Kubelet stopped posting node status.")
        if old is None:
            why = ("NodeStatusNeverUpdated", "Kubelet never posted node status.")
        heard = old["lastHeartbeatTime"] if old else node["metadata"]["creationTimestamp"]
        times = {"lastHeartbeatTime": heard, "lastTransitionTime": timestamp(self.now)}
        return {"type": kind, "status": "Unknown", **times, "reason": why[0], "message": why[1]}

    def _mark_pods(self, node: str) -> None:
        """No traffic to pods that cannot be reached."""
        for pod in pods_on(self.store, node):
            ready = pod_condition(pod, "Ready")
            if ready is None or ready["status"] == "False":
                continue
            changed = {**ready, "status": "False", "lastTransitionTime": timestamp(self.now)}
            conditions = set_condition(pod["status"]["conditions"], changed)
            self.client.update_status("pods", pod, {**pod["status"], "conditions": conditions})
            self.events.warning(pod, "NodeNotReady", "Node is not ready")

    # -- giving up

    def _evict_or_spare(self, node: Obj) -> float | None:
        """Set or remove the NoExecute taint; returns seconds until the node's turn, if it must wait for it."""
        status, nodes = ready_status(node), self.store.list("nodes")
        key = {"False": NOT_READY, "Unknown": UNREACHABLE}.get(status, "")
        if not key or everything_down(nodes):
            self._set_taints(node, with_no_execute(node, "", ""))
            return None
        if has_taint(node, key, "NoExecute"):
            return None
        zone = zone_of(node)
        other = UNREACHABLE if key == NOT_READY else NOT_READY
        if not has_taint(node, other, "NoExecute"):
            pause = seconds_between(nodes, zone)
            if pause is None:
                return None
            left = self._given_up_at.get(zone, -math.inf) + pause - self.now
            if left > 0:
                return left
            self._given_up_at[zone] = self.now
        self._set_taints(node, with_no_execute(node, key, timestamp(self.now)))
        return None

    def _set_taints(self, node: Obj, taints: list[dict[str, Any]]) -> Obj:
        if taints == taints_of(node):
            return node
        return self.client.update("nodes", with_spec(node, taints=taints or None))

    # -- what it remembers

    def save(self) -> Any:
        """Known nodes, and when nodes were given up."""
        return tuple(self._known.items()), tuple(self._given_up_at.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        known, given_up = state
        self._known, self._given_up_at = dict(known), dict(given_up)


def _matters(old: Obj, new: Obj) -> bool:
    """Whether a change of a node is more than a heartbeat."""
    if old["spec"] is not new["spec"] and old["spec"] != new["spec"]:
        return True
    before, after = ((obj.get("status") or {}).get("conditions") or () for obj in (old, new))
    return [(c["type"], c["status"]) for c in before] != [(c["type"], c["status"]) for c in after]


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (NodeLifecycleController(cluster),)
