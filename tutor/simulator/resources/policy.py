"""PodDisruptionBudgets."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.resources.workload_validation import validate_int_or_percent, validate_selector
from tutor.simulator.store import Obj

STATUS_COUNTS = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")


def _validate(budget: Obj) -> Iterator[FieldError]:
    spec = budget["spec"]
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = {
            "MinAvailable": least,
            "Selector": spec.get("selector"),
            "MaxUnavailable": most,
            "UnhealthyPodEvictionPolicy": None,
        }
        yield invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for value, field in ((least, "minAvailable"), (most, "maxUnavailable")):
        if value is not None:
            yield from validate_int_or_percent(value, f"spec.{field}")
    if spec.get("selector") is not None:
        yield from validate_selector(spec["selector"], "spec.selector")


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
