"""Pods that ask for a RuntimeClass need one that exists (plugin RuntimeClass, plugin/pkg/admission/runtimeclass)."""

from __future__ import annotations

from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.quantity import parse
from tutor.simulator.store import Obj

ORDER = 50


def mutate(request: AdmissionRequest) -> None:
    """Refuses a class that is not there; takes the overhead and the place of the one that is."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.obj is None or request.subresource:
        return
    spec = request.obj["spec"]
    class_ = _class_of(request, spec)
    if class_.get("overhead"):
        overhead = dict(class_["overhead"].get("podFixed") or {})
        if spec.get("overhead") and _amounts(spec["overhead"]) != _amounts(overhead):
            raise _refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
        spec["overhead"] = overhead
    elif spec.get("overhead") is not None:
        raise _refuse(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
    if class_.get("scheduling"):
        _place(request, spec, class_["scheduling"])


def _class_of(request: AdmissionRequest, spec: dict[str, Any]) -> Obj:
    name = spec.get("runtimeClassName")
    if not name:
        return {}
    class_ = request.context.store.get("runtimeclasses.node.k8s.io", "", name)
    if class_ is None:
        raise _refuse(request, f'pod rejected: RuntimeClass "{name}" not found')
    return class_


def _place(request: AdmissionRequest, spec: dict[str, Any], scheduling: dict[str, Any]) -> None:
    """Only nodes that have the runtime (setScheduling)."""
    selector = dict(spec.get("nodeSelector") or {})
    for key, value in (scheduling.get("nodeSelector") or {}).items():
        if selector.get(key, value) != value:
            ours, theirs = f"runtimeClass.scheduling.nodeSelector[{key}]", f"pod.spec.nodeSelector[{key}]"
            raise _refuse(request, f"conflict: {ours} = {value}; {theirs} = {selector[key]}")
        selector[key] = value
    if selector:
        spec["nodeSelector"] = selector
    tolerations = list(spec.get("tolerations") or ())
    tolerations += [toleration for toleration in scheduling.get("tolerations") or () if toleration not in tolerations]
    if tolerations:
        spec["tolerations"] = tolerations


def _amounts(listed: dict[str, Any]) -> dict[str, Any]:
    return {name: parse(value) for name, value in listed.items()}


def _refuse(request: AdmissionRequest, why: str) -> errors.ApiError:
    return errors.forbidden("pods", "", request.name, why)
