"""What controllers ask of pods, and how they make and remove them (pkg/controller/controller_utils.go, pkg/api/v1/pod/util.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.adoption import label_selector, matching_keys
from tutor.simulator.controllers.base import owner_keys
from tutor.simulator.errors import ApiError
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import controller_of, copy_json, deleting, name_of, namespace_of, owner_reference
from tutor.simulator.store import Change, Obj

ENDED = ("Succeeded", "Failed")


def phase(pod: Obj) -> str:
    """status.phase"""
    found: str = pod.get("status", {}).get("phase", "")
    return found


def is_active(pod: Obj) -> bool:
    """Neither ended nor being deleted."""
    return "deletionTimestamp" not in pod["metadata"] and phase(pod) not in ENDED


def is_terminating(pod: Obj) -> bool:
    """Being deleted and not ended yet."""
    return deleting(pod) and phase(pod) not in ENDED


def pod_condition(pod: Obj, kind: str) -> dict[str, Any] | None:
    """A condition by its type."""
    for condition in pod.get("status", {}).get("conditions") or ():
        if condition["type"] == kind:
            found: dict[str, Any] = condition
            return found
    return None


def is_ready(pod: Obj) -> bool:
    """Whether the Ready condition is true."""
    condition = pod_condition(pod, "Ready")
    return condition is not None and condition["status"] == "True"


def ready_since(pod: Obj) -> float | None:
    """The moment since which a pod is ready; None when it is not."""
    condition = pod_condition(pod, "Ready")
    if condition is None or condition["status"] != "True" or not condition.get("lastTransitionTime"):
        return None
    return parse_timestamp(condition["lastTransitionTime"])


def available_in(pod: Obj, min_ready_seconds: float, now: float) -> float | None:
    """Seconds until a ready pod counts as available, 0 when it does; None when it is not ready."""
    if not min_ready_seconds:
        return 0.0 if is_ready(pod) else None
    since = ready_since(pod)
    return None if since is None else max(0.0, since + min_ready_seconds - now)


def pod_from_template(template: Mapping[str, Any], owner: Obj, name: str | None = None) -> Obj:
    """A new pod of a controller; without a name it gets a generated one."""
    source = template.get("metadata") or {}
    prefix = f"{name_of(owner)}-"
    metadata: dict[str, Any] = {"namespace": namespace_of(owner), "ownerReferences": [owner_reference(owner)]}
    metadata.update({"name": name} if name else {"generateName": prefix})
    for field in ("labels", "annotations", "finalizers"):
        if source.get(field):
            metadata[field] = copy_json(source[field])
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": copy_json(template["spec"])}


class PodControl:
    """Creates and deletes pods for a controller and tells of it in events on the owner."""

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self._client = client
        self._events = events

    def create(self, owner: Obj, pod: Obj) -> None:
        """Create a pod. Raises ApiError after telling of it; a namespace that goes away takes no pods, which is no error
        (pkg/controller/replicaset/replica_set.go manageReplicas, and the same for DaemonSets and Jobs)."""
        try:
            created = self._client.create("pods", pod)
        except ApiError as error:
            if error.namespace_terminating:
                return
            self._events.warning(owner, "FailedCreate", f"Error creating: {error.message}")
            raise
        self._events.normal(owner, "SuccessfulCreate", f"Created pod: {name_of(created)}")

    def delete(self, owner: Obj, pod: Obj) -> None:
        """Delete a pod. Raises ApiError after telling of it; a pod that is gone is no error."""
        try:
            if not self._client.delete("pods", namespace_of(pod), name_of(pod)):
                return
        except ApiError as error:
            self._events.warning(owner, "FailedDelete", f"Error deleting: {error.message}")
            raise
        self._events.normal(owner, "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")


def affected_by_pod(
    client: Client,
    change: Change,
    resource: str,
    kind: str,
    selector_of: Callable[[Obj], Mapping[str, Any] | None] = label_selector,
) -> Iterable[str]:
    """The keys of the controllers that a pod's change concerns: its owners before and after, and for an orphan those that may
    adopt it."""
    keys = owner_keys(change, kind)
    if controller_of(change.obj) is None and change.type != "DELETED":
        keys.update(matching_keys(client, resource, change.obj, selector_of))
    return sorted(keys)
