"""Events: how controllers, the scheduler and kubelets tell what they did and why.

Repeats are counted and floods held back by the rules of client-go (tools/record/events_cache.go), with the events in the store
as the only memory, so that a saved and restored cluster goes on counting where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import micro_timestamp, parse_timestamp, timestamp
from tutor.simulator.errors import ApiError
from tutor.simulator.store import Obj, Store

NORMAL = "Normal"
WARNING = "Warning"
MAX_SIMILAR = 10
"""From this many different messages of one reason on, they share one event."""
SIMILAR_SECONDS = 600.0
BURST = 25
"""How many events of one type a component may write about an object at once ..."""
REFILL_SECONDS = 300.0
"""... and how long it takes to earn another one."""
COMBINED = "(combined from similar events): "


def reference(obj: Obj, field_path: str = "", uid: str = "") -> dict[str, Any]:
    """An ObjectReference to an object as it is now, with as much as is known of it."""
    metadata = obj["metadata"]
    found = {"kind": obj["kind"], "name": metadata["name"], "apiVersion": obj["apiVersion"]}
    if uid or "uid" in metadata:
        found["uid"] = uid or metadata["uid"]
    if "namespace" in metadata:
        found["namespace"] = metadata["namespace"]
    if not uid and "resourceVersion" in metadata:
        found["resourceVersion"] = metadata["resourceVersion"]
    if field_path:
        found["fieldPath"] = field_path
    return found


def _spam_key(event: Obj) -> str:
    involved, source = event["involvedObject"], event.get("source") or {}
    parts = (source.get("component", ""), source.get("host", ""), involved.get("uid", ""), involved.get("name", ""))
    return "|".join((*parts, event.get("type", "")))


def _aggregate_key(event: Obj) -> str:
    return f"{_spam_key(event)}|{event.get('reason', '')}"


def _exact_key(event: Obj) -> str:
    return f"{_aggregate_key(event)}|{event['involvedObject'].get('fieldPath', '')}|{event.get('message', '')}"


def _series_key(event: Obj) -> str:
    involved = event["involvedObject"]
    parts = (
        event.get("reportingComponent", ""),
        event.get("type", ""),
        event.get("action", ""),
        event.get("reason", ""),
    )
    return "|".join((*parts, involved.get("uid", ""), involved.get("resourceVersion", "")))


def _declare_indexes(store: Store) -> None:
    store.add_index("events", "spam", lambda event: (_spam_key(event),))
    store.add_index("events", "similar", lambda event: (_aggregate_key(event),))
    store.add_index("events", "same", lambda event: (_exact_key(event),))
    store.add_index("events", "series", lambda event: (_series_key(event),) if event.get("eventTime") else ())


def _name(about: str, client: Client) -> str:
    """The object's name and a number that rises with time; the write counter keeps two of one second apart."""
    moment = int(client.now) * 10**9 + client.store.revision % 10**9
    return f"{about}.{moment:x}"


def _create(client: Client, event: Obj) -> None:
    """Write a new event. One that is refused because its namespace is going away is lost, as client-go loses it
    (tools/record/event.go, recordToSink), and its writer goes on with what it was doing."""
    try:
        client.create("events", event)
    except ApiError as error:
        if error.reason not in ("Forbidden", "NotFound"):
            raise


def write_event(client: Client, event: Obj) -> None:
    """Write an event, or count it with those that are like it. It becomes the cluster's."""
    repeated = client.store.by_index("events", "same", _exact_key(event))
    if not repeated:
        repeated = _combine(client, event)
    if not _within_budget(client, event):
        return
    if repeated:
        _count_up(client, repeated[-1], event)
    else:
        event["metadata"]["name"] = _name(event["involvedObject"]["name"], client)
        if event["message"].startswith(COMBINED):
            event |= {"reportingComponent": "", "reportingInstance": ""}  # as EventAggregate writes a new one
        _create(client, event)


def _combine(client: Client, event: Obj) -> list[Obj]:
    """With many similar events lately the new one joins them; returns the shared event if there is one."""
    similar = client.store.by_index("events", "similar", _aggregate_key(event))
    if len(similar) < MAX_SIMILAR - 1:
        return []
    since = client.now - SIMILAR_SECONDS
    recent = [other for other in similar if parse_timestamp(other["lastTimestamp"]) >= since]
    if len(recent) < MAX_SIMILAR - 1:
        return []
    event["message"] = COMBINED + event["message"]
    return [other for other in recent if other["message"].startswith(COMBINED)]


def _within_budget(client: Client, event: Obj) -> bool:
    written = client.store.by_index("events", "spam", _spam_key(event))
    if len(written) < MAX_SIMILAR and all(other["count"] == 1 for other in written):
        return True
    used: int = sum(other["count"] for other in written)
    first = min(parse_timestamp(other["firstTimestamp"]) for other in written)
    return used < BURST + (client.now - first) / REFILL_SECONDS


def _count_up(client: Client, old: Obj, event: Obj) -> None:
    changes = {"message": event["message"], "lastTimestamp": event["lastTimestamp"], "count": old["count"] + 1}
    client.update("events", {**old, **changes})


class EventRecorder:
    """Writes core/v1 events in the name of one component."""

    def __init__(self, client: Client, component: str, host: str = "") -> None:
        _declare_indexes(client.store)
        self._client = client
        self._component = component
        self._host = host
        self._source = {"component": component, "host": host} if host else {"component": component}

    def normal(self, obj: Obj, reason: str, message: str, *, field_path: str = "", uid: str = "") -> None:
        """Something happened as it should."""
        self._record(obj, NORMAL, reason, message, reference(obj, field_path, uid))

    def warning(
        self,
        obj: Obj,
        reason: str,
        message: str,
        *,
        field_path: str = "",
        uid: str = "",
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        """Something did not work."""
        self._record(obj, WARNING, reason, message, reference(obj, field_path, uid), annotations)

    def _record(
        self,
        obj: Obj,
        kind: str,
        reason: str,
        message: str,
        involved: dict[str, Any],
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        event = self._event(obj, kind, reason, message, involved)
        if annotations:
            event["metadata"]["annotations"] = dict(annotations)
        if not self._client.postpone(event):
            write_event(self._client, event)

    def _event(self, obj: Obj, kind: str, reason: str, message: str, involved: dict[str, Any]) -> Obj:
        at = timestamp(self._client.now)
        namespace = obj["metadata"].get("namespace") or "default"
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "", "namespace": namespace},
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "source": self._source,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
            "type": kind,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": self._host,
        }


class SeriesRecorder:
    """Writes events in the events.k8s.io manner, as the scheduler does: a moment, an action, and a series for repeats."""

    def __init__(self, client: Client, controller: str, instance: str) -> None:
        _declare_indexes(client.store)
        self._client = client
        self._controller = controller
        self._instance = instance

    def record(self, obj: Obj, kind: str, reason: str, action: str, note: str, related: Obj | None = None) -> None:
        """Something happened to an object."""
        at = micro_timestamp(self._client.now)
        event: Obj = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": _name(obj["metadata"]["name"], self._client),
                "namespace": obj["metadata"].get("namespace") or "default",
            },
            "involvedObject": reference(obj),
            "reason": reason,
            "message": note,
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": kind,
            "eventTime": at,
            "action": action,
            "reportingComponent": self._controller,
            "reportingInstance": self._instance,
        }
        if related is not None:
            event["related"] = reference(related)
        repeated = self._client.store.by_index("events", "series", _series_key(event))
        if repeated:
            old = repeated[-1]
            count = (old.get("series") or {"count": 1})["count"] + 1
            self._client.update("events", {**old, "series": {"count": count, "lastObservedTime": at}})
        else:
            _create(self._client, event)


def last_seen(event: Obj) -> float:
    """When an event was last written, in seconds since the epoch."""
    series = event.get("series") or {}
    metadata = event["metadata"]
    text = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return parse_timestamp(text or metadata["creationTimestamp"])
