"""The quality-of-service class of a pod. Source: pkg/apis/core/helper/qos/qos.go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.quantity import parse

_COUNTED = ("cpu", "memory")


def qos_class(spec: Mapping[str, Any]) -> str:
    """Guaranteed: every container has CPU and memory limits and requests equal to them. BestEffort: none has any."""
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    if spec.get("resources"):
        containers = [{"resources": spec["resources"]}]
    anything = False
    guaranteed = True
    for container in containers:
        resources = container.get("resources") or {}
        requests = _positive(resources.get("requests"))
        limits = _positive(resources.get("limits"))
        anything = anything or bool(requests or limits)
        if set(limits) != set(_COUNTED) or any(requests.get(name, limits[name]) != limits[name] for name in limits):
            guaranteed = False
    if not anything:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _positive(amounts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: parse(value) for name, value in (amounts or {}).items() if name in _COUNTED and parse(value) > 0}
