"""The pods of a node, for controllers that deal with nodes."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.simulator.client import Client
from tutor.simulator.controllers.pods import phase
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.objects import name_of, namespace_of, set_condition
from tutor.simulator.store import Obj, Store

BY_NODE = "assigned-node"
"""Index: pods by the node they are on."""


def index_pods_by_node(store: Store) -> None:
    """Keep the index that `pods_on` reads."""
    store.add_index("pods", BY_NODE, _node_of)


def _node_of(pod: Obj) -> Iterable[str]:
    node = pod["spec"].get("nodeName")
    return (node,) if node else ()


def pods_on(store: Store, node: str) -> list[Obj]:
    """The pods on a node."""
    return store.by_index("pods", BY_NODE, node)


def disruption(pod: Obj, reason: str, message: str, now: str) -> dict[str, object]:
    """The condition of a pod that is being taken away; `now` is a timestamp."""
    found = {"type": "DisruptionTarget", "status": "True", "lastProbeTime": None, "lastTransitionTime": now}
    return {**found, "observedGeneration": pod["metadata"].get("generation", 1), "reason": reason, "message": message}


def force_delete(client: Client, pod: Obj, condition: dict[str, object] | None = None) -> None:
    """Remove a pod that no kubelet will remove: it counts as failed, with a condition that says why."""
    if phase(pod) not in ("Succeeded", "Failed"):
        status = {**pod["status"], "phase": "Failed", "observedGeneration": pod["metadata"].get("generation", 1)}
        if condition is not None:
            status["conditions"] = set_condition(status.get("conditions") or (), condition)
        client.update_status("pods", pod, status)
    client.delete("pods", namespace_of(pod), name_of(pod), DeleteOptions(grace_seconds=0))
