"""One forwarded connection: bytes of a client on one side, requests to a simulated server on the other.

Simulated servers answer whole requests. So HTTP is taken apart here; any other bytes are passed on as they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tutor.simulator.images.traffic import HTTP, REASONS, TCP, ConnectionFailed, Request, Response

Connect = Callable[[int, Request], Response]
"""Sends a request to a port. Raises ConnectionFailed, ApiError."""

_REQUEST_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.([01])\r?\n")
_METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ", b"OPTIONS ", b"TRACE ", b"CONNECT ")
MAX_REQUEST = 4 * 2**20
"""Bytes of a request that are kept while its end has not come."""
_BODILESS = (204, 304)


class Tunnel:
    """The server's side of a connection. Raises ConnectionFailed when nothing listens."""

    def __init__(self, connect: Connect, port: int) -> None:
        self._connect = connect
        self._port = port
        self._buffer = b""
        self.closed = False
        """Whether the server has ended the connection."""
        connect(port, Request(protocol=TCP))

    def receive(self, data: bytes) -> Iterator[bytes]:
        """What the server answers to more bytes."""
        self._buffer += data
        while self._buffer and not self.closed:
            if not _may_be_http(self._buffer):
                sent, self._buffer = self._buffer, b""
                yield self._send(Request(body=sent, protocol=TCP)).body
                return
            taken = self._take_request()
            if taken is None:
                return
            yield taken

    def _take_request(self) -> bytes | None:
        """The answer to the first whole request in the buffer; None when there is none yet."""
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return self._refuse(431) if len(head) > MAX_REQUEST else None
        match = _REQUEST_LINE.match(head + b"\r\n")
        if match is None:
            return self._refuse(400)
        headers = _headers(head)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdigit():
            return self._refuse(411)
        if int(length) > MAX_REQUEST:
            return self._refuse(413)
        if len(rest) < int(length):
            return None
        body, self._buffer = rest[: int(length)], rest[int(length) :]
        method, path = match[1].decode(), match[2].decode(errors="replace")
        kept = headers.get("connection", "keep-alive" if match[3] == b"1" else "close").lower() != "close"
        self.closed = not kept
        shown = {name.title(): value for name, value in headers.items()}
        return _written(self._send(Request(method, path, shown, body, HTTP)), kept, with_body=method != "HEAD")

    def _send(self, request: Request) -> Response:
        try:
            return self._connect(self._port, request)
        except ConnectionFailed:
            self.closed = True
            return Response(502)

    def _refuse(self, status: int) -> bytes:
        self.closed = True
        return _written(Response(status), kept=False)


def _may_be_http(data: bytes) -> bool:
    return any(data.startswith(method) or method.startswith(data) for method in _METHODS)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _written(response: Response, kept: bool, *, with_body: bool = True) -> bytes:
    """A response as HTTP/1.1."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    if response.status not in _BODILESS:
        headers["Content-Length"] = str(len(response.body))
    headers["Connection"] = "keep-alive" if kept else "close"
    lines = [f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")
    return head + (response.body if with_body and response.status not in _BODILESS else b"")
