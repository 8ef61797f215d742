"""Turns a pod's priority class into a number (plugin Priority)."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.store import Obj

ORDER = 30
RESOURCE = "priorityclasses.scheduling.k8s.io"


def mutate(request: AdmissionRequest) -> None:
    """Sets spec.priority and spec.preemptionPolicy; refuses a class that does not exist."""
    if request.resource.id != "pods" or request.operation != "CREATE" or request.obj is None:
        return
    spec = request.obj["spec"]
    name = spec.get("priorityClassName")
    chosen = request.context.store.get(RESOURCE, "", name) if name else _default(request)
    if name and chosen is None:
        raise errors.forbidden("pods", "", request.name, f"no PriorityClass with name {name} was found")
    if chosen is not None:
        spec["priorityClassName"] = chosen["metadata"]["name"]
    value = chosen["value"] if chosen else 0
    if spec.get("priority") is not None and spec["priority"] != value:
        why = (
            f"the integer value of priority ({spec['priority']}) must not be provided in pod spec; priority admission "
            f"controller computed {value} from the given PriorityClass name"
        )
        raise errors.forbidden("pods", "", request.name, why)
    spec["priority"] = value
    policy = (chosen or {}).get("preemptionPolicy") or "PreemptLowerPriority"
    if spec.get("preemptionPolicy") not in (None, policy):
        why = (
            f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) must not be provided in pod spec; priority "
            f"admission controller computed {policy} from the given PriorityClass name"
        )
        raise errors.forbidden("pods", "", request.name, why)
    spec["preemptionPolicy"] = policy


def _default(request: AdmissionRequest) -> Obj | None:
    defaults = [c for c in request.context.store.list(RESOURCE) if c.get("globalDefault")]
    return min(defaults, key=lambda c: int(c["value"]), default=None)
