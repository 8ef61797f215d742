"""Events, at core/v1 and at events.k8s.io/v1: two views of the same stored objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import at, since
from tutor.simulator.store import Obj

_RENAMED = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("count", "deprecatedCount"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("source", "deprecatedSource"),
    ("reportingComponent", "reportingController"),
)
"""Field names at core/v1 and at events.k8s.io/v1 (pkg/apis/core/v1, pkg/apis/events/v1 conversion)."""


def _to_core(event: Obj) -> Obj:
    renamed = {new: old for old, new in _RENAMED}
    return {**{renamed.get(key, key): value for key, value in event.items()}, "apiVersion": "v1"}


def _from_core(event: Obj) -> Obj:
    renamed = dict(_RENAMED)
    return {**{renamed.get(key, key): value for key, value in event.items()}, "apiVersion": "events.k8s.io/v1"}


def _first(event: Obj, now: float) -> str:
    return since(event.get("firstTimestamp") or event.get("eventTime"), now)


def _last(event: Obj, now: float) -> str:
    series = event.get("series")
    if series:
        return since(series.get("lastObservedTime"), now)
    return since(event["lastTimestamp"], now) if event.get("lastTimestamp") else _first(event, now)


def _count(event: Obj, _: float) -> str:
    return str((event.get("series") or {}).get("count") or event.get("count") or 1)


def _object(event: Obj, _: float) -> str:
    involved = event.get("involvedObject") or {}
    kind = str(involved.get("kind", "")).lower()
    return f"{kind}/{involved['name']}" if involved.get("name") else kind


def _source(event: Obj, _: float) -> str:
    source: Mapping[str, Any] = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent") or ""
    host = source.get("host") or event.get("reportingInstance") or ""
    return f"{component}, {host}" if host else component


def _involved(field: str) -> Any:
    return lambda event: str((event.get("involvedObject") or {}).get(field, ""))


def _of_core(cell: Callable[[Obj], str]) -> Callable[[Obj], str]:
    return lambda event: cell(_to_core(event))


def _validate(event: Obj) -> Iterator[FieldError]:
    involved = event.get("involvedObject") or {}
    namespace = event["metadata"].get("namespace", "")
    if involved.get("namespace", "") != namespace and not (not involved.get("namespace") and namespace == "default"):
        yield invalid("involvedObject.namespace", involved.get("namespace", ""), "does not match event.namespace")


COLUMNS = (
    Column("Last Seen", _last, description="Time since it was last seen."),
    Column("Type", at("type"), description="Normal or Warning."),
    Column("Reason", at("reason"), description="Why it was written, in one word."),
    Column("Object", _object, description="What it is about."),
    Column("Subobject", at("involvedObject", "fieldPath"), priority=1, description="The part of the object."),
    Column("Source", _source, priority=1, description="Who wrote it."),
    Column("Message", lambda event, _: str(event.get("message", "")).strip(), description="What happened."),
    Column("First Seen", _first, priority=1, description="Time since it was first seen."),
    Column("Count", _count, priority=1, description="How often it was seen."),
    Column("Name", at("metadata", "name"), format="name", priority=1, description="Name of the event."),
)
_FIELDS: dict[str, Any] = {
    **{
        f"involvedObject.{field}": _involved(field)
        for field in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
    },
    "reason": lambda event: str(event.get("reason", "")),
    "reportingComponent": lambda event: str(event.get("reportingComponent", "")),
    "source": lambda event: str((event.get("source") or {}).get("component") or event.get("reportingComponent", "")),
    "type": lambda event: str(event.get("type", "")),
}

RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="Event",
        plural="events",
        short_names=("ev",),
        columns=COLUMNS,
        validate=_validate,
        create_on_update=True,
        fields=_FIELDS,
        schema="io.k8s.api.core.v1.Event",
    ),
    Resource(
        group="events.k8s.io",
        version="v1",
        kind="Event",
        plural="events",
        short_names=("ev",),
        columns=COLUMNS,
        validate=_validate,
        create_on_update=True,
        storage="events",
        to_storage=_to_core,
        from_storage=_from_core,
        fields={
            **{
                name.replace("involvedObject", "regarding"): _of_core(cell)
                for name, cell in _FIELDS.items()
                if "." in name
            },
            "reason": _FIELDS["reason"],
            "reportingController": _of_core(_FIELDS["reportingComponent"]),
            "type": _FIELDS["type"],
        },
        schema="io.k8s.api.events.v1.Event",
    ),
)
