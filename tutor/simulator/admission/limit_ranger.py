"""Applies LimitRanges: default requests and limits, minimum and maximum (plugin LimitRanger, plugin/pkg/admission/limitranger)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.quantity import format_decimal, parse

ORDER = 15
ANNOTATION = "kubernetes.io/limit-ranger"


def _items(request: AdmissionRequest) -> Iterator[dict[str, Any]]:
    for limit_range in request.context.store.list("limitranges", request.namespace):
        yield from limit_range["spec"].get("limits") or ()


def mutate(request: AdmissionRequest) -> None:
    """Gives containers without requests or limits those of the namespace."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.obj is None:
        return
    spec, notes = request.obj["spec"], []
    items = [item for item in _items(request) if item.get("type") == "Container"]
    for kind, field in (("container", "containers"), ("init container", "initContainers")):
        for container in spec.get(field, ()):
            notes += [f"{what} for {kind} {container['name']}" for what in _fill(container["resources"], items)]
    if notes:
        annotations = request.obj["metadata"].setdefault("annotations", {})
        annotations[ANNOTATION] = "LimitRanger plugin set: " + "; ".join(notes)


def _fill(resources: dict[str, Any], items: list[dict[str, Any]]) -> Iterator[str]:
    """Adds what is missing and says what was added."""
    for field, source in (("requests", "defaultRequest"), ("limits", "default")):
        defaults = {name: value for item in items for name, value in (item.get(source) or {}).items()}
        added = sorted(defaults.keys() - (resources.get(field) or {}).keys())
        if added:
            resources[field] = {**(resources.get(field) or {}), **{name: defaults[name] for name in added}}
            yield f"{', '.join(added)} {field.removesuffix('s')}"


def validate(request: AdmissionRequest) -> None:
    """Refuses pods outside of a namespace's limits."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.obj is None:
        return
    problems: list[str] = []
    spec = request.obj["spec"]
    for item in _items(request):
        if item.get("type") == "Container":
            for container in (*spec.get("containers", ()), *spec.get("initContainers", ())):
                problems.extend(_check("Container", item, container.get("resources") or {}))
        elif item.get("type") == "Pod":
            problems.extend(_check("Pod", item, _total(spec)))
    if problems:
        text = problems[0] if len(problems) == 1 else "[" + ", ".join(problems) + "]"
        raise errors.forbidden("pods", "", request.name, text)


def _total(spec: dict[str, Any]) -> dict[str, Any]:
    total: dict[str, dict[str, Any]] = {"requests": {}, "limits": {}}
    for container in spec.get("containers", ()):
        for field, amounts in total.items():
            for name, value in ((container.get("resources") or {}).get(field) or {}).items():
                amounts[name] = parse(value) + amounts.get(name, 0)
    return {field: {n: format_decimal(v) for n, v in amounts.items()} for field, amounts in total.items()}


def _check(kind: str, item: dict[str, Any], resources: dict[str, Any]) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, least in (item.get("min") or {}).items():
        if name not in requests:
            yield f"minimum {name} usage per {kind} is {least}.  No request is specified"
        elif parse(requests[name]) < parse(least):
            yield f"minimum {name} usage per {kind} is {least}, but request is {requests[name]}"
    for name, most in (item.get("max") or {}).items():
        if name not in limits:
            yield f"maximum {name} usage per {kind} is {most}.  No limit is specified"
        elif parse(limits[name]) > parse(most):
            yield f"maximum {name} usage per {kind} is {most}, but limit is {limits[name]}"
    for name, ratio in (item.get("maxLimitRequestRatio") or {}).items():
        if name in limits and name in requests and parse(requests[name]) > 0:
            actual = parse(limits[name]) / parse(requests[name])
            if actual > parse(ratio):
                yield f"{name} max limit to request ratio per {kind} is {ratio}, but provided ratio is {float(actual):.6f}"
