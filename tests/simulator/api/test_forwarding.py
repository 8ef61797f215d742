"""Port-forwarding: SPDY frames, the two protocols, and what becomes of HTTP on the way."""

from __future__ import annotations

import ssl
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import websocket
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.api.conftest import PODS, pod
from tutor.simulator.api.forwarding import CHANNELS, SPDY, Conversation, Forward, conversation
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.api.spdy import DICTIONARY, FIN, PING, SYN_REPLY, Frame, SpdyError, SpdyReader
from tutor.simulator.api.tunnels import Tunnel
from tutor.simulator.cluster import NodeSpec, SimulatedCluster
from tutor.simulator.images.traffic import TCP, ConnectionFailed, Request, Response

GET = b"GET /path HTTP/1.1\r\nHost: x\r\n\r\n"


def serve(port: int, request: Request) -> Response:
    """A web server at 80, and an echo at 7."""
    if port not in (7, 80):
        raise ConnectionFailed("refused", f"10.0.0.1:{port}", 0.001)
    if request.protocol == TCP:
        return Response(200, request.body.upper())
    return Response(200, f"{request.method} {request.path} {request.body.decode()}".encode(), {"Server": "test"})


def talk(protocol: str, *ports: int) -> Conversation:
    return conversation(protocol, Forward("p", ports, serve))


# -- connections


def test_requests_over_one_connection() -> None:
    tunnel = Tunnel(serve, 80)
    post = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    answers = list(tunnel.receive(GET + post))
    assert answers[0] == (
        b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Length: 10\r\nConnection: keep-alive\r\n\r\nGET /path "
    )
    assert answers[1].endswith(b"Connection: close\r\n\r\nPOST /a abc")
    assert tunnel.closed


def test_requests_that_come_in_pieces() -> None:
    tunnel = Tunnel(serve, 80)
    answers = [answer for i in range(len(GET)) for answer in tunnel.receive(GET[i : i + 1])]
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
    ],
)
def test_requests_that_cannot_be_served(request_: bytes, status: int) -> None:
    tunnel = Tunnel(serve, 80)
    (answer,) = tunnel.receive(request_)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert tunnel.closed


def test_other_protocols_are_passed_on() -> None:
    assert list(Tunnel(serve, 7).receive(b"ping\n")) == [b"PING\n"]


# -- channels


def test_channels() -> None:
    forward = talk(CHANNELS, 80, 81)
    begin = list(forward.begin())
    assert begin[:2] == [b"\0" + struct.pack("<H", 80), b"\1" + struct.pack("<H", 80)]
    assert begin[4] == b"\3error forwarding port 81 to pod p: dial tcp 127.0.0.1:81: connect: connection refused"
    (answer,) = forward.receive(b"\0" + GET)
    assert answer.startswith(b"\0HTTP/1.1 200 OK\r\n")
    with pytest.raises(ValueError, match="no data channel 1"):
        list(forward.receive(b"\1x"))


# -- SPDY


class SpdyClient:
    """Opens streams as kubectl does."""

    def __init__(self) -> None:
        self.server = talk(SPDY)
        self._deflate = zlib.compressobj(zdict=DICTIONARY)
        self._reader = SpdyReader()

    def send(self, data: bytes) -> list[Frame]:
        return [frame for message in self.server.receive(data) for frame in self._reader.feed(message)]

    def open(self, stream: int, kind: str, port: int, request: str = "0") -> list[Frame]:
        pairs = {"streamType": kind, "port": str(port), "requestID": request}
        texts = [text for pair in pairs.items() for text in pair]
        plain = struct.pack(">I", len(pairs)) + b"".join(struct.pack(">I", len(t)) + t.encode() for t in texts)
        block = self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        body = struct.pack(">IIH", stream, 0, 0) + block
        return self.send(struct.pack(">HHI", 0x8003, 1, len(body)) + body)

    def data(self, stream: int, data: bytes, flags: int = 0) -> list[Frame]:
        return self.send(struct.pack(">II", stream, flags << 24 | len(data)) + data)


def test_a_connection_over_spdy() -> None:
    client = SpdyClient()
    assert [(f.type, f.stream) for f in client.open(1, "error", 80)] == [(SYN_REPLY, 1)]
    assert client.data(1, b"", FIN) == []
    assert [(f.type, f.stream) for f in client.open(3, "data", 80)] == [(SYN_REPLY, 3)]
    (answer,) = client.data(3, GET)
    assert (answer.stream, answer.last, answer.data[:15]) == (3, False, b"HTTP/1.1 200 OK")
    ended = client.data(3, b"", FIN)
    assert [(f.stream, f.last) for f in ended] == [(3, True), (1, True)]
    assert client.data(3, GET) == []


def test_connections_are_told_apart_by_their_request() -> None:
    client = SpdyClient()
    for stream, kind, request in ((1, "error", "0"), (3, "data", "0"), (5, "error", "1"), (7, "data", "1")):
        client.open(stream, kind, 7, request)
    assert [(f.stream, f.data) for f in client.data(7, b"b")] == [(7, b"B")]
    assert [(f.stream, f.data) for f in client.data(3, b"a")] == [(3, b"A")]


def test_a_port_that_nobody_listens_at() -> None:
    client = SpdyClient()
    client.open(1, "error", 81)
    _, problem, *ends = client.open(3, "data", 81)
    assert (problem.stream, problem.data[:39]) == (1, b"error forwarding port 81 to pod p: dial")
    assert [(f.stream, f.last) for f in ends] == [(3, True), (1, True)]


def test_pings_are_answered() -> None:
    (pong,) = SpdyClient().send(struct.pack(">HHII", 0x8003, PING, 4, 9))
    assert (pong.type, pong.stream) == (PING, 9)


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_nonsense_is_refused(messages: list[bytes]) -> None:
    server = talk(SPDY)
    try:
        for message in messages:
            list(server.receive(message))
    except SpdyError:
        return


def test_frames_in_pieces() -> None:
    whole = struct.pack(">II", 5, 3) + b"abc"

    def pieces() -> Iterator[Frame]:
        reader = SpdyReader()
        for i in range(len(whole)):
            yield from reader.feed(whole[i : i + 1])

    assert list(pieces()) == [Frame(0, 5, 0, b"abc")]


# -- the subresource


@pytest.mark.parametrize(
    ("headers", "query", "message"),
    [
        ({}, {}, "Upgrade request required"),
        ({"upgrade": "websocket", "sec-websocket-protocol": "x"}, {}, "unable to negotiate protocol"),
        ({"upgrade": "websocket", "sec-websocket-protocol": CHANNELS}, {}, 'query parameter "ports" is required'),
        ({"upgrade": "websocket", "sec-websocket-protocol": CHANNELS}, {"ports": "x"}, "must be valid port numbers"),
    ],
)
def test_requests_that_are_refused(
    client: InProcessClient, headers: dict[str, str], query: dict[str, str], message: str
) -> None:
    client.json("POST", PODS, pod("p", nodeName="node-1"))
    status = client.get(f"{PODS}/p/portforward", headers=headers, **query)
    assert status["code"] == 400
    assert message in status["message"]


def test_a_pod_without_a_node(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("p"))
    assert client.get(f"{PODS}/p/portforward")["message"] == "pod p does not have a host assigned"


def test_over_a_websocket() -> None:
    cluster = SimulatedCluster(now=time.time(), nodes=(NodeSpec("node-1"),))
    InProcessClient(cluster).json("POST", PODS, pod("p"))
    cluster.engine.advance(30)
    server = SimulatedApiServer(cluster)
    endpoint = server.start()
    try:
        socket: Any = websocket.create_connection(
            f"{endpoint.server.replace('https', 'wss')}{PODS}/p/portforward?ports=80",
            timeout=10,
            sslopt={"cert_reqs": ssl.CERT_NONE},
            subprotocols=[CHANNELS],
            header=[f"Authorization: Bearer {endpoint.token}"],
        )
        assert [socket.recv()[0], socket.recv()[0]] == [0, 1]
        socket.send_binary(b"\0" + GET.replace(b"/path", b"/"))
        assert b"Welcome to nginx!" in socket.recv()
        socket.shutdown()
    finally:
        server.stop()
