"""What the API server adds to and refuses in a write, whoever it comes from; one module a plugin.

A module offers any of `mutate(request)` and `validate(request)`, and `ORDER` (lower runs first). Source of the order:
pkg/kubeapiserver/options/plugins.go.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tutor.simulator.resources.base import Context, Resource
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.store import Obj

Operation = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """A write on its way in. `obj` may be changed in place by mutating plugins; it is None for deletions. They run before the name
    of an object is generated, so that it is `generateName` that they call it by; validating plugins know the name."""

    context: Context
    resource: Resource
    operation: Operation
    namespace: str
    name: str
    obj: Obj | None
    old: Obj | None = None
    subresource: str = ""
    dry_run: bool = False
    warnings: list[str] | None = None
    """Takes what the writer should be warned of; None when nobody would see it."""
    annotations: dict[str, str] | None = None
    """Takes what the audit log should say about the request; None when it is not logged."""
    scheme: Scheme | None = None
    """The kinds that the cluster has, for plugins that look up others than the one written."""


Hook = Callable[[AdmissionRequest], None]


@cache
def plugins() -> tuple[tuple[Hook, ...], tuple[Hook, ...]]:
    """The mutating and the validating hooks in their order. A hook refuses by raising ApiError."""
    modules: list[Any] = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    modules.sort(key=lambda module: (module.ORDER, module.__name__))
    mutating = tuple(module.mutate for module in modules if hasattr(module, "mutate"))
    validating = tuple(module.validate for module in modules if hasattr(module, "validate"))
    return mutating, validating
