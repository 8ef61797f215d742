"""Node objects: what a kubelet says of the machine it runs on (pkg/kubelet/nodestatus/setters.go)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator import quantity
from tutor.simulator.clock import timestamp
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import NodeSpec

VERSION = "v1.37.2"
RUNTIME = "containerd://2.4.2"
KERNEL = "6.12.0-sim"
OS_IMAGE = "Debian GNU/Linux 12 (bookworm)"
RESERVED_MEMORY = 100 * 2**20
"""Bytes a node keeps for itself: the threshold below which it evicts pods."""
DISK = 100 * 10**9
SYSTEM_MEMORY = 350 * 2**20
"""Bytes of memory that a node's own processes take: kubelet, container runtime and the rest."""
SYSTEM_DISK = 6 * 10**9
"""Bytes of its disk that its operating system takes."""
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
PRESSURES = {
    "MemoryPressure": (
        ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
    ),
    "DiskPressure": (
        ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("KubeletHasDiskPressure", "kubelet has disk pressure"),
    ),
    "PIDPressure": (
        ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
    ),
}
"""Conditions of what a node may be short of: reason and message while it is not, and while it is. Events have the reasons with Node
for Kubelet."""


def node_ip(number: int) -> str:
    """The address of the n-th node, counted from 0."""
    number += 2
    return f"172.18.{number // 250}.{number % 250}"


def pod_cidr(number: int) -> str:
    """The range of addresses for pods on the n-th node."""
    return f"10.{244 + number // 256}.{number % 256}.0/24"


def new_node(spec: NodeSpec, number: int, now: float) -> Obj:
    """A node as it registers, ready from the start."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
    }
    cidr = pod_cidr(number)
    node_spec: dict[str, Any] = {"podCIDR": cidr, "podCIDRs": [cidr]}
    if spec.control_plane:
        labels[CONTROL_PLANE] = ""
        node_spec["taints"] = [{"key": CONTROL_PLANE, "effect": "NoSchedule"}]
    annotations = {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": spec.name, "labels": labels, "annotations": annotations},
        "spec": node_spec,
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": node_ip(number)},
                {"type": "Hostname", "address": spec.name},
            ],
            "capacity": _resources(spec, 0),
            "allocatable": _resources(spec, RESERVED_MEMORY),
            "conditions": ready_conditions(now, now),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": _info(spec.name),
            "images": [],
        },
    }


def _resources(spec: NodeSpec, reserved: int) -> dict[str, str]:
    memory = quantity.whole(spec.memory) - reserved
    disk = DISK if not reserved else DISK * 9 // 10
    return {
        "cpu": spec.cpu,
        "ephemeral-storage": str(disk),
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{memory // 1024}Ki",
        "pods": spec.pods,
    }


def allocatable(status: Mapping[str, Any]) -> dict[str, str]:
    """What pods can have of a node by its status. Extended resources may be written into the capacity by anybody; the kubelet lets
    pods have all of them (pkg/kubelet/nodestatus/setters.go, MachineInfo)."""
    capacity: Mapping[str, str] = status.get("capacity") or {}
    known = {name: amount for name, amount in (status.get("allocatable") or {}).items() if not _is_extended(name)}
    return known | {name: amount for name, amount in capacity.items() if _is_extended(name)}


def _is_extended(resource: str) -> bool:
    """Whether a resource is none of Kubernetes' own (apis/core/v1/helper, IsExtendedResourceName)."""
    return "/" in resource and "kubernetes.io/" not in resource and not resource.startswith("requests.")


def ready_conditions(now: float, since: float) -> list[dict[str, str]]:
    """The conditions of a node on which nothing is wrong."""
    times = {"lastHeartbeatTime": timestamp(now), "lastTransitionTime": timestamp(since)}
    conditions = [
        {"type": kind, "status": "False", **times, "reason": reason, "message": message}
        for kind, ((reason, message), _) in PRESSURES.items()
    ]
    ready = {"type": "Ready", "status": "True", **times, "reason": "KubeletReady"}
    return [*conditions, {**ready, "message": "kubelet is posting ready status"}]


def _info(name: str) -> dict[str, Any]:
    machine = hashlib.sha256(name.encode()).hexdigest()
    return {
        "architecture": "amd64",
        "bootID": _uuid(machine[:32]),
        "containerRuntimeVersion": RUNTIME,
        "kernelVersion": KERNEL,
        "kubeProxyVersion": "",
        "kubeletVersion": VERSION,
        "machineID": machine[32:],
        "operatingSystem": "linux",
        "osImage": OS_IMAGE,
        "runningInUserNamespace": False,
        "systemUUID": _uuid(machine[32:]),
    }


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_lease(node: Obj, renewed: str) -> Obj:
    """The Lease by which a kubelet shows that it is alive."""
    name = name_of(node)
    owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
    metadata = {"name": name, "namespace": "kube-node-lease", "ownerReferences": [owner]}
    spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": renewed}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
