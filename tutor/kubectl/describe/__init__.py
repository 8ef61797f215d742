"""`kubectl describe`: one module for each family of kinds. The layout follows kubectl `pkg/describe/describe.go`.

A describer is a function `(context, obj) -> str`; DESCRIBERS says where each kind's is. Kinds without one get the
generic describer.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tutor.kubectl.describe.context import Context
    from tutor.kubectl.objects import Object

Describer: TypeAlias = "Callable[[Context, Object], str]"

DESCRIBERS: dict[tuple[str, str], str] = {  # (group, kind): module.function
    ("", "Pod"): "pod.describe_pod",
    ("", "ReplicationController"): "workloads.describe_replication_controller",
    ("", "Secret"): "config.describe_secret",
    ("", "Service"): "service.describe_service",
    ("", "ServiceAccount"): "config.describe_service_account",
    ("", "Node"): "node.describe_node",
    ("", "LimitRange"): "namespace.describe_limit_range",
    ("", "ResourceQuota"): "namespace.describe_resource_quota",
    ("", "PersistentVolume"): "storage.describe_persistent_volume",
    ("", "PersistentVolumeClaim"): "storage.describe_persistent_volume_claim",
    ("", "Namespace"): "namespace.describe_namespace",
    ("", "Endpoints"): "service.describe_endpoints",
    ("", "ConfigMap"): "config.describe_config_map",
    ("certificates.k8s.io", "CertificateSigningRequest"): "certificates.describe_signing_request",
    ("discovery.k8s.io", "EndpointSlice"): "service.describe_endpoint_slice",
    ("autoscaling", "HorizontalPodAutoscaler"): "autoscaling.describe_autoscaler",
    ("networking.k8s.io", "Ingress"): "ingress.describe_ingress",
    ("networking.k8s.io", "IngressClass"): "ingress.describe_ingress_class",
    ("networking.k8s.io", "NetworkPolicy"): "network_policy.describe_network_policy",
    ("networking.k8s.io", "IPAddress"): "infrastructure.describe_ip_address",
    ("networking.k8s.io", "ServiceCIDR"): "infrastructure.describe_service_cidr",
    ("storage.k8s.io", "CSINode"): "infrastructure.describe_csi_node",
    ("batch", "Job"): "batch.describe_job",
    ("batch", "CronJob"): "batch.describe_cron_job",
    ("apps", "StatefulSet"): "workloads.describe_stateful_set",
    ("apps", "Deployment"): "workloads.describe_deployment",
    ("apps", "DaemonSet"): "workloads.describe_daemon_set",
    ("apps", "ReplicaSet"): "workloads.describe_replica_set",
    ("storage.k8s.io", "StorageClass"): "storage.describe_storage_class",
    ("policy", "PodDisruptionBudget"): "policy.describe_disruption_budget",
    ("scheduling.k8s.io", "PriorityClass"): "policy.describe_priority_class",
    ("rbac.authorization.k8s.io", "Role"): "rbac.describe_role",
    ("rbac.authorization.k8s.io", "ClusterRole"): "rbac.describe_role",
    ("rbac.authorization.k8s.io", "RoleBinding"): "rbac.describe_binding",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "rbac.describe_binding",
}


def describer_for(group: str, kind: str) -> Describer:
    """The describer of a kind."""
    place = DESCRIBERS.get((group, kind), "generic.describe_generic")
    module, _, function = place.partition(".")
    found: Describer = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return found
