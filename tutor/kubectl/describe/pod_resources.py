"""What a pod as a whole asks for and may use, as the scheduler counts it.

Rules: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers and
k8s.io/component-helpers `resource`: containers and sidecars are added up, an init container counts where it needs more
than what runs beside it, overhead is added.
"""

from __future__ import annotations

from fractions import Fraction

from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import parse_quantity

Amounts = dict[str, Fraction]


def pod_requests(pod: Object) -> Amounts:
    return _total(pod, "requests")


def pod_limits(pod: Object) -> Amounts:
    return _total(pod, "limits")


def _total(pod: Object, field: str) -> Amounts:
    total: Amounts = {}
    for container in get(pod, "spec.containers", []):
        _add(total, _of(container, field))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in get(pod, "spec.initContainers", []):
        needed = _of(container, field)
        if container.get("restartPolicy") == "Always":
            _add(total, needed)
            _add(sidecars, needed)
            needed = dict(sidecars)
        else:
            _add(needed, sidecars)
        _raise_to(peak, needed)
    _raise_to(total, peak)
    total |= _of(pod.get("spec") or {}, field)
    overhead = {name: parse_quantity(str(value)) for name, value in get(pod, "spec.overhead", {}).items()}
    _add(total, {name: value for name, value in overhead.items() if field == "requests" or name in total})
    return total


def _of(owner: Object, field: str) -> Amounts:
    return {name: parse_quantity(str(value)) for name, value in get(owner, f"resources.{field}", {}).items()}


def _add(total: Amounts, amounts: Amounts) -> None:
    for name, value in amounts.items():
        total[name] = total.get(name, Fraction(0)) + value


def _raise_to(total: Amounts, amounts: Amounts) -> None:
    for name, value in amounts.items():
        total[name] = max(total.get(name, Fraction(0)), value)
