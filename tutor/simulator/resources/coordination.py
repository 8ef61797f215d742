"""Leases."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.store import Obj


def _default(lease: Obj) -> None:
    lease.setdefault("spec", {})


def _validate(lease: Obj) -> Iterator[FieldError]:
    """ValidateLeaseSpec (pkg/apis/coordination/validation/validation.go)."""
    seconds, transitions = (lease["spec"].get(name) for name in ("leaseDurationSeconds", "leaseTransitions"))
    if seconds is not None and seconds <= 0:
        yield invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")
    if transitions is not None and transitions < 0:
        yield invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0")


RESOURCES = (
    Resource(
        group="coordination.k8s.io",
        version="v1",
        kind="Lease",
        plural="leases",
        columns=(NAME, Column("Holder", at("spec", "holderIdentity"), description="Who holds it."), AGE),
        default=_default,
        validate=_validate,
        schema="io.k8s.api.coordination.v1.Lease",
    ),
)
