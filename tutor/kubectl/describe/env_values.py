"""Values of environment variables that come from the pod's own fields and resources (the downward API)."""

from __future__ import annotations

import re
from fractions import Fraction

from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import parse_quantity

_SUBSCRIPT = re.compile(r"(metadata\.(?:labels|annotations))\['([^']*)'\]")


def pod_field_value(pod: Object, path: str) -> str:
    """The text of a `fieldRef`, empty when the pod has no such field."""
    subscript = _SUBSCRIPT.fullmatch(path)
    if subscript:
        return str(get(pod, subscript[1], {}).get(subscript[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        return "\n".join(f'{key}="{value}"' for key, value in sorted(get(pod, path, {}).items()))
    if path in ("status.podIPs", "status.hostIPs"):
        return ",".join(item.get("ip", "") for item in get(pod, path, []))
    return str(get(pod, path, ""))


def container_resource_value(container: Object, reference: Object) -> str:
    """The amount of a `resourceFieldRef` in units of its divisor, rounded up; `0` when the container sets none."""
    amount = get(container, f"resources.{reference.get('resource', '')}")
    if amount is None:
        return "0"
    divisor = parse_quantity(str(reference.get("divisor") or "1")) or Fraction(1)
    ratio = parse_quantity(str(amount)) / divisor
    return str(-(-ratio.numerator // ratio.denominator))
