"""Which pod goes first when a node runs short, and what is said of it (pkg/kubelet/eviction/helpers.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.kubelet.evicting import container_bytes, pod_bytes
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.pressure.memory import container_memory, pod_memory
from tutor.simulator.kubelet.pressure.signals import MEMORY, Signal
from tutor.simulator.scheduler.requests import pod_requests

SYSTEM_CRITICAL = 2_000_000_000
"""Pods of this priority and above are never evicted (pkg/kubelet/types/pod_update.go, IsCriticalPod)."""


def is_critical(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is needed by the node or the cluster itself."""
    return int(pod["spec"].get("priority") or 0) >= SYSTEM_CRITICAL


def ranked(looks: Iterable[Look], resource: str) -> list[Look]:
    """Pods in the order of their eviction: those that nothing is known of yet, those that use more than they requested before
    others, then those of lower priority, then those that are the furthest above what they requested."""

    def rank(look: Look) -> tuple[bool, bool, int, int, str]:
        used = pod_memory(look.record, look.now) if resource == MEMORY else pod_bytes(look)
        requested = pod_requests(look.pod["spec"]).get(resource, 0)
        priority = int(look.pod["spec"].get("priority") or 0)
        return look.record.sandbox == "ready", used <= requested, priority, requested - used, look.record.key

    return sorted(looks, key=rank)


@dataclass(frozen=True, slots=True)
class Words:
    """The message of an eviction, and what the event says to programs."""

    message: str
    annotations: Mapping[str, str]


def eviction_words(look: Look, signal: Signal) -> Words:
    """Why a pod is evicted because of what its node is short of."""
    message = (
        f"The node was low on resource: {signal.resource}. "
        f"Threshold quantity: {_bytes(signal.threshold)}, available: {_bytes(signal.available)}. "
    )
    names, uses = [], []
    spec = look.pod["spec"]
    for container in (*spec["containers"], *(spec.get("initContainers") or ())):
        used = _used(look, container["name"], signal.resource)
        request = ((container.get("resources") or {}).get("requests") or {}).get(signal.resource, "0")
        if used > quantity.parse(request):
            names.append(container["name"])
            uses.append(_bytes(used))
            message += (
                f"Container {names[-1]} was using {uses[-1]}, request is {request}, "
                f"has larger consumption of {signal.resource}. "
            )
    offending = {"offending_containers": ",".join(names), "offending_containers_usage": ",".join(uses)}
    return Words(message, {**offending, "starved_resource": signal.resource})


def _used(look: Look, name: str, resource: str) -> int:
    own = look.record.containers.get(name)
    if own is None:
        return 0
    measure: Callable[[], int] = (
        (lambda: container_memory(own, look.now)) if resource == MEMORY else (lambda: container_bytes(look, name))
    )
    return measure()


def _bytes(number: int) -> str:
    return quantity.format_binary(Decimal(number))
