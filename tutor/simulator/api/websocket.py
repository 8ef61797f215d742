"""exec and attach over a websocket: Kubernetes' channel protocol.

A frame's first byte is its channel (apimachinery, pkg/util/remotecommand/constants.go; client-go, tools/remotecommand). With
the base64 variants it is a digit, and what follows is text. Since version 4 the last frame is a Status object; before, it is
the text of an error.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tutor.simulator.api.forwarding import PROTOCOLS as FORWARD_PROTOCOLS
from tutor.simulator.api.forwarding import Conversation, Forward, conversation
from tutor.simulator.api.sessions import PROTOCOLS

if TYPE_CHECKING:
    from tutor.simulator.api.sessions import Session

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
"""How long a client has to answer that the connection is closing."""
STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255


async def run_session(request: web.BaseRequest, session: Session, closing: asyncio.Event) -> web.StreamResponse:
    """Talk to a session until it ends, the client goes, or the server closes."""
    socket = web.WebSocketResponse(protocols=PROTOCOLS, heartbeat=30.0, timeout=CLOSE_SECONDS)
    await socket.prepare(request)
    await _send_frame(socket, _first_channel(request), b"")  # tells the client that the connection stands
    sender = asyncio.create_task(_send(socket, session))
    receiver = asyncio.create_task(_receive(socket, session))
    stop = asyncio.create_task(closing.wait())
    try:
        await asyncio.wait({sender, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sender, receiver, stop):
            task.cancel()
        session.close()
        await socket.close()
    return socket


def _first_channel(request: web.BaseRequest) -> int:
    """The first of the channels that a server writes to (cri-streaming, pkg/streaming/remotecommand/websocket.go)."""
    wanted = (("stdout", STDOUT), ("stderr", STDERR))
    return next((channel for name, channel in wanted if request.query.get(name) in ("true", "1")), STATUS)


async def run_forward(
    request: web.BaseRequest, forward: Forward, closing: asyncio.Event, worked: Callable[[], None]
) -> web.StreamResponse:
    """Forward connections until the client goes or the server closes. `worked` is called when servers were asked something."""
    socket = web.WebSocketResponse(protocols=FORWARD_PROTOCOLS, heartbeat=30.0, timeout=CLOSE_SECONDS)
    await socket.prepare(request)
    talk = asyncio.create_task(_converse(socket, conversation(socket.ws_protocol or "", forward), worked))
    stop = asyncio.create_task(closing.wait())
    try:
        await asyncio.wait({talk, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (talk, stop):
            task.cancel()
        await socket.close()
    return socket


async def _converse(socket: web.WebSocketResponse, talk: Conversation, worked: Callable[[], None]) -> None:
    for answer in talk.begin():
        await socket.send_bytes(answer)
    async for message in socket:
        if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
            continue
        data: bytes = message.data.encode() if message.type == WSMsgType.TEXT else message.data
        try:
            for answer in talk.receive(data):
                await socket.send_bytes(answer)
        except ValueError as error:
            log.info("port-forward ends: %s", error)
            return
        worked()


async def _send(socket: web.WebSocketResponse, session: Session) -> None:
    """Everything the process writes, then how it ended."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    session.on_output(wake)
    while not socket.closed:
        changed.clear()
        for stream, data in session.output():
            await _send_frame(socket, STDOUT if stream == "stdout" else STDERR, data)
        status = session.exit_status()
        if status is not None:
            await _send_status(socket, status)
            return
        await changed.wait()


async def _send_status(socket: web.WebSocketResponse, status: dict[str, Any]) -> None:
    if socket.ws_protocol and socket.ws_protocol.startswith("v"):
        await _send_frame(socket, STATUS, json.dumps(status).encode())
    elif status.get("status") != "Success":
        await _send_frame(socket, STATUS, str(status.get("message", "")).encode())


async def _send_frame(socket: web.WebSocketResponse, channel: int, data: bytes) -> None:
    if "base64" in (socket.ws_protocol or ""):
        await socket.send_str(f"{channel}{base64.b64encode(data).decode()}")
    else:
        await socket.send_bytes(bytes((channel,)) + data)


def _frame(socket: web.WebSocketResponse, data: bytes) -> tuple[int, bytes]:
    """The channel and the content of a frame. Raises ValueError."""
    if "base64" not in (socket.ws_protocol or ""):
        return data[0], data[1:]
    try:
        return int(data[:1]), base64.b64decode(data[1:], validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


async def _receive(socket: web.WebSocketResponse, session: Session) -> None:
    """What the client types, its terminal's size, and the end of its input."""
    async for message in socket:
        data: Any = message.data
        if message.type == WSMsgType.TEXT:
            data = data.encode()
        if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT) or not data:
            continue
        try:
            channel, payload = _frame(socket, data)
        except ValueError:
            continue
        if channel == STDIN:
            session.write(payload)
        elif channel == RESIZE:
            _resize(session, payload)
        elif channel == CLOSE and payload[:1] == bytes((STDIN,)):
            session.end_input()
    session.close()


def _resize(session: Session, payload: bytes) -> None:
    try:
        size = json.loads(payload)
        session.resize(int(size["Width"]), int(size["Height"]))
    except (ValueError, KeyError, TypeError):
        return


class Frames:
    """A log or a watch over a websocket: bytes as binary frames, or in base64 when the client asked for that, and events one a
    frame as text (apiserver, util/websocket: wsstream.Reader)."""

    def __init__(self, *, text: bool) -> None:
        protocols = ("binary.k8s.io", "base64.binary.k8s.io")
        self.socket = web.WebSocketResponse(protocols=protocols, heartbeat=30.0, timeout=CLOSE_SECONDS)
        self._text = text

    async def write(self, data: bytes) -> None:
        """Send what has come."""
        if self._text:
            for line in data.splitlines():
                await self.socket.send_str(line.decode())
        elif self.socket.ws_protocol == "base64.binary.k8s.io":
            await self.socket.send_str(base64.b64encode(data).decode())
        elif data:
            await self.socket.send_bytes(data)
