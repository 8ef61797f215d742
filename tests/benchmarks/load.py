"""A cluster with an autoscaler, a Deployment that costs processor time, and a pod that asks it for pages all the time."""

from __future__ import annotations

from tests.simulator.workloads import NOW, deployment
from tutor.simulator.addons import install
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.store import Obj

LOAD = "while sleep 0.01; do wget -q -O- http://php-apache; done"


def under_load() -> SimulatedCluster:
    """The cluster of the autoscaling walkthrough when its load generator has begun."""
    cluster = SimulatedCluster(now=NOW)
    install(cluster, "metrics-server")
    client = cluster.client("user")
    web = deployment("php-apache", image="registry.k8s.io/hpa-example")
    container = web["spec"]["template"]["spec"]["containers"][0]
    container |= {
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "200m"}, "limits": {"cpu": "500m"}},
    }
    client.create("deployments.apps", web)
    client.create("services", _object("Service", "php-apache", selector={"app": "php-apache"}, ports=[{"port": 80}]))
    client.create("horizontalpodautoscalers.autoscaling", _autoscaler())
    cluster.engine.advance(120)
    containers = [{"name": "load", "image": "busybox:1.28", "command": ["/bin/sh", "-c", LOAD]}]
    client.create("pods", _object("Pod", "load-generator", containers=containers))
    cluster.engine.advance(10)
    return cluster


def _object(kind: str, name: str, **spec: object) -> Obj:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def _autoscaler() -> Obj:
    target = {"type": "Utilization", "averageUtilization": 50}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "php-apache"},
        "minReplicas": 1,
        "maxReplicas": 10,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }
    return _object("HorizontalPodAutoscaler", "php-apache", **spec) | {"apiVersion": "autoscaling/v2"}
