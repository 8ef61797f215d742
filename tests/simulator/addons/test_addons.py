"""Add-ons are applied and deleted like on a real cluster, and do something only while they are there."""

from __future__ import annotations

import pytest

from tests.simulator.workloads import deployment
from tutor.simulator import addons
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.images.traffic import Request
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

NOW = 1_780_000_040.0
REGISTRATION = "apiservices.apiregistration.k8s.io"


@pytest.fixture
def cluster() -> SimulatedCluster:
    return SimulatedCluster(now=NOW, strict=True)


def available(cluster: SimulatedCluster) -> tuple[str, str]:
    obj = cluster.store.get(REGISTRATION, "", "v1beta1.metrics.k8s.io")
    assert obj is not None
    condition = obj["status"]["conditions"][0]
    return condition["status"], condition["reason"]


def ingress(class_name: str = "nginx") -> Obj:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"ingressClassName": class_name, "rules": [{"host": "shop.example", "http": {"paths": [path]}}]},
    }


def test_a_new_cluster_has_a_default_class_only(cluster: SimulatedCluster) -> None:
    assert addons.installed(cluster) == {"default-storage-class"}


def test_an_unknown_add_on_is_refused(cluster: SimulatedCluster) -> None:
    with pytest.raises(addons.UnknownAddon, match="choose from default-storage-class, ingress-nginx, metrics-server"):
        addons.install(cluster, "dashboard")


def test_metrics_come_once_metrics_server_is_ready(cluster: SimulatedCluster) -> None:
    assert cluster.metrics.problem == "the server could not find the requested resource"
    addons.install(cluster, "metrics-server")
    cluster.engine.advance(1)
    assert available(cluster) == ("False", "MissingEndpoints")
    assert cluster.metrics.problem == "the server is currently unable to handle the request"
    cluster.engine.advance(60)
    assert available(cluster) == ("True", "Passed")
    assert cluster.metrics.problem == ""
    assert {name for namespace, name in cluster.metrics.pods if namespace == "kube-system"} == {
        name_of(pod) for pod in cluster.store.list("pods", "kube-system")
    }
    assert set(cluster.metrics.nodes) == {"node-1", "node-2", "node-3"}


def test_metrics_end_with_metrics_server(cluster: SimulatedCluster) -> None:
    addons.install(cluster, "metrics-server")
    cluster.engine.advance(60)
    addons.remove(cluster, "metrics-server")
    cluster.engine.advance(60)
    assert cluster.metrics.problem == "the server could not find the requested resource"
    assert cluster.metrics.pods == {}
    assert "metrics-server" not in addons.installed(cluster)
    assert not [pod for pod in cluster.store.list("pods") if name_of(pod).startswith("metrics-server")]


def test_installing_twice_changes_nothing(cluster: SimulatedCluster) -> None:
    addons.install(cluster, "metrics-server")
    revision = cluster.store.revision
    addons.install(cluster, "metrics-server")
    assert cluster.store.revision == revision


def test_without_a_default_class_a_claim_gets_none(cluster: SimulatedCluster) -> None:
    addons.remove(cluster, "default-storage-class")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    body = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "default"}}
    cluster.client("test").create("persistentvolumeclaims", {**body, "spec": spec})
    cluster.engine.advance(1)
    claim = cluster.store.get("persistentvolumeclaims", "default", "c")
    assert claim is not None
    assert "storageClassName" not in claim["spec"]


@pytest.mark.parametrize(("class_name", "address"), [("nginx", "localhost"), ("traefik", None)])
def test_the_ingress_controller_publishes_where_its_ingresses_are(
    cluster: SimulatedCluster, class_name: str, address: str | None
) -> None:
    addons.install(cluster, "ingress-nginx")
    cluster.engine.advance(60)
    cluster.client("test").create("ingresses.networking.k8s.io", ingress(class_name))
    cluster.engine.advance(60)
    found = cluster.store.get("ingresses.networking.k8s.io", "default", "web")
    assert found is not None
    published = (found["status"].get("loadBalancer") or {}).get("ingress") or [{}]
    assert published[0].get("hostname") == address
    told = [event["reason"] for event in cluster.store.list("events") if event["involvedObject"]["kind"] == "Ingress"]
    assert told == (["Sync"] if address else [])


def test_without_the_ingress_controller_nothing_happens(cluster: SimulatedCluster) -> None:
    cluster.client("test").create("ingresses.networking.k8s.io", ingress())
    cluster.engine.advance(60)
    found = cluster.store.get("ingresses.networking.k8s.io", "default", "web")
    assert found is not None
    assert not (found["status"].get("loadBalancer") or {}).get("ingress")


def test_an_autoscaler_works_with_what_metrics_server_measures(cluster: SimulatedCluster) -> None:
    addons.install(cluster, "metrics-server")
    client = cluster.client("test")
    body = deployment("web", replicas=1)
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100m"}}
    client.create("deployments.apps", body)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    metadata = {"name": "web", "namespace": "default"}
    spec = {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 4}
    body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}
    client.create("horizontalpodautoscalers.autoscaling", body)
    cluster.engine.advance(120)
    hpa = cluster.store.get("horizontalpodautoscalers.autoscaling", "default", "web")
    assert hpa is not None
    states = {condition["type"]: condition["status"] for condition in hpa["status"]["conditions"]}
    assert states["ScalingActive"] == "True"
    assert hpa["status"]["currentMetrics"][0]["resource"]["current"]["averageUtilization"] < 5


@pytest.mark.parametrize(("host", "status"), [("shop.example", 200), ("elsewhere", 404)])
def test_the_ingress_controller_sends_requests_to_services(cluster: SimulatedCluster, host: str, status: int) -> None:
    addons.install(cluster, "ingress-nginx")
    client = cluster.client("test")
    client.create("deployments.apps", deployment("web"))
    metadata = {"name": "web", "namespace": "default"}
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    client.create("services", {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    client.create("ingresses.networking.k8s.io", ingress())
    cluster.engine.advance(60)
    pod = next(pod for pod in cluster.store.list("pods", "ingress-nginx"))
    request = Request(headers={"Host": host})
    assert cluster.runtime.request("ingress-nginx", name_of(pod), 80, request).status == status


def test_without_ready_pods_the_ingress_controller_says_unavailable(cluster: SimulatedCluster) -> None:
    addons.install(cluster, "ingress-nginx")
    cluster.client("test").create("ingresses.networking.k8s.io", ingress())
    cluster.engine.advance(60)
    pod = next(pod for pod in cluster.store.list("pods", "ingress-nginx"))
    request = Request(headers={"Host": "shop.example"})
    assert cluster.runtime.request("ingress-nginx", name_of(pod), 80, request).status == 503
