"""Whether a kubelet takes a pod that was assigned to its node (pkg/kubelet/lifecycle/predicate.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tutor.simulator.objects import uid_of
from tutor.simulator.scheduler.filters import node_affinity, node_ports
from tutor.simulator.scheduler.requests import PodInfo, pod_info
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.store import Obj

SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
"""Kernel parameters that touch nobody but the pod (pkg/kubelet/sysctl/safe_sysctls.go)."""


OS, OS_LABEL = "linux", "kubernetes.io/os"
"""What all nodes run (pkg/kubelet/lifecycle/predicate.go rejects pods for anything else)."""


class Refusal(NamedTuple):
    """Why a pod is not taken: the reason its status shows, and the message of the event."""

    reason: str
    message: str


def refuse(pod: Obj, node: NodeInfo) -> Refusal | None:
    """Why a node does not take a pod beside the others it has; None when it does."""
    unsafe = next(filter(None, (_forbidden_sysctl(pod["spec"], s["name"]) for s in _sysctls(pod))), None)
    if unsafe is not None:
        return Refusal("SysctlForbidden", f"forbidden sysctl: {unsafe}")
    info = node.copy()
    wanted = info.remove(uid_of(pod)) or pod_info(pod)
    short = _short_of(wanted, info)
    if short is not None:
        return short
    if (pod["spec"].get("nodeSelector") or {}).get(OS_LABEL, OS) != OS:
        return Refusal(
            "PodOSSelectorNodeLabelDoesNotMatch",
            "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
        )
    if (pod["spec"].get("os") or {}).get("name", OS) != OS:
        return Refusal("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
    for check in (node_affinity, node_ports):
        rejection = check(wanted, info)
        if rejection is not None:
            return Refusal(rejection.plugin, f"Predicate {rejection.plugin} failed: {rejection.reasons[0]}")
    return None


def _sysctls(pod: Obj) -> Sequence[Mapping[str, str]]:
    return (pod["spec"].get("securityContext") or {}).get("sysctls") or ()


def _forbidden_sysctl(spec: Mapping[str, Any], name: str) -> str | None:
    """Why a node does not let a pod set a kernel parameter; None when it does (pkg/kubelet/sysctl/allowlist.go)."""
    normal = name.replace("/", ".")
    if normal not in SAFE_SYSCTLS:
        return f'"{normal}" not allowlisted'
    space, shared = ("Net", "hostNetwork") if normal.startswith("net.") else ("IPC", "hostIPC")
    return f'"{normal}" not allowed with host {space} enabled' if spec.get(shared) else None


def _short_of(wanted: PodInfo, node: NodeInfo) -> Refusal | None:
    room = node.allocatable.get("pods", 0)
    if len(node.pods) + 1 > room:
        return _out_of("pods", 1, len(node.pods), room)
    for name, amount in wanted.requests.items():
        used, capacity = node.requested.get(name, 0), node.allocatable.get(name, 0)
        if amount > 0 and amount > capacity - used:
            return _out_of(name, amount, used, capacity)
    return None


def _out_of(name: str, requested: int, used: int, capacity: int) -> Refusal:
    text = f"Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"
    return Refusal(f"OutOf{name}", text)
