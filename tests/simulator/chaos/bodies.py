"""Objects of all kinds of workloads, small enough that a few of each fit on a cluster of three nodes."""

from __future__ import annotations

from typing import Any

from tutor.simulator.store import Obj

NAMESPACE = "chaos"
NAMES = ("a", "b", "c")
"""Every kind has objects of these names at most."""
GOOD_IMAGE = "web-app:v2.2.0"
IMAGES = (
    GOOD_IMAGE,
    "web-app:v2.1.0",
    "web-app:v2.5.0-crash",
    "nginx:1.27",
    "nginx:9.99",
    "registry.k8s.io/pause:3.10",
)
CLASSES = ("", "", "system-cluster-critical")
SCRIPTS = ("sleep 3", "sleep 2; exit 1", "sleep 40", "echo hello; false")
KINDS = {
    "Deployment": "deployments.apps",
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "Job": "jobs.batch",
    "CronJob": "cronjobs.batch",
    "Pod": "pods",
}
SCALED = ("Deployment", "ReplicaSet", "StatefulSet")
PATHS = {
    "Pod": "/api/v1/namespaces/chaos/pods",
    "Service": "/api/v1/namespaces/chaos/services",
    "ConfigMap": "/api/v1/namespaces/chaos/configmaps",
    "PersistentVolumeClaim": "/api/v1/namespaces/chaos/persistentvolumeclaims",
    "ResourceQuota": "/api/v1/namespaces/chaos/resourcequotas",
    "Deployment": "/apis/apps/v1/namespaces/chaos/deployments",
    "ReplicaSet": "/apis/apps/v1/namespaces/chaos/replicasets",
    "StatefulSet": "/apis/apps/v1/namespaces/chaos/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/chaos/daemonsets",
    "Job": "/apis/batch/v1/namespaces/chaos/jobs",
    "CronJob": "/apis/batch/v1/namespaces/chaos/cronjobs",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/chaos/horizontalpodautoscalers",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/chaos/poddisruptionbudgets",
}


def _object(kind: str, name: str, spec: Any) -> Obj:
    group = PATHS[kind].split("/namespaces/")[0].removeprefix("/apis/").removeprefix("/api/")
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name, "labels": {"kind": kind}}, "spec": spec}


def app_of(kind: str, name: str) -> str:
    """The label of a workload's pods."""
    return f"{kind.lower()}-{name}"


def _container(number: int) -> Obj:
    body: Obj = {"name": "c", "image": IMAGES[number % len(IMAGES)]}
    body["resources"] = {"requests": {"cpu": f"{50 * (number % 4)}m", "memory": f"{16 * (number % 5)}Mi"}}
    if number % 3 == 0:
        body["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 3000}, "periodSeconds": 2}
    if number % 5 == 0:
        body["livenessProbe"] = {"tcpSocket": {"port": 3000}, "failureThreshold": 2}
    if number % 7 == 0:
        body["lifecycle"] = {"preStop": {"sleep": {"seconds": 3}}}
    return body


def _placement(number: int, labels: dict[str, str]) -> Obj:
    selector = {"matchLabels": labels}
    host = {"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    choices: tuple[Obj, ...] = (
        {},
        {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 10, "podAffinityTerm": host}]}}},
        {"topologySpreadConstraints": [{**spread, "whenUnsatisfiable": "ScheduleAnyway"}]},
        {"topologySpreadConstraints": [{**spread, "whenUnsatisfiable": "DoNotSchedule"}]},
        {"priorityClassName": "important"},
    )  # fmt: skip
    return choices[number % len(choices)]


def _template(kind: str, name: str, number: int) -> Obj:
    labels = {"app": app_of(kind, name)}
    spec = {"terminationGracePeriodSeconds": number % 20, "containers": [_container(number)]}
    return {"metadata": {"labels": labels}, "spec": {**spec, **_placement(number // 3, labels)}}


def _batch(number: int) -> Obj:
    script = {"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", SCRIPTS[number % len(SCRIPTS)]]}
    template = {"spec": {"restartPolicy": ("Never", "OnFailure")[number % 2], "containers": [script]}}
    spec: Obj = {"template": template, "backoffLimit": number % 3, "parallelism": 1 + number % 2, "completions": 2}
    if number % 4 == 1:
        spec["completionMode"] = "Indexed"
    if number % 5 == 2:
        spec["activeDeadlineSeconds"] = 30
    if number % 3 == 0:
        spec["ttlSecondsAfterFinished"] = 60
    return spec


def namespace() -> Obj:
    """Where everything is."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def workload(kind: str, name: str, number: int) -> Obj:
    """A workload; `number` decides its details."""
    if kind == "Pod":
        template = _template(kind, name, number)
        template["spec"]["restartPolicy"] = ("Always", "Never", "OnFailure")[number % 3]
        body = _object(kind, name, template["spec"])
        body["metadata"]["labels"] |= template["metadata"]["labels"]
        return body
    if kind == "Job":
        return _object(kind, name, _batch(number))
    if kind == "CronJob":
        return _object(kind, name, {"schedule": "*/2 * * * *", "jobTemplate": {"spec": _batch(number)}})
    selector = {"matchLabels": {"app": app_of(kind, name)}}
    spec: Obj = {"selector": selector, "template": _template(kind, name, number)}
    if kind in SCALED:
        spec["replicas"] = number % 4
    if kind == "StatefulSet":
        spec |= {"serviceName": name} | (_claims() if number % 2 else {})
        spec["podManagementPolicy"] = ("OrderedReady", "Parallel")[number % 3 == 0]
    if kind == "Deployment" and number % 6 == 5:
        spec["strategy"] = {"type": "Recreate"}
    return _object(kind, name, spec)


def _claims() -> Obj:
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    return {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}]}


def service(kind: str, name: str) -> Obj:
    """A Service for a workload's pods."""
    app = app_of(kind, name)
    return _object("Service", app, {"selector": {"app": app}, "ports": [{"port": 80, "targetPort": 3000}]})


def budget(kind: str, name: str, number: int) -> Obj:
    """A disruption budget for a workload's pods."""
    app = app_of(kind, name)
    return _object(
        "PodDisruptionBudget", app, {"maxUnavailable": number % 2, "selector": {"matchLabels": {"app": app}}}
    )


def autoscaler(kind: str, name: str) -> Obj:
    """An autoscaler for a workload."""
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    spec = {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 3, "metrics": [metric]}
    return _object("HorizontalPodAutoscaler", app_of(kind, name), spec)


def quota(number: int) -> Obj:
    """A quota for the namespace."""
    return _object("ResourceQuota", "quota", {"hard": {"pods": str(5 + number % 20)}})
