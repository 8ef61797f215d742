"""Fills a new cluster with what is there before anybody uses one: nodes, namespaces, the API's own Service, cluster DNS.

The cluster lives through its first seconds before it is handed over, so that it is found as a running one is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.simulator.api.access.policy import default_policy
from tutor.simulator.bootstrap_objects import create_standing_objects
from tutor.simulator.client import Client
from tutor.simulator.clock import timestamp
from tutor.simulator.kubelet.nodes import new_node
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import NodeSpec, SimulatedCluster

AGE_SECONDS = 120
"""How old a cluster is when it is handed over."""
NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
API_SERVICE_IP = "10.96.0.1"
API_SERVER_IP = "172.18.0.1"
API_SERVER_PORT = 6443
DNS_SERVICE_IP = "10.96.0.10"
DNS_IMAGE = "registry.k8s.io/coredns/coredns:v1.13.1"


def bootstrap(cluster: SimulatedCluster, nodes: tuple[NodeSpec, ...]) -> None:
    """Create everything and let it settle."""
    handed_over = cluster.clock.now
    cluster.clock.now = handed_over - AGE_SECONDS
    client = cluster.client("kube-apiserver")
    for name in NAMESPACES:
        client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    _priority_classes(cluster, client)
    for resource, obj in default_policy(timestamp(client.now)):
        cluster.store.create(resource, obj, client.actor)
    _api_service(client)
    created = [client.create("nodes", new_node(spec, number, client.now)) for number, spec in enumerate(nodes)]
    create_standing_objects(client, created)
    cluster.engine.run_ready()
    _storage_class(cluster, client)
    _dns(client, len(nodes))
    cluster.engine.advance_to(handed_over)


def _priority_classes(cluster: SimulatedCluster, client: Client) -> None:
    if cluster.scheme.stored("priorityclasses.scheduling.k8s.io") is None:
        return
    for name, value, what in (
        ("system-cluster-critical", 2000000000, "in the cluster, but can be moved to another node if necessary."),
        ("system-node-critical", 2000001000, "not be moved from their current node."),
    ):
        verb = "must run" if name == "system-cluster-critical" else "must"
        body: Obj = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}}
        text = f"Used for system critical pods that {verb} {what}"
        body.update({"value": value, "description": text, "preemptionPolicy": "PreemptLowerPriority"})
        client.create("priorityclasses.scheduling.k8s.io", body)


def _api_service(client: Client) -> None:
    """The Service "kubernetes", whose endpoints the API server keeps itself."""
    labels = {"component": "apiserver", "provider": "kubernetes"}
    spec = {
        "type": "ClusterIP",
        "clusterIP": API_SERVICE_IP,
        "clusterIPs": [API_SERVICE_IP],
        "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": API_SERVER_PORT}],
    }
    client.create("services", _object("v1", "Service", "default", "kubernetes", labels) | {"spec": spec})
    port = {"name": "https", "port": API_SERVER_PORT, "protocol": "TCP"}
    endpoints = _object("v1", "Endpoints", "default", "kubernetes", {"endpointslice.kubernetes.io/skip-mirror": "true"})
    client.create("endpoints", endpoints | {"subsets": [{"addresses": [{"ip": API_SERVER_IP}], "ports": [port]}]})
    labels = {"kubernetes.io/service-name": "kubernetes"}
    slice_ = _object("discovery.k8s.io/v1", "EndpointSlice", "default", "kubernetes", labels)
    slice_ |= {"addressType": "IPv4", "ports": [port]}
    slice_["endpoints"] = [{"addresses": [API_SERVER_IP], "conditions": {"ready": True}}]
    client.create("endpointslices.discovery.k8s.io", slice_)


def _object(api_version: str, kind: str, namespace: str, name: str, labels: dict[str, str]) -> Obj:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
    }


def _storage_class(cluster: SimulatedCluster, client: Client) -> None:
    if cluster.scheme.stored("storageclasses.storage.k8s.io") is None:
        return
    metadata = {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    body: Obj = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": metadata}
    body |= {
        "provisioner": "rancher.io/local-path",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    client.create("storageclasses.storage.k8s.io", body)


def _dns(client: Client, nodes: int) -> None:
    """CoreDNS as kubeadm sets it up: a Deployment, its configuration and the Service "kube-dns"."""
    labels = {"k8s-app": "kube-dns"}
    service_labels = labels | {"kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"}
    service = _object("v1", "Service", "kube-system", "kube-dns", service_labels)
    ports = (("dns", "UDP", 53), ("dns-tcp", "TCP", 53), ("metrics", "TCP", 9153))
    service["spec"] = {
        "type": "ClusterIP",
        "clusterIP": DNS_SERVICE_IP,
        "clusterIPs": [DNS_SERVICE_IP],
        "selector": labels,
        "ports": [{"name": name, "protocol": protocol, "port": port} for name, protocol, port in ports],
    }
    account = _object("v1", "ServiceAccount", "kube-system", "coredns", {})
    config = _object("v1", "ConfigMap", "kube-system", "coredns", {}) | {"data": {"Corefile": _COREFILE}}
    deployment = _object("apps/v1", "Deployment", "kube-system", "coredns", labels)
    deployment["spec"] = {
        "replicas": min(2, max(1, nodes)),
        "selector": {"matchLabels": labels},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": "25%"}},
        "template": {"metadata": {"labels": labels}, "spec": _dns_pod()},
    }
    for resource, body in (
        ("serviceaccounts", account),
        ("configmaps", config),
        ("services", service),
        ("deployments.apps", deployment),
    ):
        client.create(resource, body)


def _dns_pod() -> dict[str, Any]:
    volume = {"name": "coredns", "items": [{"key": "Corefile", "path": "Corefile"}]}
    ports = (("dns", "UDP", 53), ("dns-tcp", "TCP", 53), ("metrics", "TCP", 9153))
    container = {
        "name": "coredns",
        "image": DNS_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [{"name": name, "protocol": protocol, "containerPort": port} for name, protocol, port in ports],
        "resources": {"limits": {"memory": "170Mi"}, "requests": {"cpu": "100m", "memory": "70Mi"}},
        "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": True}],
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 60, "timeoutSeconds": 5},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
    }
    return {
        "serviceAccountName": "coredns",
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
        ],
        "containers": [container],
        "volumes": [{"name": "config-volume", "configMap": volume}],
    }


_COREFILE = """\
.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
}
"""
