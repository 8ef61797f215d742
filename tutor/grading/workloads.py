"""Pods and Deployments: which Pods are current, and whether something is stuck or still moving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tutor.grading.api import Obj

STUCK_REASONS = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)
"""Waiting reasons of containers that time alone does not cure (pkg/kubelet)."""

SPARE = 10.0
"""Seconds that a container may take to become ready beyond what its probes need at least."""

PENDING_GRACE = 120.0
"""Seconds in which a Pod whose containers are being made counts as starting; a large image may take that long."""

REVISION = "deployment.kubernetes.io/revision"


def controller(obj: Obj) -> Mapping[str, Any] | None:
    """The reference to what manages an object."""
    references = obj["metadata"].get("ownerReferences") or ()
    return next((reference for reference in references if reference.get("controller")), None)


def owned_by(obj: Obj, owner: Obj) -> bool:
    """Whether `owner` manages `obj`."""
    reference = controller(obj)
    return reference is not None and reference.get("uid") == owner["metadata"]["uid"]


def current_replica_set(deployment: Obj, replica_sets: list[Obj]) -> Obj | None:
    """The ReplicaSet with the Deployment's newest template: the one that carries its revision (pkg/controller/deployment)."""
    revision = (deployment["metadata"].get("annotations") or {}).get(REVISION)
    for candidate in replica_sets:
        annotations = candidate["metadata"].get("annotations") or {}
        if owned_by(candidate, deployment) and annotations.get(REVISION) == revision:
            return candidate
    return None


def up_to_date(obj: Obj) -> bool:
    """Whether an object's status speaks of its newest spec: a controller that is behind shows how the old one stood."""
    observed = (obj.get("status") or {}).get("observedGeneration")
    return observed is None or bool(observed >= obj["metadata"].get("generation", 0))


def ending(pod: Obj) -> bool:
    """Whether a Pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def container_statuses(pod: Obj) -> Iterator[Mapping[str, Any]]:
    """The statuses of a Pod's containers, those that come first included."""
    status = pod.get("status") or {}
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def condition(obj: Obj, kind: str) -> Mapping[str, Any]:
    """A condition of an object by its type; empty when it has none."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((entry for entry in conditions if entry["type"] == kind), {})


def waiting_reason(status: Mapping[str, Any]) -> str:
    """Why a container is waiting; empty when it is not."""
    return str(((status.get("state") or {}).get("waiting") or {}).get("reason") or "")


def pod_stuck(pod: Obj, now: float) -> bool:
    """Whether a Pod is in a state that it does not leave without help."""
    if ending(pod):
        return False
    if condition(pod, "PodScheduled").get("reason") == "Unschedulable":
        return True
    if _pending(pod) and age(pod["metadata"].get("creationTimestamp"), now) > PENDING_GRACE:
        return True
    return any(_container_stuck(status, pod, now) for status in container_statuses(pod))


def _container_stuck(status: Mapping[str, Any], pod: Obj, now: float) -> bool:
    if waiting_reason(status) in STUCK_REASONS:
        return True
    if status.get("ready"):
        return False
    if status.get("restartCount", 0) > 0 and not _init_container(status, pod):
        return True
    running = (status.get("state") or {}).get("running") or {}
    return bool(running) and age(running.get("startedAt"), now) > readiness_grace(status, pod)


def _init_container(status: Mapping[str, Any], pod: Obj) -> bool:
    return status in ((pod.get("status") or {}).get("initContainerStatuses") or ())


def readiness_grace(status: Mapping[str, Any], pod: Obj) -> float:
    """Seconds after its start in which a container that is not ready counts as starting: what its probes allow, and a bit."""
    spec = pod.get("spec") or {}
    named = [c for c in spec.get("containers") or () if c.get("name") == status.get("name")]
    probes = [probe for c in named for probe in (c.get("startupProbe"), c.get("readinessProbe")) if probe]
    return SPARE + sum(_probe_seconds(probe) for probe in probes)


def _probe_seconds(probe: Mapping[str, Any]) -> float:
    """How long a probe may fail before that means something (defaults: kubernetes.io, Probe v1 core)."""
    failures = int(probe.get("failureThreshold", 3)) + 1
    return float(probe.get("initialDelaySeconds", 0)) + failures * float(probe.get("periodSeconds", 10))


def _pending(pod: Obj) -> bool:
    return (pod.get("status") or {}).get("phase") in (None, "Pending")


def pod_starting(pod: Obj, now: float) -> bool:
    """Whether a Pod is on its way to being ready."""
    finished = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    ready = condition(pod, "Ready").get("status") == "True"
    return not (finished or ready or ending(pod) or pod_stuck(pod, now))


def age(timestamp: str | None, now: float) -> float:
    """Seconds since a date of the API; 0 when there is none."""
    return now - datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0
