"""Applies LimitRanges: default requests and limits, minimum and maximum (plugin LimitRanger, plugin/pkg/admission/limitranger)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.quantity import format_binary, format_decimal, parse

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
    if request.obj is None or request.subresource:
        return
    if request.resource.id == "persistentvolumeclaims":
        _refuse(request, list(_claim_problems(request, request.obj)))
    elif request.resource.id == "pods" and request.operation == "CREATE":
        _refuse(request, list(_pod_problems(request, request.obj["spec"])))


def _refuse(request: AdmissionRequest, problems: list[str]) -> None:
    if problems:
        text = problems[0] if len(problems) == 1 else "[" + ", ".join(problems) + "]"
        raise errors.forbidden(request.resource.plural, "", request.name, text)


def _claim_problems(request: AdmissionRequest, claim: dict[str, Any]) -> Iterator[str]:
    """What a claim asks for is held against both bounds."""
    kind = "PersistentVolumeClaim"
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    for item in _items(request):
        if item.get("type") != kind:
            continue
        yield from _check(kind, {"min": item.get("min")}, {"requests": requests})
        for name, most in (item.get("max") or {}).items():
            if name not in requests:
                yield f"maximum {name} usage per {kind} is {most}.  No request is specified"
            elif parse(requests[name]) > parse(most):
                yield f"maximum {name} usage per {kind} is {most}, but request is {requests[name]}"


def _pod_problems(request: AdmissionRequest, spec: dict[str, Any]) -> Iterator[str]:
    for item in _items(request):
        if item.get("type") == "Container":
            for container in (*spec.get("containers", ()), *spec.get("initContainers", ())):
                yield from _check("Container", item, container.get("resources") or {})
        elif item.get("type") == "Pod":
            yield from _check("Pod", item, _total(spec))


def _total(spec: dict[str, Any]) -> dict[str, Any]:
    total: dict[str, dict[str, Any]] = {"requests": {}, "limits": {}}
    for container in spec.get("containers", ()):
        for field, amounts in total.items():
            for name, value in ((container.get("resources") or {}).get(field) or {}).items():
                amounts[name] = parse(value) + amounts.get(name, 0)
    return {field: {n: _formatted(n, v) for n, v in amounts.items()} for field, amounts in total.items()}


def _formatted(name: str, amount: Decimal) -> str:
    return format_decimal(amount) if name == "cpu" else format_binary(amount)


def _check(kind: str, item: dict[str, Any], resources: dict[str, Any]) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, least in (item.get("min") or {}).items():
        if name not in requests:
            yield f"minimum {name} usage per {kind} is {least}.  No request is specified"
        elif parse(requests[name]) < parse(least):
            yield f"minimum {name} usage per {kind} is {least}, but request is {requests[name]}"
        elif name in limits and parse(limits[name]) < parse(least):
            yield f"minimum {name} usage per {kind} is {least}, but limit is {limits[name]}"
    for name, most in (item.get("max") or {}).items():
        if name not in limits:
            yield f"maximum {name} usage per {kind} is {most}.  No limit is specified"
        elif parse(limits[name]) > parse(most):
            yield f"maximum {name} usage per {kind} is {most}, but limit is {limits[name]}"
        elif name in requests and parse(requests[name]) > parse(most):
            yield f"maximum {name} usage per {kind} is {most}, but request is {requests[name]}"
    for name, ratio in (item.get("maxLimitRequestRatio") or {}).items():
        yield from _check_ratio(kind, name, ratio, limits, requests)


def _check_ratio(
    kind: str, name: str, ratio: Any, limits: Mapping[str, Any], requests: Mapping[str, Any]
) -> Iterator[str]:
    rule = f"{name} max limit to request ratio per {kind} is {ratio}"
    for what, amounts in (("request", requests), ("limit", limits)):
        if not parse(amounts.get(name, 0)):
            yield f"{rule}, but no {what} is specified or {what} is 0"
            return
    actual = parse(limits[name]) / parse(requests[name])
    if actual > parse(ratio):
        yield f"{rule}, but provided ratio is {float(actual):.6f}"
