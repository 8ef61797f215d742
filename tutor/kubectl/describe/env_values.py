"""Values of environment variables that come from the pod's own fields and resources (the downward API)."""

from __future__ import annotations

from fractions import Fraction

from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import parse_quantity

_KNOWN = ("metadata.name", "metadata.namespace")
"""The fields that kubectl's own scheme can convert the names of (describe.go, EnvValueRetriever)."""


def pod_field_value(pod: Object, path: str) -> str:
    """What describe shows for a `fieldRef`: nothing for all but two fields."""
    return str(get(pod, path, "")) if path in _KNOWN else ""


def container_resource_value(container: Object, reference: Object) -> str:
    """The amount of a `resourceFieldRef` in units of its divisor, rounded up; `0` when the container sets none."""
    amount = get(container, f"resources.{reference.get('resource', '')}")
    if amount is None:
        return "0"
    divisor = parse_quantity(str(reference.get("divisor") or "1")) or Fraction(1)
    ratio = parse_quantity(str(amount)) / divisor
    return str(-(-ratio.numerator // ratio.denominator))
