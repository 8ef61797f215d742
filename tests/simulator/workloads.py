"""Small workloads and a stand-in for kubelets, for tests of what the controllers do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.store import Obj

NOW = 1_780_000_000.0


def pod_spec(image: str = "nginx:1.27", **container: Any) -> dict[str, Any]:
    """A pod spec with one container."""
    return {"containers": [{"name": "app", "image": image, **container}]}


def deployment(name: str, *, image: str = "nginx:1.27", replicas: int = 1, **spec: Any) -> Obj:
    """A Deployment of one container."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod_spec(image)},
            **spec,
        },
    }


def mark_ready(cluster: SimulatedCluster, which: Callable[[Obj], bool] = lambda _: True, limit: int = 10_000) -> int:
    """Let up to `limit` pods that are not ready yet run and be ready; pods being deleted go. Returns how many it changed."""
    client = cluster.client("test-kubelet")
    changed = 0
    for pod in cluster.store.list("pods", "default"):
        metadata = pod["metadata"]
        conditions = {condition["type"]: condition["status"] for condition in pod["status"].get("conditions") or ()}
        if "deletionTimestamp" in metadata:
            cluster.registry.purge(_pods(cluster), pod, client._writer)
        elif limit > 0 and which(pod) and conditions.get("Ready") != "True":
            limit -= 1
            ready = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(client.now)}
            client.update_status("pods", pod, {**pod["status"], "phase": "Running", "conditions": [ready]})
        else:
            continue
        changed += 1
    return changed


def _pods(cluster: SimulatedCluster) -> Any:
    return cluster.scheme.stored("pods")
