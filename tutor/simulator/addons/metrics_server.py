"""metrics-server: what `kubectl top` and HorizontalPodAutoscalers read (its components.yaml, trusting kubelets' own certificates)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.addons.objects import RBAC, binding, deployment, obj, rule
from tutor.simulator.store import Obj

NAME = "metrics-server"
NAMESPACE = "kube-system"
IMAGE = "registry.k8s.io/metrics-server/metrics-server:v0.9.0"
READ = ("get", "list", "watch")
_LABELS = {"k8s-app": NAME}
_ACCOUNT = (NAMESPACE, NAME)


def objects() -> list[Obj]:
    """Everything that is applied, in order."""
    aggregate = {f"{RBAC}/aggregate-to-{role}": "true" for role in ("view", "edit", "admin")}
    reader = obj(f"{RBAC}/v1", "ClusterRole", "system:aggregated-metrics-reader", labels=aggregate)
    own = obj(f"{RBAC}/v1", "ClusterRole", "system:metrics-server")
    return [
        obj("v1", "ServiceAccount", NAME, NAMESPACE, labels=_LABELS),
        {**reader, "rules": [rule(["metrics.k8s.io"], ["pods", "nodes"], READ)]},
        {
            **own,
            "rules": [
                rule([""], ["nodes/metrics"], ["get"]),
                rule([""], ["pods", "nodes", "namespaces", "configmaps"], READ),
            ],
        },
        binding(
            "metrics-server-auth-reader",
            "extension-apiserver-authentication-reader",
            _ACCOUNT,
            namespace=NAMESPACE,
            role_kind="Role",
        ),
        binding("metrics-server:system:auth-delegator", "system:auth-delegator", _ACCOUNT),
        binding("system:metrics-server", "system:metrics-server", _ACCOUNT),
        _service(),
        _deployment(),
        _registration(),
    ]


def _service() -> Obj:
    port = {"name": "https", "port": 443, "protocol": "TCP", "targetPort": "https", "appProtocol": "https"}
    return obj("v1", "Service", NAME, NAMESPACE, labels=_LABELS, spec={"selector": _LABELS, "ports": [port]})


def _deployment() -> Obj:
    container = {
        "name": NAME,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--cert-dir=/tmp",
            "--secure-port=10250",
            "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
            "--kubelet-use-node-status-port",
            "--metric-resolution=15s",
            "--kubelet-insecure-tls",
        ],
        "ports": [{"name": "https", "containerPort": 10250, "protocol": "TCP"}],
        "readinessProbe": {**_probe("/readyz"), "initialDelaySeconds": 20},
        "livenessProbe": _probe("/livez"),
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}},
        "volumeMounts": [{"name": "tmp-dir", "mountPath": "/tmp"}],
    }
    pod = {
        "serviceAccountName": NAME,
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "containers": [container],
        "volumes": [{"name": "tmp-dir", "emptyDir": {}}],
    }
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}
    return deployment(NAME, NAMESPACE, _LABELS, pod, strategy=strategy)


def _probe(path: str) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": "https", "scheme": "HTTPS"}, "periodSeconds": 10, "failureThreshold": 3}


def _registration() -> Obj:
    spec = {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": {"name": NAME, "namespace": NAMESPACE},
    }
    return obj("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", labels=_LABELS, spec=spec)
