"""Taints that follow from a node's conditions (pkg/controller/nodelifecycle/node_lifecycle_controller.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.objects import get_condition
from tutor.simulator.store import Obj

Taint = dict[str, Any]
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
BY_CONDITION: Mapping[tuple[str, str], str] = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
_OURS = {*BY_CONDITION.values(), UNSCHEDULABLE}


def taints_of(node: Obj) -> list[Taint]:
    """spec.taints"""
    return list((node.get("spec") or {}).get("taints") or ())


def has_taint(node: Obj, key: str, effect: str) -> bool:
    """Whether a node has a taint."""
    return any(taint["key"] == key and taint["effect"] == effect for taint in taints_of(node))


def ready_status(node: Obj) -> str:
    """Status of the condition Ready, "" without one."""
    condition = get_condition(node.get("status") or {}, "Ready")
    return str(condition["status"]) if condition else ""


def no_schedule_keys(node: Obj) -> list[str]:
    """Keys of the NoSchedule taints that a node should have for its conditions and for being cordoned."""
    conditions = (node.get("status") or {}).get("conditions") or ()
    keys = [key for c in conditions if (key := BY_CONDITION.get((c.get("type"), c.get("status")))) is not None]
    return [*keys, UNSCHEDULABLE] if (node.get("spec") or {}).get("unschedulable") else keys


def with_no_schedule(node: Obj, now: str) -> list[Taint]:
    """The node's taints with exactly those NoSchedule ones among ours."""
    wanted = no_schedule_keys(node)
    kept = [t for t in taints_of(node) if t["effect"] != "NoSchedule" or t["key"] not in _OURS or t["key"] in wanted]
    present = {taint["key"] for taint in kept if taint["effect"] == "NoSchedule"}
    added = [{"key": key, "effect": "NoSchedule", "timeAdded": now} for key in wanted if key not in present]
    return [*kept, *added]


def with_no_execute(node: Obj, key: str, now: str) -> list[Taint]:
    """The node's taints with one of the two NoExecute taints of unhealthy nodes, or with none if `key` is empty."""
    kept = [t for t in taints_of(node) if t["effect"] != "NoExecute" or t["key"] not in (NOT_READY, UNREACHABLE)]
    if not key:
        return kept
    if has_taint(node, key, "NoExecute"):
        return taints_of(node)
    return [*kept, {"key": key, "effect": "NoExecute", "timeAdded": now}]
