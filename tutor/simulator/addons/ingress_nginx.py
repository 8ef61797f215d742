"""ingress-nginx: a reverse proxy that serves Ingresses (its deploy.yaml for kind, where the proxy is reached at localhost)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.addons.objects import RBAC, binding, deployment, obj, rule
from tutor.simulator.store import Obj

NAMESPACE = "ingress-nginx"
NAME = "ingress-nginx-controller"
IMAGE = "registry.k8s.io/ingress-nginx/controller:v1.13.1"
CLASS = "nginx"
CONTROLLER = "k8s.io/ingress-nginx"
READ = ("get", "list", "watch")
_LABELS = {
    "app.kubernetes.io/component": "controller",
    "app.kubernetes.io/instance": "ingress-nginx",
    "app.kubernetes.io/name": "ingress-nginx",
}


def objects() -> list[Obj]:
    """Everything that is applied, in order."""
    account = (NAMESPACE, "ingress-nginx")
    role = obj(f"{RBAC}/v1", "ClusterRole", "ingress-nginx", labels=_LABELS)
    rules = [
        rule([""], ["configmaps", "endpoints", "nodes", "pods", "secrets", "namespaces", "services"], READ),
        rule([""], ["events"], ["create", "patch"]),
        rule(["networking.k8s.io"], ["ingresses", "ingressclasses"], READ),
        rule(["networking.k8s.io"], ["ingresses/status"], ["update"]),
        rule(["discovery.k8s.io"], ["endpointslices"], READ),
    ]
    return [
        obj(
            "v1",
            "Namespace",
            NAMESPACE,
            labels={key: value for key, value in _LABELS.items() if "component" not in key},
        ),
        obj("v1", "ServiceAccount", "ingress-nginx", NAMESPACE, labels=_LABELS),
        {**role, "rules": rules},
        binding("ingress-nginx", "ingress-nginx", account),
        obj("v1", "ConfigMap", NAME, NAMESPACE, labels=_LABELS, data={"allow-snippet-annotations": "false"}),
        _service(),
        _deployment(),
        obj("networking.k8s.io/v1", "IngressClass", CLASS, labels=_LABELS, spec={"controller": CONTROLLER}),
    ]


def _service() -> Obj:
    ports = [
        {"name": name, "port": number, "protocol": "TCP", "targetPort": name, "appProtocol": name}
        for name, number in (("http", 80), ("https", 443))
    ]
    return obj(
        "v1", "Service", NAME, NAMESPACE, labels=_LABELS, spec={"type": "NodePort", "selector": _LABELS, "ports": ports}
    )


def _deployment() -> Obj:
    probe = {"httpGet": {"path": "/healthz", "port": 10254, "scheme": "HTTP"}, "initialDelaySeconds": 10}
    fields = {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}
    container: dict[str, Any] = {
        "name": "controller",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            f"--controller-class={CONTROLLER}",
            f"--ingress-class={CLASS}",
            f"--configmap=$(POD_NAMESPACE)/{NAME}",
            "--publish-status-address=localhost",
        ],
        "env": [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in fields.items()],
        "ports": [
            {"name": "http", "containerPort": 80, "protocol": "TCP"},
            {"name": "https", "containerPort": 443, "protocol": "TCP"},
        ],
        "livenessProbe": {**probe, "failureThreshold": 5},
        "readinessProbe": probe,
        "resources": {"requests": {"cpu": "100m", "memory": "90Mi"}},
    }
    pod = {
        "serviceAccountName": "ingress-nginx",
        "terminationGracePeriodSeconds": 0,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "containers": [container],
    }
    return deployment(NAME, NAMESPACE, _LABELS, pod)
