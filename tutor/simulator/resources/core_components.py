"""ComponentStatuses and Bindings: kinds of the core group that are asked for or asked with, and never stored.

What answers them is in api/virtual/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import NAME
from tutor.simulator.store import Obj


def _healthy(obj: Obj) -> Mapping[str, Any]:
    return next((c for c in obj.get("conditions") or () if c.get("type") == "Healthy"), {})


def _status(obj: Obj, _: float) -> str:
    condition = _healthy(obj)
    return ("Healthy" if condition["status"] == "True" else "Unhealthy") if condition else "Unknown"


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="ComponentStatus",
        plural="componentstatuses",
        singular="componentstatus",
        short_names=("cs",),
        namespaced=False,
        verbs=("get", "list"),
        columns=(
            NAME,
            Column("Status", _status, description="Whether the part is healthy."),
            Column("Message", lambda o, _: _healthy(o).get("message", ""), description="What it answers."),
            Column("Error", lambda o, _: _healthy(o).get("error", ""), description="What went wrong."),
        ),
        deprecated="v1 ComponentStatus is deprecated in v1.19+",
    ),
    Resource(group="", version="v1", kind="Binding", plural="bindings", verbs=("create",)),
)
