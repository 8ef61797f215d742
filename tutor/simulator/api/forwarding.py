"""pods/portforward once the connection is a websocket: SPDY streams as kubectl tunnels them, or the channels of version 4.

Source: apiserver, pkg/util/proxy/streamtunnel.go; kubelet, pkg/cri/streaming/portforward (httpstream.go, websocket.go).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tutor.simulator.api.spdy import GOAWAY, PING, RST_STREAM, SYN_STREAM, Frame, SpdyReader, SpdyWriter
from tutor.simulator.api.tunnels import Connect, Tunnel
from tutor.simulator.errors import ApiError
from tutor.simulator.images.traffic import ConnectionFailed

SPDY = "SPDY/3.1+portforward.k8s.io"
CHANNELS = "v4.channel.k8s.io"
PROTOCOLS = (SPDY, CHANNELS)


@dataclass(frozen=True, slots=True)
class Forward:
    """A client that wants to reach ports of a pod. `ports` are known from the start for the channel protocol only."""

    pod: str
    ports: tuple[int, ...]
    connect: Connect
    """Takes the cluster's lock itself."""


class Conversation(Protocol):
    """A protocol that bytes are forwarded by: messages in, messages out, without waiting."""

    def begin(self) -> Iterable[bytes]:
        """What the server says first."""

    def receive(self, message: bytes) -> Iterator[bytes]:
        """What it says to a message. Raises ValueError when the message is none of the protocol."""


def conversation(protocol: str, forward: Forward) -> Conversation:
    """The server's side of a protocol."""
    return SpdyConversation(forward) if protocol == SPDY else ChannelConversation(forward)


def _open(forward: Forward, port: int) -> tuple[Tunnel | None, str]:
    """A connection to a port, or why there is none."""
    try:
        return Tunnel(forward.connect, port), ""
    except ConnectionFailed as error:
        why = {"refused": "connect: connection refused"}.get(error.kind, error.kind)
    except ApiError as error:
        why = error.message
    return None, f"error forwarding port {port} to pod {forward.pod}: dial tcp 127.0.0.1:{port}: {why}"


# -- SPDY


@dataclass(slots=True)
class _Pair:
    """The two streams of one forwarded connection."""

    error: int = 0
    data: int = 0
    tunnel: Tunnel | None = None
    done: set[int] = field(default_factory=set)


class SpdyConversation:
    """Every connection is a pair of streams with the same requestID: one for data, one for an error."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self._reader = SpdyReader()
        self._writer = SpdyWriter()
        self._pairs: dict[str, _Pair] = {}
        self._by_stream: dict[int, str] = {}

    def begin(self) -> Iterable[bytes]:
        """Nothing: the client speaks first."""
        return ()

    def receive(self, message: bytes) -> Iterator[bytes]:
        """The frames that answer those in a message; one frame may come in several messages."""
        for frame in self._reader.feed(message):
            yield from self._frame(frame)

    def _frame(self, frame: Frame) -> Iterator[bytes]:
        if frame.type == SYN_STREAM:
            yield self._writer.reply(frame.stream)
            yield from self._opened(frame)
        elif frame.type == PING:
            yield self._writer.pong(frame.stream)
        elif frame.type == RST_STREAM:
            self._forget(self._by_stream.get(frame.stream, ""))
        elif frame.type == GOAWAY:
            self._pairs.clear()
            self._by_stream.clear()
        elif frame.type == 0:
            yield from self._data(frame)

    def _opened(self, frame: Frame) -> Iterator[bytes]:
        request = frame.headers.get("requestid", "")
        pair = self._pairs.setdefault(request, _Pair())
        self._by_stream[frame.stream] = request
        if frame.headers.get("streamtype") == "error":
            pair.error = frame.stream
            return
        pair.data = frame.stream
        port = frame.headers.get("port", "")
        pair.tunnel, problem = _open(self._forward, int(port) if port.isdigit() else 0)
        if problem:
            yield self._writer.data(pair.error, problem.encode())
            yield from self._finished(request)

    def _data(self, frame: Frame) -> Iterator[bytes]:
        request = self._by_stream.get(frame.stream, "")
        pair = self._pairs.get(request)
        if pair is None or pair.tunnel is None or frame.stream != pair.data:
            return
        for answer in pair.tunnel.receive(frame.data):
            if answer:
                yield self._writer.data(pair.data, answer)
        if frame.last or pair.tunnel.closed:
            yield from self._finished(request)

    def _finished(self, request: str) -> Iterator[bytes]:
        """The server's end of both streams."""
        pair = self._pairs[request]
        yield self._writer.data(pair.data, b"", last=True)
        yield self._writer.data(pair.error, b"", last=True)
        self._forget(request)

    def _forget(self, request: str) -> None:
        pair = self._pairs.pop(request, None)
        for stream in (pair.error, pair.data) if pair is not None else ():
            self._by_stream.pop(stream, None)


# -- channels


class ChannelConversation:
    """Two channels a port, for data and for an error. Each begins with its port, and the connection is made at once."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self._tunnels: list[Tunnel | None] = []

    def begin(self) -> Iterator[bytes]:
        """The port of every channel, and what went wrong already."""
        for index, port in enumerate(self._forward.ports):
            for channel in (2 * index, 2 * index + 1):
                yield bytes((channel,)) + struct.pack("<H", port)
            tunnel, problem = _open(self._forward, port)
            self._tunnels.append(tunnel)
            if problem:
                yield bytes((2 * index + 1,)) + problem.encode()

    def receive(self, message: bytes) -> Iterator[bytes]:
        """The answers of the server behind the channel that a message is for."""
        if not message:
            return
        channel, data = message[0], message[1:]
        index, is_error = divmod(channel, 2)
        if is_error or index >= len(self._tunnels):
            raise ValueError(f"no data channel {channel}")
        tunnel = self._tunnels[index]
        for answer in tunnel.receive(data) if tunnel is not None else ():
            if answer:
                yield bytes((channel,)) + answer
