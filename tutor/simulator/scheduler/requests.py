"""What a pod asks of a node. Source: component-helpers, resource/helpers.go; pkg/scheduler/util/pod_resources.go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.objects import labels_of, namespace_of
from tutor.simulator.store import Obj

DEFAULT_CPU = 100
"""Millicores a container without a request counts for when nodes are compared, not when they are filtered."""
DEFAULT_MEMORY = 200 * 2**20

Amounts = dict[str, int]
"""CPU in thousandths, everything else in whole units, by resource name."""
HostPort = tuple[str, str, int]
"""Address, protocol and number."""


def amounts(listed: Mapping[str, Any] | None) -> Amounts:
    """A ResourceList as numbers."""
    return {
        name: quantity.milli(value) if name == "cpu" else quantity.whole(value)
        for name, value in (listed or {}).items()
    }


def _add(total: Amounts, more: Mapping[str, int]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _most(one: Amounts, other: Mapping[str, int]) -> Amounts:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {**one, **other}}


def _requests(container: Mapping[str, Any], nonzero: bool) -> Amounts:
    found = amounts((container.get("resources") or {}).get("requests"))
    if nonzero:
        found.setdefault("cpu", DEFAULT_CPU)
        found.setdefault("memory", DEFAULT_MEMORY)
    return found


def pod_requests(spec: Mapping[str, Any], *, nonzero: bool = False) -> Amounts:
    """What the containers ask for together; init containers run one by one before them, sidecars beside them."""
    total: Amounts = {}
    for container in spec["containers"]:
        _add(total, _requests(container, nonzero))
    sidecars: Amounts = {}
    at_start: Amounts = {}
    for container in spec.get("initContainers") or ():
        own = _requests(container, nonzero)
        if container.get("restartPolicy") == "Always":
            _add(total, own)
            _add(sidecars, own)
            own = {}
        step = dict(sidecars)
        _add(step, own)
        at_start = _most(at_start, step)
    total = _most(total, at_start)
    declared = amounts((spec.get("resources") or {}).get("requests"))
    total.update(declared)
    _add(total, amounts(spec.get("overhead")))
    return total


def reported(pod: Obj) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The requests that a pod's containers have, and those its kubelet has admitted, as the status tells."""
    status = pod.get("status") or {}
    return (status.get("resources") or {}).get("requests") or {}, status.get("allocatedResources") or {}


def counted_requests(pod: Obj, *, nonzero: bool = False) -> Amounts:
    """What a pod counts for: what it asks for, and no less than it has while a resize is under way."""
    asked = pod_requests(pod["spec"], nonzero=nonzero)
    for listed in reported(pod):
        asked = _most(asked, amounts(listed)) if listed else asked
    return asked


def host_ports(spec: Mapping[str, Any]) -> tuple[HostPort, ...]:
    """The ports of the node that the pod occupies."""
    containers = [
        *spec["containers"],
        *(c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always"),
    ]
    return tuple(
        (port.get("hostIP") or "0.0.0.0", port.get("protocol", "TCP"), port["hostPort"])
        for container in containers
        for port in container.get("ports") or ()
        if port.get("hostPort")
    )


def ports_collide(wanted: Iterable[HostPort], used: Iterable[HostPort]) -> bool:
    """Whether two sets of host ports have one in common; the address 0.0.0.0 stands for all."""
    taken = list(used)
    return any(
        protocol == other_protocol
        and number == other
        and (address == other_address or "0.0.0.0" in (address, other_address))
        for address, protocol, number in wanted
        for other_address, other_protocol, other in taken
    )


@dataclass(frozen=True, slots=True)
class PodInfo:
    """A pod with what the scheduler works out of it once."""

    pod: Obj
    requests: Amounts
    compared: Amounts
    """Requests with defaults, for comparing nodes."""
    ports: tuple[HostPort, ...]
    anti_affinity: tuple[dict[str, Any], ...] = field(default=())
    """Terms of required anti-affinity."""
    has_affinity: bool = False
    """Whether it has any inter-pod affinity that concerns others."""

    @property
    def key(self) -> str:
        """ "namespace/name" """
        return f"{namespace_of(self.pod)}/{self.pod['metadata']['name']}"

    @property
    def labels(self) -> Mapping[str, str]:
        """The pod's labels."""
        return labels_of(self.pod)

    @property
    def priority(self) -> int:
        """spec.priority"""
        return self.pod["spec"].get("priority") or 0


def pod_info(pod: Obj) -> PodInfo:
    """Work out what the scheduler needs of a pod."""
    spec = pod["spec"]
    affinity = spec.get("affinity") or {}
    anti = (affinity.get("podAntiAffinity") or {}).get("requiredDuringSchedulingIgnoredDuringExecution") or ()
    has_affinity = bool(affinity.get("podAffinity") or affinity.get("podAntiAffinity"))
    requests, compared = counted_requests(pod), counted_requests(pod, nonzero=True)
    return PodInfo(pod, requests, compared, host_ports(spec), tuple(anti), has_affinity)
