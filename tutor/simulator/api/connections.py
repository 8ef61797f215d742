"""Connections as Kubernetes keeps them: a stream that waits for something to send is woken when its client goes, and ends; no
answer says what program gave it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

_waiting: dict[Any, asyncio.Event] = {}
"""What to set when a connection is lost, by its protocol: there is one request at a time on each."""


class _Request(web.BaseRequest):
    """A request whose answer has no Server header: the API server sends none."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        """aiohttp calls this when an answer has all its headers; only here can the ones that it has added be taken away."""
        response.headers.pop("Server", None)


class Connections(web.Server):
    """aiohttp's server, which wakes what waits on a connection that is lost.

    aiohttp could cancel whatever answers instead. But a request that has been read is carried out, even for a client that does
    not wait for the answer.
    """

    def __init__(self, handler: Any, **options: Any) -> None:
        super().__init__(handler, request_factory=self._request, **options)

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return _Request(message, payload, protocol, writer, task, asyncio.get_running_loop())

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        """Wake the stream of a connection."""
        super().connection_lost(handler, exc)
        event = _waiting.get(handler)
        if event is not None:
            event.set()


@contextmanager
def woken_at_loss(request: web.BaseRequest, event: asyncio.Event) -> Iterator[None]:
    """Set an event when the request's connection is lost; `request.transport` is None from then on."""
    protocol = request.protocol
    _waiting[protocol] = event
    try:
        yield
    finally:
        _waiting.pop(protocol, None)
