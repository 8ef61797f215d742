"""What goes over the simulated network: requests, responses, and the ways a connection fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HTTP = "http"
HTTPS = "https"
TCP = "tcp"
GRPC = "grpc"
UDP = "udp"


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a server. For plain TCP and for UDP only `body` counts."""

    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    protocol: str = HTTP


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answers. `seconds`: how long it takes; `cpu`: processor seconds it costs the server."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.001
    cpu: float = 0.0005

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


class ConnectionFailed(Exception):
    """No connection. `kind`: "refused", "unreachable", "timeout", "no-host", "reset" or "protocol"; `seconds`: how long it took
    to find out."""

    def __init__(self, kind: str, address: str = "", seconds: float = 0.0) -> None:
        super().__init__(f"{kind} {address}".strip())
        self.kind = kind
        self.address = address
        """ "IP:port" as far as known."""
        self.seconds = seconds


def transport(protocol: str) -> str:
    """What carries a protocol, as Service ports and policies name it."""
    return "UDP" if protocol == UDP else "TCP"


REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
"""Reason phrases of HTTP status codes."""
