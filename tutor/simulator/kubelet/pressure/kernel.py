"""What a node's kernel does when its memory is used up: it kills the process that has the highest score.

Source: pkg/kubelet/qos/policy.go (what kubelets add to the scores), pkg/kubelet/oom/oom_watcher_linux.go, and proc(5), oom_score.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from tutor.simulator.kubelet.pressure.memory import container_memory
from tutor.simulator.kubelet.state import ContainerRecord, PodRecord
from tutor.simulator.resources.pod_qos import qos_class
from tutor.simulator.scheduler.requests import amounts

GUARANTEED, BEST_EFFORT = -997, 1000
LEAST_BURSTABLE, MOST_BURSTABLE = 3, 999
NODE_CRITICAL = "system-node-critical"
MAX_PID = 32768


def score_adjustment(spec: Mapping[str, Any], container: Mapping[str, Any], capacity: int) -> int:
    """What a container's processes have more or less than their part of the memory in thousandths."""
    if spec.get("priorityClassName") == NODE_CRITICAL:
        return GUARANTEED
    quality = qos_class(spec)
    if quality != "Burstable":
        return GUARANTEED if quality == "Guaranteed" else BEST_EFFORT
    request = amounts((container.get("resources") or {}).get("requests")).get("memory", 0)
    return min(max(1000 - 1000 * request // capacity, LEAST_BURSTABLE), MOST_BURSTABLE)


def score(pod: Mapping[str, Any], own: ContainerRecord, capacity: int, now: float) -> int:
    """How soon a container is killed: the higher, the sooner."""
    spec = pod["spec"]
    listed = (*spec["containers"], *(spec.get("initContainers") or ()))
    container: Mapping[str, Any] = next((entry for entry in listed if entry["name"] == own.name), {})
    return 1000 * container_memory(own, now) // capacity + score_adjustment(spec, container, capacity)


def victim_words(record: PodRecord, own: ContainerRecord) -> str:
    """What the node's event says of a container that was killed. Process ids of nodes are not simulated: a number that stays the same
    for a container stands for one."""
    assert own.current is not None
    assert own.current.container is not None
    argv = own.current.container.config.argv
    process = argv[0].rpartition("/")[2][:15] if argv else own.name
    pid = 1000 + zlib.crc32(f"{record.uid}/{own.name}/{own.current.id}".encode()) % (MAX_PID - 1000)
    return f"System OOM encountered, victim process: {process}, pid: {pid}"
