"""Requests and limits of a whole pod, and of containers as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.kubelet.restarts import is_sidecar


def pod_resources(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The status fields `resources` and `allocatedResources`: what the pod says for itself, or else what its containers need, and
    its overhead, on top of limits only where there are any (component-helpers, resource/helpers.go)."""
    overhead = spec.get("overhead") or {}
    whole = spec.get("resources") or {}
    resources = {}
    for field in ("limits", "requests"):
        total = _needed(spec, field)
        total |= whole.get(field) or {}
        extra = {name: value for name, value in overhead.items() if field == "requests" or name in total}
        total = _sum((total, extra)) if extra else total
        if total:
            resources[field] = total
    result: dict[str, Any] = {"resources": resources}
    if "requests" in resources:
        result["allocatedResources"] = resources["requests"]
    return result


def _needed(spec: Mapping[str, Any], field: str) -> dict[str, str]:
    """The containers and sidecars together, or an init container beside the sidecars before it if that is more
    (aggregateContainerResourcesByFn)."""

    def own(container: Mapping[str, Any]) -> Mapping[str, Any]:
        return (container.get("resources") or {}).get(field) or {}

    at_start: dict[str, str] = {}
    sidecars: list[Mapping[str, Any]] = []
    for container in spec.get("initContainers") or ():
        at_start = _most(at_start, _sum((*sidecars, own(container))))
        if is_sidecar(container):
            sidecars.append(own(container))
    return _most(_sum((*map(own, spec["containers"]), *sidecars)), at_start)


def _most(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    more = {
        name: value
        for name, value in other.items()
        if name not in one or quantity.parse(value) > quantity.parse(one[name])
    }
    return {**one, **more}


def _sum(lists: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for amounts in lists:
        for name, value in amounts.items():
            found.setdefault(name, []).append(str(value))
    return {name: values[0] if len(values) == 1 else _add(values) for name, values in found.items()}


def _add(values: list[str]) -> str:
    total = sum((quantity.parse(value) for value in values), Decimal(0))
    binary = any(value.endswith("i") for value in values)
    return quantity.format_binary(total) if binary else quantity.format_decimal(total)


def request(container: Mapping[str, Any], name: str) -> float | None:
    """A request as a number (cores, bytes); None when there is none."""
    value = ((container.get("resources") or {}).get("requests") or {}).get(name)
    return None if value is None else float(quantity.parse(value))


def limit(container: Mapping[str, Any], name: str) -> float | None:
    """A limit as a number (cores, bytes); None when there is none."""
    value = ((container.get("resources") or {}).get("limits") or {}).get(name)
    return None if value is None else float(quantity.parse(value))
