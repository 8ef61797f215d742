"""ResourceQuotas and LimitRanges."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.quantity import QuantityError, parse
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.container_validation import NOT_NEGATIVE
from tutor.simulator.resources.limit_validation import (
    limit_range_errors,
    quota_name_errors,
    scope_errors,
    scopes_fixed,
)
from tutor.simulator.resources.printing import AGE, CREATED_AT, NAME
from tutor.simulator.store import Obj


def _quota_cell(quota: Obj, *, limits: bool) -> str:
    hard, used = quota.get("status", {}).get("hard") or {}, quota.get("status", {}).get("used") or {}
    return ", ".join(
        f"{key}: {used.get(key, '0')}/{hard[key]}" for key in sorted(hard) if key.startswith("limits.") == limits
    )


def _default_quota(quota: Obj) -> None:
    quota.setdefault("spec", {})


def _validate_quota(quota: Obj) -> Iterator[FieldError]:
    for key, value in sorted((quota["spec"].get("hard") or {}).items()):
        yield from quota_name_errors(key, f"spec.hard[{key}]")
        try:
            if parse(value) < 0:
                yield invalid(f"spec.hard[{key}]", value, NOT_NEGATIVE)
        except QuantityError as error:
            yield invalid(f"spec.hard[{key}]", value, str(error))
    yield from scope_errors(quota["spec"])


def _default_limit_range(limit_range: Obj) -> None:
    for item in limit_range.setdefault("spec", {}).get("limits") or ():
        if item.get("type") != "Container":
            continue
        default, request = dict(item.get("default") or {}), dict(item.get("defaultRequest") or {})
        default = {**(item.get("max") or {}), **default}
        request = {**(item.get("min") or {}), **default, **request}
        for name, amounts in (("default", default), ("defaultRequest", request)):
            if amounts:
                item[name] = amounts


def _clear_status(_: Context, quota: Obj) -> None:
    quota["status"] = {}


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="ResourceQuota",
        plural="resourcequotas",
        short_names=("quota",),
        columns=(
            NAME,
            Column(
                "Request",
                lambda obj, _: _quota_cell(obj, limits=False),
                description="Used and allowed requests and counts.",
            ),
            Column("Limit", lambda obj, _: _quota_cell(obj, limits=True), description="Used and allowed limits."),
            AGE,
        ),
        default=_default_quota,
        prepare_create=_clear_status,
        validate=_validate_quota,
        validate_update=scopes_fixed,
        has_status=True,
        delete_returns_object=True,
        schema="io.k8s.api.core.v1.ResourceQuota",
    ),
    Resource(
        group="",
        version="v1",
        kind="LimitRange",
        plural="limitranges",
        short_names=("limits",),
        columns=(NAME, CREATED_AT),
        default=_default_limit_range,
        validate=limit_range_errors,
        schema="io.k8s.api.core.v1.LimitRange",
    ),
)
