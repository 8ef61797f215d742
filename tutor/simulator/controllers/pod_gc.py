"""Removes pods that no kubelet will remove: of nodes that are gone or out of service, and deleted ones without a node.

Source: pkg/controller/podgc/gc_controller.go. The real one looks at all pods every 20 seconds; this one at what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.node_lifecycle.taints import ready_status
from tutor.simulator.controllers.placed import disruption, force_delete, index_pods_by_node, pods_on
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, key_of, name_of, split_key
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

QUARANTINE = 40.0
"""Seconds between a node's end and that of its pods."""
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
_NODE = "node:"


class PodGarbageCollector(Controller):
    """Keys are those of pods, and names of nodes after "node:". It remembers when nodes went."""

    name = "pod-garbage-collector"
    primary = "pods"
    secondary = ("nodes",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_pods_by_node(self.store)
        self._gone_at: dict[str, float] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """Nodes that are gone or out of service; pods that are deleted before they had a node, or on such a node."""
        if change.resource == "nodes":
            return (_NODE + name_of(change.obj),) if change.type == "DELETED" or _is_out(change.obj) else ()
        pod = change.obj
        node = pod["spec"].get("nodeName")
        if change.type == "DELETED" or not (deleting(pod) or change.type == "ADDED"):
            return ()
        if not node:
            return (key_of(pod),) if deleting(pod) else ()
        known = self.client.get("nodes", "", node)
        return (_NODE + node,) if known is None or _is_out(known) else ()

    def resync(self) -> Iterable[str]:
        """All nodes that pods are on."""
        return sorted({_NODE + pod["spec"]["nodeName"] for pod in self.store.list("pods") if "nodeName" in pod["spec"]})

    def reconcile(self, key: str) -> Result:
        """Look at a pod or at the pods of a node."""
        if key.startswith(_NODE):
            return self._look_at_node(key.removeprefix(_NODE))
        pod = self.client.get("pods", *split_key(key))
        if pod is not None and deleting(pod) and not pod["spec"].get("nodeName"):
            force_delete(self.client, pod)
        return DONE

    def _look_at_node(self, name: str) -> Result:
        node = self.client.get("nodes", "", name)
        pods = pods_on(self.store, name)
        if node is not None or not pods:
            self._gone_at.pop(name, None)
            for pod in pods if node is not None and _is_out(node) else ():
                if deleting(pod):
                    force_delete(self.client, pod)
            return DONE
        left = self._gone_at.setdefault(name, self.now) + QUARANTINE - self.now
        if left > 0:
            return Result(left)
        for pod in pods:
            text = "PodGC: node no longer exists"
            force_delete(self.client, pod, disruption(pod, "DeletionByPodGC", text, timestamp(self.now)))
        return DONE

    def save(self) -> Any:
        """When nodes went."""
        return tuple(self._gone_at.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._gone_at = dict(state or ())


def _is_out(node: Obj) -> bool:
    """Whether an administrator has said that a node that is not ready will not come back."""
    taints = (node.get("spec") or {}).get("taints") or ()
    return ready_status(node) != "True" and any(taint["key"] == OUT_OF_SERVICE for taint in taints)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (PodGarbageCollector(cluster),)
