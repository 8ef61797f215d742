"""exec and attach over a websocket: Kubernetes' channel protocol, versions 4 and 5.

A frame's first byte is its channel (apimachinery, pkg/util/remotecommand/constants.go; client-go, tools/remotecommand).
"""

from __future__ import annotations

import asyncio
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
            await socket.send_bytes(bytes((STDOUT if stream == "stdout" else STDERR,)) + data)
        status = session.exit_status()
        if status is not None:
            await socket.send_bytes(bytes((STATUS,)) + json.dumps(status).encode())
            return
        await changed.wait()


async def _receive(socket: web.WebSocketResponse, session: Session) -> None:
    """What the client types, its terminal's size, and the end of its input."""
    async for message in socket:
        data: Any = message.data
        if message.type == WSMsgType.TEXT:
            data = data.encode()
        if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT) or not data:
            continue
        channel, payload = data[0], data[1:]
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
