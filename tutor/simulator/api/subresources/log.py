"""pods/log: what a container has written, all at once or as it comes (pkg/registry/core/pod/rest/log.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.containers import (
    LogLine,
    check_logs,
    chosen_container,
    container_status,
    run_of,
    runtime_of,
)
from tutor.simulator.api.http import Request, Response
from tutor.simulator.api.scalars import DecodeError, read_moment
from tutor.simulator.errors import FieldError, bad_request, forbidden_field, invalid, invalid_object

HANDLES = ("log",)
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class LogOptions:
    """core/v1 PodLogOptions. `since` is a moment of the cluster's clock."""

    follow: bool
    previous: bool
    timestamps: bool
    tail: int | None
    limit: int | None
    since: float | None


def handle(call: Call) -> Response:
    """GET."""
    options = _options(call)
    pod = listing.get_object(call.store, call.route)
    name = chosen_container(pod, call.request.param("container"))
    if not pod["spec"].get("nodeName"):
        return Response(200, b"", "text/plain")
    check_logs(call, pod, name)
    run = run_of(pod, name, previous=options.previous)
    lines = runtime_of(call).log(call.route.namespace, call.route.name, run.container_id)
    if lines is None:
        return Response(
            200, f"unable to retrieve container logs for containerd://{run.container_id}".encode(), "text/plain"
        )
    text = _text(_selected(lines, options), options, call.api.offset)
    if options.limit is not None:
        text = text[: options.limit]
    if not (options.follow and run.running):
        return Response(200, text, "text/plain")
    stream = FollowedLog(call, name, run.container_id, lines, options, text)
    return Response(200, None, "text/plain", stream=stream)


def _options(call: Call) -> LogOptions:
    request = call.request
    tail, limit, seconds = (request.integer(name) for name in ("tailLines", "limitBytes", "sinceSeconds"))
    problems = [
        *_minimum("tailLines", tail, 0),
        *_minimum("limitBytes", limit, 1),
        *_minimum("sinceSeconds", seconds, 1),
    ]
    if seconds is not None and request.param("sinceTime"):
        problems.append(forbidden_field("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    if request.param("stream") not in ("", "All"):
        problems.append(forbidden_field("stream", "may not be specified"))
    if problems:
        raise invalid_object("PodLogOptions", "", call.route.name, problems)
    return LogOptions(
        request.flag("follow"),
        request.flag("previous"),
        request.flag("timestamps"),
        tail,
        limit,
        _since(call, request, seconds),
    )


def _minimum(field: str, value: int | None, least: int) -> Iterable[FieldError]:
    if value is not None and value < least:
        why = "must be greater than or equal to 0" if least == 0 else "must be greater than 0"
        yield invalid(field, value, why)


def _since(call: Call, request: Request, seconds: int | None) -> float | None:
    if seconds is not None:
        return call.api.cluster.clock.now - seconds
    if not request.param("sinceTime"):
        return None
    try:
        return read_moment(request.param("sinceTime")) - call.api.offset
    except DecodeError as error:
        raise bad_request(error.message) from None


def _selected(lines: Sequence[LogLine], options: LogOptions) -> Sequence[LogLine]:
    if options.since is not None:
        since = options.since
        lines = [line for line in lines if line.at >= since]
    if options.tail is not None:
        lines = lines[-options.tail :] if options.tail else ()
    return lines


def _text(lines: Iterable[LogLine], options: LogOptions, offset: int) -> bytes:
    parts = []
    for line in lines:
        prefix = f"{_stamp(line.at + offset)} " if options.timestamps else ""
        parts.append(f"{prefix}{line.text}{chr(10) if line.whole else ''}")
    return "".join(parts).encode(errors="replace")


def _stamp(moment: float) -> str:
    """A moment as the runtime writes it: RFC 3339 with nanoseconds."""
    whole = datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{int(moment % 1 * 1e9):09d}Z"


class FollowedLog:
    """A `Stream` of lines as they are written, until the container ends."""

    timeout_seconds: float | None = None
    poll_seconds: float | None = POLL_SECONDS

    def __init__(
        self, call: Call, name: str, container_id: str, lines: Sequence[LogLine], options: LogOptions, begin: bytes
    ) -> None:
        self._call = call
        self._name = name
        self._id = container_id
        self._lines = lines
        self._options = options
        self._left = options.limit
        self._pending = begin
        self._last = lines[-1] if lines else None
        self._ended = False

    def pull(self) -> bytes:
        """The lines since the last call."""
        fresh = self._fresh()
        text = self._pending + _text(fresh, self._options, self._call.api.offset)
        self._pending = b""
        if self._left is not None:
            text, self._left = text[: self._left], max(self._left - len(text), 0)
        self._ended = self._ended or self._left == 0 or not self._running()
        return text

    def _fresh(self) -> Sequence[LogLine]:
        """What comes after the last line that was sent; the oldest lines may have been dropped meanwhile."""
        start = len(self._lines)
        while start and self._lines[start - 1] is not self._last:
            start -= 1
        fresh = self._lines[start:]
        if fresh:
            self._last = fresh[-1]
        return fresh

    def _running(self) -> bool:
        route = self._call.route
        pod = self._call.store.get("pods", route.namespace, route.name)
        status = container_status(pod, self._name) if pod is not None else {}
        return "running" in (status.get("state") or {}) and status.get("containerID", "").endswith(self._id)

    def tick(self) -> bytes:
        """Nothing keeps a log's connection alive but its lines."""
        return self.pull()

    @property
    def ended(self) -> bool:
        """Whether the container has ended or the limit is reached."""
        return self._ended

    def on_ready(self, wake: Callable[[], None]) -> None:
        """Hosts look every `poll_seconds` instead."""

    def close(self) -> None:
        """The client is gone."""
        self._ended = True
