"""PodDisruptionBudgets."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid, invalid_shown, not_supported
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.label_selectors import validate_selector
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.resources.workload_validation import validate_int_or_percent
from tutor.simulator.schemas.internal import text_in_memory
from tutor.simulator.store import Obj

_UNHEALTHY_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
STATUS_COUNTS = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")


def _validate(budget: Obj) -> Iterator[FieldError]:
    spec = budget["spec"]
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = text_in_memory("policy.PodDisruptionBudgetSpec", spec)
        yield invalid_shown("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for value, field in ((least, "minAvailable"), (most, "maxUnavailable")):
        if value is not None:
            yield from validate_int_or_percent(value, f"spec.{field}")
            if isinstance(value, str) and value[:-1].isdigit() and int(value[:-1]) > 100:
                yield invalid(f"spec.{field}", value, "must not be greater than 100%")
    if spec.get("selector") is not None:
        yield from validate_selector(spec["selector"], "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _UNHEALTHY_POLICIES:
        yield not_supported("spec.unhealthyPodEvictionPolicy", policy, _UNHEALTHY_POLICIES)


def _default(budget: Obj) -> None:
    budget.setdefault("spec", {})


def _prepare(_: Context, budget: Obj) -> None:
    budget["status"] = dict.fromkeys(STATUS_COUNTS, 0)


RESOURCES = (
    Resource(
        group="policy",
        version="v1",
        kind="PodDisruptionBudget",
        plural="poddisruptionbudgets",
        short_names=("pdb",),
        columns=(
            NAME,
            Column(
                "Min Available",
                lambda obj, _: str(obj["spec"].get("minAvailable", "N/A")),
                description="Pods that must stay.",
            ),
            Column(
                "Max Unavailable",
                lambda obj, _: str(obj["spec"].get("maxUnavailable", "N/A")),
                description="Pods that may be away.",
            ),
            Column(
                "Allowed Disruptions",
                at("status", "disruptionsAllowed", default=0),
                type="integer",
                description="Pods that may be evicted now.",
            ),
            AGE,
        ),
        default=_default,
        prepare_create=_prepare,
        validate=_validate,
        has_status=True,
        has_generation=True,
        schema="io.k8s.api.policy.v1.PodDisruptionBudget",
    ),
)
