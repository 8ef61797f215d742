"""SPDY/3.1 frames, as far as port-forwarding needs them: kubectl speaks SPDY inside of a websocket.

Source: SPDY Protocol Draft 3.1. The clients of Kubernetes use no flow control (moby/spdystream), so there is none here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY = 1, 2, 3, 6, 7
FIN = 0x01
_CONTROL = 0x8003
"""The first two bytes of a control frame: the control bit and version 3."""
_HEADER = struct.Struct(">HHI")
_WORD = struct.Struct(">I")
_ID_MASK = 0x7FFFFFFF
MAX_FRAME = 2**20
"""Longer frames are an error; no client sends any."""

_WORDS = """options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
authorization cache-control connection content-base content-encoding content-language content-length content-location
content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range
if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after
server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version
HTTP/1.1 url public set-cookie keep-alive origin"""
_TAIL = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
    "404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)


def _prefixed(text: str) -> bytes:
    return _WORD.pack(len(text)) + text.encode()


DICTIONARY = b"".join(_prefixed(word.replace("_", " ")) for word in _WORDS.split()) + _TAIL.encode()
"""What the compression of headers starts from (draft 3.1, section 2.6.10.1)."""


class SpdyError(ValueError):
    """What came is no SPDY/3.1."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame. `type` is 0 for data."""

    type: int
    stream: int
    flags: int = 0
    data: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> bool:
        """Whether the sender sends nothing more on the stream."""
        return bool(self.flags & FIN)


class SpdyReader:
    """Bytes in, frames out. Header blocks are compressed as one stream, so every frame must go through the same reader."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now; of unknown types none. Raises SpdyError."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            first, second, sizes = _HEADER.unpack_from(self._buffer)
            flags, length = sizes >> 24, sizes & 0xFFFFFF
            if length > MAX_FRAME:
                raise SpdyError(f"a frame of {length} bytes")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            if not first & 0x8000:
                yield Frame(0, (first << 16 | second) & _ID_MASK, flags, body)
            elif first != _CONTROL:
                raise SpdyError(f"version {first & _ID_MASK}")
            else:
                yield self._control(second, flags, body)

    def _control(self, kind: int, flags: int, body: bytes) -> Frame:
        """A control frame; its number may be that of a stream or of a ping."""
        if len(body) < _WORD.size:
            raise SpdyError("a short frame")
        number = _WORD.unpack_from(body)[0] & (0xFFFFFFFF if kind == PING else _ID_MASK)
        skipped = {SYN_STREAM: 10, SYN_REPLY: 4}.get(kind)
        headers = self._headers(body[skipped:]) if skipped else {}
        return Frame(kind, number, flags, body, headers)

    def _headers(self, block: bytes) -> dict[str, str]:
        try:
            plain = self._inflate.decompress(block, MAX_FRAME)
            return _parse_headers(plain)
        except (zlib.error, struct.error, UnicodeDecodeError) as error:
            raise SpdyError(f"bad headers: {error}") from None


def _parse_headers(plain: bytes) -> dict[str, str]:
    texts, position = [], _WORD.size
    for _ in range(2 * _WORD.unpack_from(plain)[0]):
        length = _WORD.unpack_from(plain, position)[0]
        position += _WORD.size
        texts.append(plain[position : position + length].decode())
        position += length
        if position > len(plain):
            raise SpdyError("bad headers: cut off")
    return dict(zip((name.lower() for name in texts[::2]), texts[1::2], strict=True))


class SpdyWriter:
    """Makes the frames that a server sends."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def reply(self, stream: int) -> bytes:
        """Accepts a stream."""
        block = self._deflate.compress(_WORD.pack(0)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return self._control(SYN_REPLY, _WORD.pack(stream) + block)

    def data(self, stream: int, data: bytes, *, last: bool = False) -> bytes:
        """Bytes on a stream."""
        return _WORD.pack(stream) + _WORD.pack((FIN if last else 0) << 24 | len(data)) + data

    def pong(self, number: int) -> bytes:
        """Answers a ping."""
        return self._control(PING, _WORD.pack(number))

    @staticmethod
    def _control(kind: int, body: bytes) -> bytes:
        return _HEADER.pack(_CONTROL, kind, len(body)) + body
