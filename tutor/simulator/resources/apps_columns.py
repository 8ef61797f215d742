"""Columns that the tables of several workloads have."""

from __future__ import annotations

from tutor.simulator.resources.base import Column
from tutor.simulator.resources.printing import at
from tutor.simulator.store import Obj


def ready_pods(obj: Obj, _: float) -> str:
    """Ready pods of those wanted, such as `2/3`."""
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 0)}"


def count_column(name: str, field: str, why: str, *, type_: str = "string", where: str = "status") -> Column:
    """A column with a number of the status or, given as `where`, of the spec; 0 when it is not there."""
    return Column(name, at(where, field, default=0), type=type_, description=why)
