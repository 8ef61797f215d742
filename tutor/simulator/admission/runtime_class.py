"""Pods that ask for a RuntimeClass need one that exists (plugin RuntimeClass, plugin/pkg/admission/runtimeclass)."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest

ORDER = 50


def mutate(request: AdmissionRequest) -> None:
    """Refuses a class that is not there; takes the overhead of the one that is."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.obj is None or request.subresource:
        return
    name = request.obj["spec"].get("runtimeClassName")
    if not name:
        return
    class_ = request.context.store.get("runtimeclasses.node.k8s.io", "", name)
    if class_ is None:
        why = f'pod rejected: RuntimeClass "{name}" not found'
        raise errors.forbidden("pods", "", request.name, why)
    if class_.get("overhead"):
        request.obj["spec"]["overhead"] = dict(class_["overhead"].get("podFixed") or {})
