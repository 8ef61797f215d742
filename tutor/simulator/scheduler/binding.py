"""What the API server does when a pod is bound to a node (registry/core/pod/storage/storage.go assignPod)."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.admission import namespace_lifecycle
from tutor.simulator.clock import timestamp
from tutor.simulator.objects import set_condition
from tutor.simulator.registry import Registry, Writer
from tutor.simulator.store import Obj


def bind(registry: Registry, namespace: str, name: str, node: str, writer: Writer) -> Obj:
    """Assign a pod to a node. Raises ApiError when the pod is gone, going or assigned already, or its namespace goes."""
    pods = registry.scheme.stored("pods")
    assert pods is not None  # built in
    namespace_lifecycle.admit(registry.store, pods, namespace, name)
    pod = registry.store.get("pods", namespace, name)
    if pod is None:
        raise errors.not_found("pods", "", name)
    if "deletionTimestamp" in pod["metadata"]:
        raise errors.conflict("pods/binding", "", name, f"pod {name} is being deleted, cannot be assigned to a host")
    current = pod["spec"].get("nodeName")
    if current:
        raise errors.conflict("pods/binding", "", name, f'pod {name} is already assigned to node "{current}"')
    at = timestamp(registry.clock.now)
    scheduled = {"type": "PodScheduled", "status": "True", "lastProbeTime": None, "lastTransitionTime": at}
    status = {**pod["status"], "conditions": set_condition(pod["status"].get("conditions") or [], scheduled)}
    status.pop("nominatedNodeName", None)
    bound = {**pod, "spec": {**pod["spec"], "nodeName": node}, "status": status}
    return bound if writer.dry_run else registry.store.update("pods", bound, writer.actor)
