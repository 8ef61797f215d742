"""The list of events at the end of most descriptions."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.duration import age, parse_time
from tutor.kubectl.gosort import go_sort
from tutor.kubectl.objects import Object, get


def write_events(writer: Writer, events: Sequence[Object], now: float) -> None:
    """Type, reason, age, source and message, in the order they were last seen."""
    if not events:
        writer.write(0, "Events:\t<none>\n")
        return
    writer.write(0, "Events:\n")
    ordered = go_sort(list(events), lambda left, right: _last_seen(left) < _last_seen(right))
    rows = [_row(event, now) for event in ordered]
    writer.write(1, "Type\tReason\tAge\tFrom\tMessage\n")
    writer.write(1, "----\t------\t----\t----\t-------\n")
    for row in rows:
        writer.write(1, "\t".join(row) + "\n")


def _last_seen(event: Object) -> float:
    return parse_time(event.get("lastTimestamp")) or 0.0


def _row(event: Object, now: float) -> tuple[str, ...]:
    source = get(event, "source.component") or event.get("reportingComponent") or ""
    message = str(event.get("message", "")).strip()
    field_path = get(event, "involvedObject.fieldPath")
    if field_path:
        message = f"{field_path}: {message}"
    return str(event.get("type", "")), str(event.get("reason", "")), _interval(event, now), str(source), message


def _interval(event: Object, now: float) -> str:
    first = age(event.get("eventTime") or event.get("firstTimestamp"), now)
    if event.get("series"):
        return f"{age(get(event, 'series.lastObservedTime'), now)} (x{get(event, 'series.count', 0)} over {first})"
    if int(event.get("count") or 0) > 1:
        return f"{age(event.get('lastTimestamp'), now)} (x{event['count']} over {first})"
    return first
