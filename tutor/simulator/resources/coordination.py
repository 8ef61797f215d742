"""Leases."""

from __future__ import annotations

from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.store import Obj


def _default(lease: Obj) -> None:
    lease.setdefault("spec", {})


RESOURCES = (
    Resource(
        group="coordination.k8s.io",
        version="v1",
        kind="Lease",
        plural="leases",
        columns=(NAME, Column("Holder", at("spec", "holderIdentity"), description="Who holds it."), AGE),
        default=_default,
        schema="io.k8s.api.coordination.v1.Lease",
    ),
)
