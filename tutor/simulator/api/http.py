"""Requests and answers as plain values, whatever carries them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tutor.simulator.errors import ApiError

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class User:
    """Who a request comes from (authentication.k8s.io UserInfo)."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_LARGEST = 2**63
"""The first whole number that is too large for an int64."""
SEPARATOR = "\n"
"""Between the values of a header that stands several times in a request and whose values may have commas in them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are in lower case; `path` is unquoted."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate_user: User | None = None
    """Who the client certificate of the connection belongs to, if there was one."""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Request:
        """A request from a URL, with or without a host."""
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        return cls(method, unquote(parts.path), query, {k.lower(): v for k, v in (headers or {}).items()}, body)

    def param(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def flag(self, name: str) -> bool:
        """A boolean query parameter as Kubernetes reads it: anything but "false" and "0" is true, also nothing."""
        return name in self.query and self.param(name).lower() not in ("false", "0")

    def integer(self, name: str) -> int | None:
        """A whole number in the query, None when it is absent or empty. Raises ApiError 400."""
        text = self.param(name)
        if not text:
            return None
        why = "invalid syntax"
        try:
            number = int(text)
            if -_LARGEST <= number < _LARGEST:
                return number
            why = "value out of range"
        except ValueError:
            pass
        raise ApiError(400, "BadRequest", f'strconv.ParseInt: parsing "{text}": {why}')


class Stream(Protocol):
    """An answer that goes on: a watch or a log that is followed. Its host pulls; nothing in it waits."""

    timeout_seconds: float | None
    """When the host should end it, in seconds of the host's own clock; None: when the client goes."""
    poll_seconds: float | None
    """How often the host should look although nothing has woken it; None: never."""

    def pull(self) -> bytes:
        """What there is to send now; empty when there is nothing."""

    def tick(self) -> bytes:
        """What to send when a minute has passed with nothing else: a bookmark, or nothing."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come (pull once more before closing)."""

    def on_ready(self, wake: Callable[[], None]) -> None:
        """Call `wake` (from any thread, quickly) whenever pulling makes sense again."""

    def close(self) -> None:
        """The host is done with it."""


@dataclass(slots=True)
class Response:
    """What to answer. `body` is JSON data, or bytes as they are to be sent; a `stream` follows it."""

    status: int = 200
    body: Any = None
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)
    stream: Stream | None = None
    upgrade: Any = None
    """For exec and attach: what to talk to once the connection is a websocket (api/subresources)."""
    entry: Any = None
    """What the audit log says of the request (audit.AuditEntry); None when nobody could be found behind it."""

    def payload(self) -> bytes:
        """The body as bytes."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else encode(self.body)


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def encode(value: Any) -> bytes:
    """JSON on one line, as the API server writes it."""
    return _for_pages(_encoder.encode(value)).encode(errors="replace") + b"\n"


def encode_pretty(value: Any) -> bytes:
    """JSON with an indent of two, for people (pretty=true, and clients that look like a browser or curl)."""
    return _for_pages(json.dumps(value, ensure_ascii=False, indent=2)).encode(errors="replace")


def _for_pages(text: str) -> str:
    """JSON without characters that mean something in HTML and JavaScript, as Go writes it (encoding/json, HTMLEscape)."""
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def plain_text(status: int, text: str) -> Response:
    """A plain text answer. Browsers are told to take it for nothing else, as Go's http.Error does."""
    return Response(status, text.encode(), TEXT, [("X-Content-Type-Options", "nosniff")])
