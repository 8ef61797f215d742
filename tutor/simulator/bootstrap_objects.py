"""Objects that a new cluster has and that nobody in it reads: API groups, flow control, the range of Service addresses...

They are there because clients list them. Source of flow control: apiserver, pkg/apis/flowcontrol/bootstrap/default.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import timestamp
from tutor.simulator.objects import owner_reference
from tutor.simulator.resources.flow_control import BUILT_IN, LEVELS
from tutor.simulator.resources.flow_control import GROUP as FLOW_CONTROL
from tutor.simulator.resources.service_allocation import SERVICE_CIDR
from tutor.simulator.store import Obj

_SCHEMAS = f"flowschemas.{FLOW_CONTROL}"
_LIMITED_LEVELS: Mapping[str, tuple[int, int, int, int]] = {
    "node-high": (40, 25, 64, 6),
    "system": (30, 33, 64, 6),
    "leader-election": (10, 0, 16, 4),
    "workload-high": (40, 50, 128, 6),
    "workload-low": (100, 90, 128, 6),
    "global-default": (20, 50, 128, 6),
}
"""Name: shares, how many percent of them are lent, queues, queues a flow may use."""
_USERS = "User", "system:kube-controller-manager", "system:kube-scheduler"
_EVERYBODY = ("Group", "system:unauthenticated", "system:authenticated")
_ANYTHING: Mapping[str, Any] = {
    "nonResourceRules": [{"nonResourceURLs": ["*"], "verbs": ["*"]}],
    "resourceRules": [
        {"apiGroups": ["*"], "clusterScope": True, "namespaces": ["*"], "resources": ["*"], "verbs": ["*"]}
    ],
}
_HEALTH: Mapping[str, Any] = {
    "nonResourceRules": [{"nonResourceURLs": ["/healthz", "/readyz", "/livez"], "verbs": ["get"]}]
}
_LEASES: Mapping[str, Any] = {"apiGroups": ["coordination.k8s.io"], "namespaces": ["*"], "resources": ["leases"]}
_LEADERS: Mapping[str, Any] = {"resourceRules": [{**_LEASES, "verbs": ["get", "create", "update"]}]}
_NODES: Mapping[str, Any] = {
    "resourceRules": [
        {
            "apiGroups": [""],
            "clusterScope": True,
            "namespaces": ["*"],
            "resources": ["nodes", "nodes/status"],
            "verbs": ["*"],
        },
        {**_LEASES, "verbs": ["*"]},
    ]
}
_FLOWS: tuple[tuple[str, str, int, str, Sequence[Sequence[str]], Mapping[str, Any]], ...] = (
    ("exempt", "exempt", 1, "", (("Group", "system:masters"),), _ANYTHING),
    ("probes", "exempt", 2, "", (_EVERYBODY,), _HEALTH),
    (
        "system-leader-election",
        "leader-election",
        100,
        "ByUser",
        (_USERS, ("ServiceAccount", "*")),
        _LEADERS,
    ),
    ("system-node-high", "node-high", 400, "ByUser", (("Group", "system:nodes"),), _NODES),
    ("system-nodes", "system", 500, "ByUser", (("Group", "system:nodes"),), _ANYTHING),
    ("kube-controller-manager", "workload-high", 800, "ByNamespace", (_USERS[:2],), _ANYTHING),
    ("kube-scheduler", "workload-high", 800, "ByNamespace", (("User", _USERS[2]),), _ANYTHING),
    ("kube-system-service-accounts", "workload-high", 900, "ByNamespace", (("ServiceAccount", "*"),), _ANYTHING),
    ("service-accounts", "workload-low", 9000, "ByUser", (("Group", "system:serviceaccounts"),), _ANYTHING),
    ("global-default", "global-default", 9900, "ByUser", (_EVERYBODY,), _ANYTHING),
    ("catch-all", "catch-all", 10000, "ByUser", (_EVERYBODY,), _ANYTHING),
)
"""Name, level, precedence, what tells flows apart, subjects (kind and names), rules."""
_GROUP_PRIORITIES: Mapping[str, int] = {
    "": 18000,
    "apps": 17800,
    "events.k8s.io": 17750,
    "authentication.k8s.io": 17700,
    "authorization.k8s.io": 17600,
    "autoscaling": 17500,
    "batch": 17400,
    "certificates.k8s.io": 17300,
    "networking.k8s.io": 17200,
    "policy": 17100,
    "rbac.authorization.k8s.io": 17000,
    "storage.k8s.io": 16800,
    "admissionregistration.k8s.io": 16700,
    "apiextensions.k8s.io": 16700,
    "scheduling.k8s.io": 16600,
    "coordination.k8s.io": 16500,
    "node.k8s.io": 16300,
    "discovery.k8s.io": 16200,
    "resource.k8s.io": 16200,
    "flowcontrol.apiserver.k8s.io": 16100,
    "storagemigration.k8s.io": 15800,
}
_VERSION_PRIORITIES = {"": 1, "flowcontrol.apiserver.k8s.io": 21, "resource.k8s.io": 21}
"""Of the groups whose version does not have the usual 15 (pkg/controlplane/apiserver/aggregator.go)."""
_MIGRATED = ("aws-ebs", "azure-disk", "azure-file", "cinder", "gce-pd", "portworx-volume", "vsphere-volume")
"""In-tree volume plugins that CSI drivers have taken over (pkg/volume/csimigration)."""


def create_standing_objects(client: Client, nodes: Sequence[Obj]) -> None:
    """Create them all, in a cluster that has these nodes."""
    for service in _local_groups():
        client.create("apiservices.apiregistration.k8s.io", service)
    for level in _levels():
        client.create(LEVELS, level)
    for schema in _schemas():
        client.create(_SCHEMAS, schema)
    _service_range(client)
    migrated = {"storage.alpha.kubernetes.io/migrated-plugins": ",".join(f"kubernetes.io/{name}" for name in _MIGRATED)}
    for node in nodes:
        metadata = {
            "name": node["metadata"]["name"],
            "annotations": migrated,
            "ownerReferences": [owner_reference({"apiVersion": "v1", "kind": "Node", **node}, controller=False)],
        }
        client.create("csinodes.storage.k8s.io", _object("storage.k8s.io/v1", "CSINode", metadata, {"drivers": None}))


def _object(api_version: str, kind: str, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Obj:
    return {"apiVersion": api_version, "kind": kind, "metadata": dict(metadata), "spec": dict(spec)}


def _built_in(kind: str, name: str, spec: Mapping[str, Any]) -> Obj:
    metadata = {"name": name, "annotations": {BUILT_IN: "true"}}
    return _object(f"{FLOW_CONTROL}/v1", kind, metadata, spec)


def _local_groups() -> Iterator[Obj]:
    """The groups that the API server serves itself."""
    versions = [(group, "v1", _VERSION_PRIORITIES.get(group, 15)) for group in _GROUP_PRIORITIES]
    for group, version, priority in (*versions, ("autoscaling", "v2", 30)):
        spec = {"version": version, "groupPriorityMinimum": _GROUP_PRIORITIES[group], "versionPriority": priority}
        if group:
            spec["group"] = group
        metadata = {
            "name": f"{version}.{group}",
            "labels": {"kube-aggregator.kubernetes.io/automanaged": "onstart"},
        }
        yield _object("apiregistration.k8s.io/v1", "APIService", metadata, spec)


def _levels() -> Iterator[Obj]:
    kind = "PriorityLevelConfiguration"
    exempt = {"nominalConcurrencyShares": 0, "lendablePercent": 0}
    yield _built_in(kind, "exempt", {"type": "Exempt", "exempt": exempt})
    for name, (shares, lent, queues, hand) in _LIMITED_LEVELS.items():
        queuing = {"queues": queues, "handSize": hand, "queueLengthLimit": 50}
        limited = {"nominalConcurrencyShares": shares, "lendablePercent": lent}
        response = {"type": "Queue", "queuing": queuing}
        yield _built_in(kind, name, {"type": "Limited", "limited": {**limited, "limitResponse": response}})
    rejected = {"nominalConcurrencyShares": 5, "lendablePercent": 0, "limitResponse": {"type": "Reject"}}
    yield _built_in(kind, "catch-all", {"type": "Limited", "limited": rejected})


def _schemas() -> Iterator[Obj]:
    for name, level, precedence, distinguished, subjects, rule in _FLOWS:
        spec: dict[str, Any] = {
            "priorityLevelConfiguration": {"name": level},
            "matchingPrecedence": precedence,
            "rules": [{**rule, "subjects": [_subject(kind, who) for kind, *names in subjects for who in names]}],
        }
        if distinguished:
            spec["distinguisherMethod"] = {"type": distinguished}
        yield _built_in("FlowSchema", name, spec)


def _subject(kind: str, name: str) -> dict[str, Any]:
    if kind == "ServiceAccount":
        return {"kind": kind, "serviceAccount": {"namespace": "kube-system", "name": name}}
    return {"kind": kind, kind.lower(): {"name": name}}


def _service_range(client: Client) -> None:
    metadata = {"name": "kubernetes", "finalizers": ["networking.k8s.io/service-cidr-finalizer"]}
    body = _object("networking.k8s.io/v1", "ServiceCIDR", metadata, {"cidrs": [str(SERVICE_CIDR)]})
    resource = "servicecidrs.networking.k8s.io"
    ready = {
        "type": "Ready",
        "status": "True",
        "lastTransitionTime": timestamp(client.now),
        "reason": "",
        "message": "Kubernetes Service CIDR is ready",
    }
    client.update_status(resource, client.create(resource, body), {"conditions": [ready]})
