"""The rules of LimitRanges and of the scopes of ResourceQuotas (pkg/apis/core/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, invalid, required
from tutor.simulator.names import qualified_name_problems
from tutor.simulator.quantity import milli, parse
from tutor.simulator.store import Obj

Amounts = Mapping[str, Any]

LIMIT_TYPES = ("Container", "PersistentVolumeClaim", "Pod")
_BOUNDS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
_ORDERED = (
    ("min", "max", "min", "min", "min value {} is greater than max value {}"),
    (
        "min",
        "defaultRequest",
        "defaultRequest",
        "defaultRequest",
        "min value {} is greater than default request value {}",
    ),
    (
        "defaultRequest",
        "max",
        "defaultRequest",
        "defaultRequest",
        "default request value {} is greater than max value {}",
    ),
    (
        "defaultRequest",
        "default",
        "defaultRequest",
        "defaultRequest",
        "default request value {} is greater than default limit value {}",
    ),
    ("min", "default", "default", "min", "min value {} is greater than default value {}"),
    ("default", "max", "default", "max", "default value {} is greater than max value {}"),
)
"""Which amount may not be greater than which, the field that errors name, whose value they show, and their words."""

STANDARD_QUOTAS = (
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
)
_POD_QUOTAS = ("pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory")
SCOPES: Mapping[str, tuple[str, ...]] = {
    "Terminating": _POD_QUOTAS,
    "NotTerminating": _POD_QUOTAS,
    "NotBestEffort": _POD_QUOTAS,
    "PriorityClass": _POD_QUOTAS,
    "CrossNamespacePodAffinity": _POD_QUOTAS,
    "BestEffort": ("pods",),
    "VolumeAttributesClass": ("persistentvolumeclaims", "requests.storage"),
}
"""What a quota of a scope may limit (pkg/apis/core/helper IsResourceQuotaScopeValidForResource)."""


def limit_range_errors(limit_range: Obj) -> Iterator[FieldError]:
    """What is wrong with a LimitRange."""
    seen = set()
    for i, limit in enumerate((limit_range.get("spec") or {}).get("limits") or ()):
        path, type_ = f"spec.limits[{i}]", limit.get("type") or ""
        yield from _type_errors(type_, f"{path}.type")
        if type_ in seen:
            yield duplicate(f"{path}.type", type_)
        seen.add(type_)
        if type_ == "Pod":
            for field in ("default", "defaultRequest"):
                if limit.get(field):
                    yield forbidden_field(f"{path}.{field}", "may not be specified when `type` is 'Pod'")
        if type_ == "PersistentVolumeClaim" and not any("storage" in (limit.get(f) or {}) for f in ("min", "max")):
            why = "either minimum or maximum storage value is required, but neither was provided"
            yield required(f"{path}.limits", why)
        for name in sorted({name for field in _BOUNDS for name in limit.get(field) or ()}):
            yield from _bound_errors({field: (limit.get(field) or {}).get(name) for field in _BOUNDS}, name, path)


def _type_errors(type_: str, path: str) -> Iterator[FieldError]:
    problems = qualified_name_problems(type_)
    if not problems and "/" not in type_ and type_ not in LIMIT_TYPES:
        problems = ["must be a standard limit type or fully qualified"]
    for problem in problems:
        yield invalid(path, type_, problem)


def _bound_errors(bounds: Amounts, name: str, path: str) -> Iterator[FieldError]:
    for small, large, field, shown, words in _ORDERED:
        low, high = bounds[small], bounds[large]
        if low is not None and high is not None and parse(low) > parse(high):
            yield invalid(f"{path}.{field}[{name}]", bounds[shown], words.format(low, high))
    ratio = bounds["maxLimitRequestRatio"]
    if ratio is None:
        return
    where = f"{path}.maxLimitRequestRatio[{name}]"
    if parse(ratio) < 1:
        yield invalid(where, ratio, f"ratio {ratio} is less than 1")
    if bounds["min"] is not None and bounds["max"] is not None and milli(bounds["min"]):
        most = milli(bounds["max"]) / milli(bounds["min"])
        if parse(ratio) > most:
            yield invalid(where, ratio, f"ratio {ratio} is greater than max/min = {most:.6f}")


def quota_name_errors(name: str, path: str) -> Iterator[FieldError]:
    """What a quota may limit: a standard name, or one with a prefix."""
    problems = qualified_name_problems(name)
    for problem in problems:
        yield invalid(path, name, problem)
    if "/" not in name and name not in STANDARD_QUOTAS and not name.startswith(("hugepages-", "requests.hugepages-")):
        yield invalid(path, name, "must be a standard resource type or fully qualified")
        yield invalid(path, name, "must be a standard resource for quota")


def scope_errors(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    """The scopes of a quota must fit what it limits and each other."""
    scopes, path = spec.get("scopes") or [], "spec.scopes"
    for scope in scopes:
        if scope not in SCOPES:
            yield invalid(path, scopes, "unsupported scope")
            continue
        for name in sorted(spec.get("hard") or ()):
            if name in STANDARD_QUOTAS and name not in SCOPES[scope]:
                yield invalid(path, scopes, "unsupported scope applied to resource")
    for pair in (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")):
        if {*pair} <= {*scopes}:
            yield invalid(path, scopes, "conflicting scopes")


def scopes_fixed(quota: Obj, old: Obj) -> Iterator[FieldError]:
    """Scopes keep their value."""
    after, before = quota["spec"].get("scopes") or [], old["spec"].get("scopes") or []
    if {*after} != {*before}:
        yield invalid("spec.scopes", after, "field is immutable")
