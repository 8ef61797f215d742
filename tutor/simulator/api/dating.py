"""Dates for clients whose clock is not the cluster's.

A simulated cluster can be fast-forwarded, but clients compute ages with their own clock. So what is served is dated as if the
cluster's now were the client's now: every field of type Time or MicroTime is shifted by a whole number of seconds, and shifted
back in what clients send.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tutor.simulator.clock import micro_timestamp, parse_timestamp, timestamp
from tutor.simulator.resources.base import Resource
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.types import ListOf, MapOf, Scalar, Struct, Type
from tutor.simulator.store import Obj


def shift(resource: Resource, obj: Obj, seconds: int) -> Obj:
    """A copy of an object of a resource with all its dates moved; parts without dates are shared."""
    type_ = type_of(resource)
    if type_ is None or not seconds:
        return obj
    shifted: Obj = _shift(type_, obj, seconds)
    return shifted


def _shift(type_: Type, value: Any, seconds: int) -> Any:
    if isinstance(type_, Scalar):
        return shift_text(value, seconds, micro=type_.kind == "microtime")
    if isinstance(type_, ListOf):
        return [_shift(type_.elem, item, seconds) for item in value] if isinstance(value, list) else value
    if not isinstance(value, dict):
        return value
    if isinstance(type_, MapOf):
        return {key: _shift(type_.elem, item, seconds) for key, item in value.items()}
    dated = _dated_fields(type_)
    return {key: _shift(dated[key], item, seconds) if key in dated else item for key, item in value.items()}


def shift_text(value: Any, seconds: int, *, micro: bool = False) -> Any:
    """One date moved; what is no date stays as it is, and so does one before 1970, which no clock has told."""
    try:
        moment = parse_timestamp(value)
    except (TypeError, ValueError):
        return value
    if moment < 0:
        return value
    moment += seconds
    return micro_timestamp(moment) if micro else timestamp(moment)


@cache
def _dated_fields(type_: Struct) -> dict[str, Type]:
    """The fields of a struct that are or contain dates."""
    return {name: field.type for name, field in type_.fields.items() if _has_dates(field.type, ())}


def _has_dates(type_: Type, above: tuple[Struct, ...]) -> bool:
    if isinstance(type_, Scalar):
        return type_.kind in ("time", "microtime")
    if isinstance(type_, ListOf | MapOf):
        return _has_dates(type_.elem, above)
    return type_ not in above and any(_has_dates(f.type, (*above, type_)) for f in type_.fields.values())
