"""The kinds of Kubernetes 1.37 an exercise may name without saying their API version, and which have a namespace.

Source: the API reference at kubernetes.io/docs/reference/kubernetes-api/.
"""

from __future__ import annotations

_NAMESPACED = {
    "v1": (
        "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota"
        " Secret Service ServiceAccount"
    ),
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "coordination.k8s.io/v1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
}
_CLUSTER_SCOPED = {
    "v1": "Namespace Node PersistentVolume",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "networking.k8s.io/v1": "IngressClass",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "scheduling.k8s.io/v1": "PriorityClass",
    "storage.k8s.io/v1": "StorageClass",
}

API_VERSIONS = {
    kind: version
    for table in (_NAMESPACED, _CLUSTER_SCOPED)
    for version, kinds in table.items()
    for kind in kinds.split()
}
"""The API version of each built-in kind."""

CLUSTER_SCOPED = frozenset(kind for kinds in _CLUSTER_SCOPED.values() for kind in kinds.split())
"""The built-in kinds whose objects belong to no namespace."""

OTHER_API_VERSIONS = {
    "HorizontalPodAutoscaler": ("autoscaling/v1",),
    "Event": ("events.k8s.io/v1",),
}
"""Further API versions that Kubernetes 1.37 serves for a kind."""
