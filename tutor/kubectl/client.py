"""Requests of one command to the API server: JSON in and out, Status replies as errors, warnings, streams that stop at ctrl+c."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tutor.kubectl.errors import ApiError, Interrupted, TimedOut
from tutor.kubectl.objects import Object

if TYPE_CHECKING:
    import urllib3

    from tutor.kubectl.connection import Connection
    from tutor.kubectl.io import KubectlIO
    from tutor.kubectl.tracing import Trace

JSON = "application/json"
TABLE = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
USER_AGENT = "kubectl/v1.37.2"

Query = Mapping[str, str]
_BRING_TYPES = ("customresourcedefinitions", "apiservices")
"""Objects that change which types the server has."""
_POLL = 0.1  # seconds between looks at ctrl+c while a stream is silent
_GENERIC = {  # what client-go says when an error reply carries no Status (apimachinery api/errors NewGenericServerResponse)
    400: ("BadRequest", "the server rejected our request for an unknown reason"),
    401: ("Unauthorized", "the server has asked for the client to provide credentials"),
    403: ("Forbidden", "forbidden"),
    404: ("NotFound", "the server could not find the requested resource"),
    405: ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
    406: ("NotAcceptable", "the server was unable to respond with a content type that the client supports"),
    409: ("Conflict", "the server reported a conflict"),
    415: ("UnsupportedMediaType", "the server was unable to respond with a content type that the client supports"),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: (
        "Timeout",
        "the server was unable to return a response in the time allotted, but may still be processing the request",
    ),
}


class Api:
    """One command's view of an API server.

    `timeout` is `--request-timeout` in seconds, None for no limit. Failures raise ApiError or ConnectionFailed.
    """

    def __init__(
        self,
        connection: Connection,
        io: KubectlIO,
        timeout: float | None = None,
        headers: Query | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.connection = connection
        self.headers = dict(headers or {})
        """What every request of the command carries, such as the user it acts as."""
        self._io = io
        self._timeout = timeout
        self._trace = trace
        self.on_warning: Callable[[str], None] = lambda text: self._warn(text)

    def _warn(self, text: str) -> None:
        self._io.stderr(f"Warning: {text}\n")

    def get(self, path: str, query: Query | None = None, accept: str = JSON) -> Object:
        return self.send("GET", path, query, accept=accept)

    def post(self, path: str, body: Any, query: Query | None = None) -> Object:
        return self.send("POST", path, query, body)

    def put(self, path: str, body: Any, query: Query | None = None) -> Object:
        return self.send("PUT", path, query, body)

    def delete(self, path: str, options: Object) -> Object:
        """Deletes with `DeleteOptions`; a dry run is said there, because beside a body servers ignore the query."""
        return self.send("DELETE", path, body=options)

    def patch(self, path: str, body: Any, content_type: str, query: Query | None = None) -> Object:
        return self.send("PATCH", path, query, body, content_type)

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Any = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> Object:
        """One request with a JSON reply."""
        reply = self._open(method, path, query, body, content_type, accept, stream=False)
        data = reply.data
        if self._trace is not None:
            self._trace.response_body(data)
        self._raise_for_status(reply, data, asked_for(method, path))
        if method != "GET" and any(f"/{plural}" in path for plural in _BRING_TYPES):
            self.connection.learned.discovery = None
        try:
            decoded = json.loads(data)
        except ValueError:
            raise ApiError(_generic_status(500, data.decode(errors="replace"))) from None
        return decoded if isinstance(decoded, dict) else {"items": decoded}

    def text(self, path: str, query: Query | None = None) -> str:
        """One GET whose reply is returned as it came."""
        reply = self._open("GET", path, query, None, JSON, "*/*", stream=False)
        self._raise_for_status(reply, reply.data, asked_for("GET", path))
        return reply.data.decode(errors="replace")

    def raw(self, method: str, path: str, body: bytes | None) -> str:
        """One request whose body and reply are passed on as they are."""
        reply = self._open(method, path, None, body, JSON, JSON, stream=False)
        self._raise_for_status(reply, reply.data)
        return reply.data.decode(errors="replace")

    def chunks(
        self, path: str, query: Query | None = None, accept: str = "*/*", deadline: float | None = None
    ) -> Generator[bytes, None, None]:
        """The pieces of a long reply as they arrive, until it ends.

        Ctrl+c raises Interrupted; passing `deadline`, a reading of `time.monotonic`, raises TimedOut.
        """
        reply = self._open("GET", path, query, None, JSON, accept, stream=True)
        if reply.status >= 400:
            self._raise_for_status(reply, reply.read(), asked_for("GET", path))
        pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(reply, pieces), daemon=True).start()
        try:
            yield from self._received(pieces, deadline)
        finally:
            _hang_up(reply)

    def _received(
        self, pieces: queue.SimpleQueue[bytes | None], deadline: float | None
    ) -> Generator[bytes, None, None]:
        while True:
            self._io.check_cancelled()
            left = _POLL if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise TimedOut
            with suppress(queue.Empty):
                piece = pieces.get(timeout=min(left, _POLL))
                if piece is None:
                    return
                yield piece

    def lines(
        self, path: str, query: Query | None = None, accept: str = "*/*", deadline: float | None = None
    ) -> Generator[bytes, None, None]:
        """The lines of a long reply as they arrive, without their line ends; ends like `chunks`."""
        rest = b""
        for piece in self.chunks(path, query, accept, deadline):
            *complete, rest = (rest + piece).split(b"\n")
            yield from complete
        if rest:
            yield rest

    def watch(
        self, path: str, query: Query, accept: str = JSON, deadline: float | None = None
    ) -> Generator[Object, None, None]:
        """Watch events as `{"type", "object"}`; ends when the server ends the watch. An ERROR event raises ApiError."""
        parameters = {**query, "watch": "true"}
        for line in self.lines(path, parameters, accept, deadline):
            event = json.loads(line)
            if event.get("type") == "ERROR":
                raise ApiError(event["object"])
            yield event

    def _open(
        self, method: str, path: str, query: Query | None, body: Any, content_type: str, accept: str, *, stream: bool
    ) -> urllib3.BaseHTTPResponse:
        from urllib3.exceptions import HTTPError

        self._io.check_cancelled()
        headers = {"Accept": accept, "User-Agent": USER_AGENT, **self.headers}
        data = None
        if body is not None:
            headers["Content-Type"] = content_type
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        separator = "&" if "?" in path else "?"
        target = path + (f"{separator}{encode_query(query)}" if query else "")
        try:
            reply = self._exchange(method, target, headers, data, stream=stream)
        except HTTPError as problem:
            raise self._connection_error(method, target, problem) from None
        self._io.on_request(method, target, reply.status)
        self._report_warnings(reply)
        return reply

    def _exchange(
        self, method: str, target: str, headers: dict[str, str], data: bytes | None, *, stream: bool
    ) -> urllib3.BaseHTTPResponse:
        """One request and its answer, told to the log when there is one."""
        from urllib3.exceptions import HTTPError

        trace, url = self._trace, self.connection.endpoint.server.rstrip("/") + target
        if trace is None:
            return self.connection.open(method, target, headers, data, self._timeout, stream=stream)
        trace.request(method, url, {**self.connection.auth_headers(), **headers}, data)
        started = time.monotonic()
        try:
            reply = self.connection.open(method, target, headers, data, self._timeout, stream=stream)
        except HTTPError:
            trace.no_response(method, url, time.monotonic() - started)
            raise
        trace.response(method, url, reply, time.monotonic() - started)
        return reply

    def _report_warnings(self, reply: urllib3.BaseHTTPResponse) -> None:
        """`Warning: 299 - "text"` headers become lines on standard error, as RFC 7234 and client-go have it."""
        for header in reply.headers.getlist("Warning"):
            code, _, rest = header.partition(" ")
            _, _, quoted = rest.partition(" ")
            if code == "299" and quoted.startswith('"'):
                self.on_warning(quoted.strip()[1:-1].replace('\\"', '"'))

    def _raise_for_status(self, reply: urllib3.BaseHTTPResponse, data: bytes, asked: str = "") -> None:
        if reply.status < 400:
            return
        try:
            status = json.loads(data)
        except ValueError:
            status = None
        if isinstance(status, dict) and status.get("kind") == "Status":
            raise ApiError(status)
        raise ApiError(_generic_status(reply.status, data.decode(errors="replace"), asked))

    def _connection_error(self, method: str, target: str, problem: Exception) -> Exception:
        from tutor.kubectl.unreachable import failure

        if self._io.cancelled.is_set():
            return Interrupted()
        return failure(self.connection, method, target, problem)


def encode_query(query: Query) -> str:
    return urlencode(query, quote_via=quote)


def path_segment(name: str) -> str:
    return quote(name, safe=":")


def asked_for(method: str, path: str) -> str:
    """`get pods web`: what a request for objects is for, as client-go says it of an error without a Status; nothing for other
    requests (apimachinery, pkg/api/errors/errors.go, NewGenericServerResponse)."""
    parts = path.partition("?")[0].strip("/").split("/")
    group = parts[1] if parts[0] == "apis" and len(parts) > 3 else ""
    rest = parts[3:] if group else parts[2:] if parts[0] == "api" else []
    if len(rest) > 2 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
        rest = rest[2:]
    if not rest:
        return ""
    return " ".join([method.lower(), f"{rest[0]}.{group}" if group else rest[0], *rest[1:2]])


def _generic_status(code: int, text: str, asked: str = "") -> Object:
    reason, message = _GENERIC.get(code, ("InternalError" if code >= 500 else "Unknown", ""))
    if not message:
        message = f"an error on the server ({json.dumps(text.strip() or 'unknown')}) has prevented the request from succeeding"
    message += f" ({asked})" if asked else ""
    return {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}


def _pump(reply: urllib3.BaseHTTPResponse, pieces: queue.SimpleQueue[bytes | None]) -> None:
    """Moves a reply's data into a queue, so that the reader can look at ctrl+c meanwhile; None marks the end."""
    from urllib3.exceptions import HTTPError

    with suppress(HTTPError, OSError, ValueError, AttributeError):  # all of them also mean: the reader hung up
        for piece in reply.stream(65536, decode_content=True):
            pieces.put(piece)
    pieces.put(None)


def _hang_up(reply: urllib3.BaseHTTPResponse) -> None:
    with suppress(Exception):  # the connection may already be gone, which is what we want
        reply.shutdown()
    with suppress(Exception):
        reply.close()
