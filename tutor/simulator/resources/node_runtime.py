"""RuntimeClasses. Rules: pkg/apis/node/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid, required
from tutor.simulator.names import name_problems
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj


def _validate(obj: Obj) -> Iterator[FieldError]:
    handler = obj.get("handler")
    if not handler:
        yield required("handler")
        return
    for problem in name_problems(handler, "label"):
        yield invalid("handler", handler, problem)


RESOURCES = (
    Resource(
        group="node.k8s.io",
        version="v1",
        kind="RuntimeClass",
        plural="runtimeclasses",
        namespaced=False,
        columns=(NAME, Column("Handler", at("handler"), description="What the nodes call the runtime."), AGE),
        validate=_validate,
        validate_update=immutable("handler", "handler"),
        unconditional_update=False,
        create_on_update=True,
        warnings=lambda _: ("RuntimeClasses are stored but not simulated: all containers run alike",),
    ),
)
