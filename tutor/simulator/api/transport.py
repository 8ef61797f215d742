"""Between aiohttp and the API: requests in, answers and streams out. Runs in the server's event loop."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, unquote
from uuid import uuid4
from weakref import WeakSet

from aiohttp import web

from tutor.simulator.api.certificates import certificate_user
from tutor.simulator.api.connections import woken_at_loss
from tutor.simulator.api.flow import flow_headers
from tutor.simulator.api.handler import Api
from tutor.simulator.api.http import JSON, SEPARATOR, Request, Response, Stream
from tutor.simulator.parsing import MAX_BODY

if TYPE_CHECKING:
    from tutor.simulator.api.pacer import Pacer

GZIP_FROM = 128 * 1024
"""Answers of this size and more are compressed for clients that take it (apiserver, pkg/endpoints/handlers/responsewriters)."""
BOOKMARK_SECONDS = 60.0
"""How often an idle watch gets a bookmark."""
DEFAULT_WATCH_SECONDS = 3600.0


class Sink(Protocol):
    """Where a stream's bytes go."""

    async def write(self, data: bytes) -> None:
        """Send bytes."""


class Waker:
    """Wakes streams that have something to send. Changes may happen in any thread; the loop is called once for many."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: list[asyncio.Event] = []

    def attach(self, stream: Stream) -> asyncio.Event:
        """An event that is set whenever the stream has something."""
        event = asyncio.Event()

        def wake() -> None:
            self._ready.append(event)
            if len(self._ready) == 1 and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._flush)

        stream.on_ready(wake)
        return event

    def _flush(self) -> None:
        ready, self._ready = self._ready, []
        for event in ready:
            event.set()


class Transport:
    """Serves one API to aiohttp."""

    def __init__(self, api: Api, pacer: Pacer, waker: Waker, worked: Callable[[], None]) -> None:
        self._api = api
        self._pacer = pacer
        self._waker = waker
        self._worked = worked
        self._closing = asyncio.Event()
        self._connections: WeakSet[asyncio.BaseTransport] = WeakSet()

    def close(self) -> None:
        """End all streams."""
        self._closing.set()

    def reopen(self) -> None:
        """Serve streams again after they were ended."""
        self._closing = asyncio.Event()

    def abort(self) -> None:
        """Cut the connections that are still there: a client that keeps one open must not keep the server."""
        for connection in self._connections:
            if isinstance(connection, asyncio.Transport):
                connection.abort()

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.transport is not None:
            self._connections.add(request.transport)
        incoming = await _read(request)
        late = self._api.lateness(incoming)
        if late:
            await asyncio.sleep(late)
        self._pacer.follow()
        response = self._api.handle(incoming)
        self._worked()
        if response.upgrade is not None:
            return await self._upgraded(request, response.upgrade)
        if _is_framed(incoming, response):
            return await self._framed(request, response)
        response.headers.extend(self._traces(incoming, response))
        if response.stream is not None:
            return await self._stream(request, response)
        return _plain(request, response)

    def _traces(self, request: Request, response: Response) -> list[tuple[str, str]]:
        """The headers by which a request is found again: its id in the audit log, and the flow it was counted to."""
        entry = response.entry
        if entry is None:
            return [("Audit-Id", request.headers.get("audit-id") or str(uuid4()))]
        with self._api.cluster.lock:
            return [("Audit-Id", entry.audit_id), *flow_headers(self._api.cluster.store, entry)]

    async def _upgraded(self, request: web.BaseRequest, upgrade: Any) -> web.StreamResponse:
        """Go on over a websocket."""
        from tutor.simulator.api.forwarding import Forward
        from tutor.simulator.api.websocket import run_forward, run_session

        if isinstance(upgrade, Forward):
            return await run_forward(request, upgrade, self._closing, self._worked)
        return await run_session(request, upgrade, self._closing)

    # -- streams

    async def _framed(self, request: web.BaseRequest, response: Response) -> web.StreamResponse:
        """Send a log or the events of a watch over a websocket."""
        from tutor.simulator.api.websocket import Frames

        stream = response.stream
        ready = self._waker.attach(stream) if stream is not None else asyncio.Event()
        frames = Frames(text=stream is not None and response.content_type.startswith(JSON))
        try:
            await frames.socket.prepare(request)
            if stream is None:
                await frames.write(response.payload())
            else:
                await self._pump(request, frames, stream, ready)
            await frames.socket.close()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if stream is not None:
                with self._api.cluster.lock:
                    stream.close()
        return frames.socket

    async def _stream(self, request: web.BaseRequest, response: Response) -> web.StreamResponse:
        stream = response.stream
        assert stream is not None  # the caller has looked
        ready = self._waker.attach(stream)
        answer = web.StreamResponse(status=response.status, headers=_headers(response))
        answer.content_type = response.content_type
        try:
            await answer.prepare(request)
            await self._pump(request, answer, stream, ready)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            with self._api.cluster.lock:
                stream.close()
        return answer

    async def _pump(self, request: web.BaseRequest, answer: Sink, stream: Stream, ready: asyncio.Event) -> None:
        """Send what there is until the stream ends, its time is up, the client goes, or the server closes."""
        with woken_at_loss(request, ready):
            await self._send(request, answer, stream, ready)

    async def _send(self, request: web.BaseRequest, answer: Sink, stream: Stream, ready: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        longest = DEFAULT_WATCH_SECONDS if stream.poll_seconds is None else float("inf")
        end = loop.time() + (stream.timeout_seconds or longest)
        while not self._closing.is_set() and request.transport is not None:
            ready.clear()
            with self._api.cluster.lock:
                data = stream.pull()
                ended = stream.ended
            if data:
                await answer.write(data)
            if ended:
                return
            left = end - loop.time()
            if left <= 0:
                await answer.write(self._tick(stream))
                return
            pause = stream.poll_seconds or BOOKMARK_SECONDS
            woken = await self._something(ready, min(left, pause))
            if not woken and stream.poll_seconds is None and left > pause:
                await answer.write(self._tick(stream))

    def _tick(self, stream: Stream) -> bytes:
        with self._api.cluster.lock:
            return stream.tick()

    async def _something(self, ready: asyncio.Event, seconds: float) -> bool:
        """Wait until the stream has something or the server closes; says whether that was in time."""
        waits = [asyncio.ensure_future(ready.wait()), asyncio.ensure_future(self._closing.wait())]
        try:
            done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return bool(done)


def _is_framed(request: Request, response: Response) -> bool:
    """Whether a client wants a log or a watch over a websocket (apiserver, endpoints/handlers/responsewriters, watch.go)."""
    if "websocket" not in request.headers.get("upgrade", "").lower() or response.status != 200:
        return False
    return response.stream is not None or request.path.endswith("/log")


async def _read(request: web.BaseRequest) -> Request:
    chunks = []
    size = 0
    if request.can_read_body:
        async for chunk in request.content.iter_any():
            if size <= MAX_BODY:
                chunks.append(chunk)
            size += len(chunk)
    body = b"".join(chunks)[: MAX_BODY + 1]
    path, _, query = request.raw_path.partition("?")
    return Request(
        request.method,
        unquote(path),
        parse_qs(query, keep_blank_values=True) if query else {},
        _lower(request.headers),
        body,
        _certificate_user(request),
    )


def _lower(headers: Any) -> dict[str, str]:
    """Headers by lower-case name; those that occur several times are joined."""
    found: dict[str, str] = {}
    for key, value in headers.items():
        name = key.lower()
        between = SEPARATOR if name.startswith("impersonate-") else ","
        found[name] = f"{found[name]}{between}{value}" if name in found else value
    return found


def _certificate_user(request: web.BaseRequest) -> Any:
    transport = request.transport
    certificate = transport.get_extra_info("peercert") if transport is not None else None
    if transport is None or not certificate:
        return None
    encoded = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return certificate_user(certificate.get("subject"), encoded)


def _headers(response: Response) -> list[tuple[str, str]]:
    headers = [("Cache-Control", "no-cache, private"), *response.headers]
    if any(name == "Cache-Control" for name, _ in response.headers):
        headers.pop(0)
    return headers


def _plain(request: web.BaseRequest, response: Response) -> web.StreamResponse:
    body = response.payload()
    headers = _headers(response)
    if len(body) >= GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        body = packer.compress(body) + packer.flush()
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Type", response.content_type))
    return web.Response(status=response.status, body=body, headers=headers)
