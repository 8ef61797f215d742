"""What a kubelet has admitted of a pod's requests and limits, which may be older than what the pod asks for.

A kubelet runs its pods as it has admitted them: a resize counts for it from the moment it takes it.
Source: pkg/kubelet/allocation/allocation_manager.go (UpdatePodFromAllocation, ResourceInfoForPod).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.kubelet.state import PodRecord
from tutor.simulator.objects import uid_of
from tutor.simulator.scheduler.requests import pod_info
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.store import Obj

RESIZABLE = ("initContainers", "containers")
"""The lists of a spec whose containers may be resized."""


def _resizable(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field in RESIZABLE:
        yield from spec.get(field) or ()


def amounts_of(pod: Obj) -> dict[str, Mapping[str, Any]]:
    """The requests and limits a pod asks for, by container."""
    return {container["name"]: container.get("resources") or {} for container in _resizable(pod["spec"])}


def asks_for_other(pod: Obj, record: PodRecord) -> bool:
    """Whether a pod asks for other amounts than its kubelet has admitted."""
    admitted = record.allocated
    return bool(admitted) and any(
        admitted.get(container["name"]) != (container.get("resources") or {}) for container in _resizable(pod["spec"])
    )


def as_admitted(pod: Obj, record: PodRecord) -> Obj:
    """The pod with the amounts its kubelet has admitted; the very same object where it asks for nothing else."""
    if not asks_for_other(pod, record):
        return pod
    lists = {
        field: [{**container, "resources": record.allocated.get(container["name"], {})} for container in containers]
        for field in RESIZABLE
        if (containers := pod["spec"].get(field))
    }
    return {**pod, "spec": {**pod["spec"], **lists}}


def node_as_admitted(node: NodeInfo, records: Mapping[str, PodRecord], but: Obj) -> NodeInfo:
    """A node with its pods as its kubelet has admitted them, `but` for one."""
    found = node
    for uid, info in node.pods.items():
        record = records.get(f"{node.name}|{info.key}")
        if record is not None and record.uid == uid != uid_of(but) and asks_for_other(info.pod, record):
            found = node.copy() if found is node else found
            found.remove(uid)
            found.add(pod_info(as_admitted(info.pod, record)))
    return found
