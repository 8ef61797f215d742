"""HTTP as bytes, for clients that only open a connection and write to it, such as nc (RFC 9112)."""

from __future__ import annotations

from tutor.simulator.images.traffic import REASONS, Request, Response

_REFUSED = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
)
REFUSED = Response(400, _REFUSED)
"""What servers answer to bytes that are no request."""


def parse(data: bytes, sender: str) -> Request | None:
    """The request in some bytes; None when there is none."""
    head, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    first, *rest = head.decode(errors="replace").split("\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[0].isupper():
        return None
    headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    return Request(words[0], words[1], {**headers, "X-From": sender}, body)


def written(response: Response) -> bytes:
    """A response as it goes over the connection."""
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    lines = [f"HTTP/1.1 {response.status} {REASONS.get(response.status, '')}".rstrip()]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + response.body
