"""Is what an exercise looks at still on its way, or is it stuck?

Kubernetes converges: a moment after the right change the counts are still wrong. A learner should be told to wait then, and
to look for a mistake only when nothing moves any more or something is clearly in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.course.model import Selector
from tutor.grading.reader import Obj, Reader

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

READINESS_GRACE = 40.0
"""Seconds after its start in which a container that is not ready yet counts as starting."""

PENDING_GRACE = 60.0
"""Seconds in which a Pod whose containers are being made counts as starting."""

WORKLOADS = (("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"))


def moving(reader: Reader, of: Selector, now: float) -> bool:
    """Whether the workloads of the selector's namespace are still moving and nothing stands in their way."""
    namespace = of.namespace
    if namespace is None:
        return False
    pods = reader.objects("v1", "Pod", namespace)
    relevant = _related(of, pods)
    if any(pod_stuck(pod, now) for pod in relevant):
        return False
    if any(pod_moving(pod, now) for pod in relevant):
        return True
    deployments = reader.objects("apps/v1", "Deployment", namespace)
    return any(
        _deployment_moving(d)
        for d in deployments
        if of.kind != "Deployment" or of.name in (None, d["metadata"]["name"])
    )


def _related(of: Selector, pods: Iterable[Obj]) -> list[Obj]:
    """The pods that a selector is about: its own, those of a Deployment it names, else all of the namespace."""
    if of.kind == "Pod":
        wanted = of.labels.items()
        return [
            p
            for p in pods
            if of.name in (None, p["metadata"]["name"]) and wanted <= (p["metadata"].get("labels") or {}).items()
        ]
    if of.kind == "Deployment" and of.name:
        prefix = of.name + "-"
        return [p for p in pods if _owner(p).rpartition("-")[0] + "-" == prefix]
    return list(pods)


def _owner(pod: Obj) -> str:
    for reference in pod["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return str(reference["name"])
    return ""


def _statuses(pod: Obj) -> list[Mapping[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def pod_stuck(pod: Obj, now: float) -> bool:
    """Whether a Pod is in a state that it does not leave without help."""
    if "deletionTimestamp" in pod["metadata"]:
        return False
    for container in _statuses(pod):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in STUCK_REASONS:
            return True
        if container.get("restartCount", 0) > 0 and not container.get("ready"):
            return True
        running = (container.get("state") or {}).get("running") or {}
        if running and not container.get("ready") and _age(running.get("startedAt"), now) > READINESS_GRACE:
            return True
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition.get("reason") == "Unschedulable":
            return True
    return False


def pod_moving(pod: Obj, now: float) -> bool:
    """Whether a Pod is starting or going away."""
    if "deletionTimestamp" in pod["metadata"]:
        return True
    status = pod.get("status") or {}
    if status.get("phase") == "Pending":
        return _age(pod["metadata"].get("creationTimestamp"), now) < PENDING_GRACE
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or ())
    return status.get("phase") == "Running" and not ready


def _age(timestamp: str | None, now: float) -> float:
    from datetime import datetime

    return now - datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0


def _deployment_moving(deployment: Obj) -> bool:
    """Whether its controller has not caught up, or pods are still being replaced."""
    spec, status = deployment.get("spec") or {}, deployment.get("status") or {}
    if spec.get("paused"):
        return False
    for condition in status.get("conditions") or ():
        if condition["type"] == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return False
    if status.get("observedGeneration", 0) < deployment["metadata"].get("generation", 0):
        return True
    wanted = spec.get("replicas", 1)
    return bool(status.get("replicas", 0) != wanted or status.get("updatedReplicas", 0) != wanted)
