"""Devices that pods may claim. The objects are kept; nothing allocates devices here, and creating one says so.

Rules: pkg/apis/resource/validation/validation.go and v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.errors import FieldError, invalid, required
from tutor.simulator.names import qualified_name_problems
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, at, since
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

GROUP = "resource.k8s.io"
_EXACT = "ExactCount"


def _not_allocated(_: Obj) -> tuple[str, ...]:
    return ("devices are stored but not simulated: nothing in this cluster allocates them",)


def _default_devices(spec: dict[str, Any]) -> None:
    for request in (spec.get("devices") or {}).get("requests") or ():
        for part in (request.get("exactly"), *(request.get("firstAvailable") or ())):
            if part is None:
                continue
            if not part.get("allocationMode"):
                part["allocationMode"] = _EXACT
            if part["allocationMode"] == _EXACT and not part.get("count"):
                part["count"] = 1


def _default_claim(claim: Obj) -> None:
    _default_devices(claim.setdefault("spec", {}))


def _default_template(template: Obj) -> None:
    _default_devices(template.setdefault("spec", {}).setdefault("spec", {}))


def _new_claim(_: Context, claim: Obj) -> None:
    claim["status"] = {}


def _date_taint(context: Context, rule: Obj) -> None:
    rule["status"] = {}
    taint = (rule.get("spec") or {}).get("taint")
    if taint is not None:
        taint.setdefault("timeAdded", timestamp(context.now))


def _validate_slice(obj: Obj) -> Iterator[FieldError]:
    spec = obj.get("spec") or {}
    pool = spec.get("pool") or {}
    if not spec.get("driver"):
        yield required("spec.driver")
    if not pool.get("name"):
        yield required("spec.pool.name")
    if pool.get("resourceSliceCount", 0) <= 0:
        yield invalid("spec.pool.resourceSliceCount", pool.get("resourceSliceCount", 0), "must be greater than zero")
    if not any(spec.get(field) for field in ("nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection")):
        why = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
        yield required("spec", why)


def _validate_rule(obj: Obj) -> Iterator[FieldError]:
    taint = (obj.get("spec") or {}).get("taint") or {}
    for problem in qualified_name_problems(taint.get("key") or ""):
        yield invalid("spec.taint.key", taint.get("key") or "", problem)
    if not taint.get("effect"):
        yield required("spec.taint.effect")


def _state(claim: Obj, _: float) -> str:
    status, deleted = claim.get("status") or {}, "deletionTimestamp" in claim["metadata"]
    states = ["deleted"] if deleted else []
    if status.get("allocation") is None:
        states += [] if deleted else ["pending"]
    else:
        states += ["allocated", *(["reserved"] if status.get("reservedFor") else [])]
    return ",".join(states)


def _added(rule: Obj, now: float) -> str:
    time = ((rule.get("spec") or {}).get("taint") or {}).get("timeAdded")
    return since(time, now) if time else ""


def _kind(kind: str, plural: str, *columns: Column, **rules: Any) -> Resource:
    columns = (NAME, *columns, AGE)
    return Resource(GROUP, "v1", kind, plural, columns=columns, warnings=_not_allocated, **rules)


RESOURCES = (
    _kind("DeviceClass", "deviceclasses", namespaced=False, singular="deviceclass", has_generation=True),
    _kind(
        "DeviceTaintRule",
        "devicetaintrules",
        Column("Key", at("spec", "taint", "key"), description="Key of the taint."),
        Column("Value", at("spec", "taint", "value"), description="Value of the taint."),
        Column("Effect", at("spec", "taint", "effect"), description="What the taint does."),
        Column("TimeAdded", _added, description="Since when."),
        namespaced=False,
        prepare_create=_date_taint,
        validate=_validate_rule,
        has_status=True,
        has_generation=True,
    ),
    _kind(
        "ResourceClaim",
        "resourceclaims",
        Column("State", _state, description="Whether devices are allocated and reserved."),
        default=_default_claim,
        prepare_create=_new_claim,
        validate_update=immutable("spec", "spec"),
        has_status=True,
    ),
    _kind(
        "ResourceClaimTemplate",
        "resourceclaimtemplates",
        default=_default_template,
        validate_update=immutable("spec", "spec"),
    ),
    _kind(
        "ResourceSlice",
        "resourceslices",
        Column("Node", at("spec", "nodeName"), description="Where the devices are."),
        Column("Driver", at("spec", "driver"), description="Who offers them."),
        Column("Pool", at("spec", "pool", "name"), description="The pool they belong to."),
        namespaced=False,
        validate=_validate_slice,
        has_generation=True,
        fields={
            "spec.nodeName": lambda obj: str(obj["spec"].get("nodeName", "")),
            "spec.driver": lambda obj: str(obj["spec"].get("driver", "")),
        },
    ),
)
