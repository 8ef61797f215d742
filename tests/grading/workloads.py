"""Deployments, ReplicaSets and Pods for a World, as controllers and kubelets would leave them."""

from __future__ import annotations

from typing import Any

from tests.grading.world import World, date
from tutor.grading.api import Obj
from tutor.grading.workloads import REVISION

PROBE = {
    "httpGet": {"path": "/ready", "port": 3000},
    "initialDelaySeconds": 1,
    "periodSeconds": 2,
    "failureThreshold": 3,
}


def deployment(world: World, name: str = "web-app", *, replicas: int = 3, revision: int = 1, **status: Any) -> Obj:
    """A Deployment whose controller has seen it; counts are complete unless they are given."""
    counts = {"replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas, "observedGeneration": 1}
    return world.add(
        "Deployment",
        name,
        metadata={"generation": 1, "annotations": {REVISION: str(revision)}},
        spec={"replicas": replicas},
        status={**counts, **status},
    )


def replica_set(world: World, owner: Obj, revision: int = 1) -> Obj:
    """The ReplicaSet of one revision of a Deployment."""
    metadata = {"annotations": {REVISION: str(revision)}, **owned(owner)}
    return world.add("ReplicaSet", f"{owner['metadata']['name']}-{revision}", metadata=metadata, spec={})


def owned(owner: Obj) -> Obj:
    """Metadata that names a controller."""
    return {
        "ownerReferences": [{"uid": owner["metadata"]["uid"], "name": owner["metadata"]["name"], "controller": True}]
    }


def pod(
    world: World,
    name: str,
    owner: Obj | None = None,
    *,
    ready: bool = False,
    waiting: str = "",
    running_for: float | None = None,
    age: float = 5,
    restarts: int = 0,
    ending: bool = False,
    labels: dict[str, str] | None = None,
) -> Obj:
    """A Pod with one container. `waiting` is the reason of a waiting container, `running_for` seconds since it started."""
    state: Obj = {"waiting": {"reason": waiting}} if waiting else {}
    if running_for is not None or ready:
        state = {"running": {"startedAt": date(running_for or 1)}}
    metadata: Obj = {"labels": labels or {"app": "web-app"}, "creationTimestamp": date(age)}
    metadata |= owned(owner) if owner is not None else {}
    metadata |= {"deletionTimestamp": date(0)} if ending else {}
    container = {"name": "web-app", "image": "web-app:v2.1.0", "readinessProbe": PROBE}
    status = {"name": "web-app", "image": "web-app:v2.1.0", "ready": ready, "restartCount": restarts, "state": state}
    return world.add(
        "Pod",
        name,
        metadata=metadata,
        spec={"containers": [container]},
        status={
            "phase": "Running" if "running" in state else "Pending",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [status],
        },
    )
