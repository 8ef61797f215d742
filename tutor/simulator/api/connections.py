"""Connections whose clients go: a stream that waits for something to send is woken then, and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

_waiting: dict[Any, asyncio.Event] = {}
"""What to set when a connection is lost, by its protocol: there is one request at a time on each."""


class Connections(web.Server):
    """aiohttp's server, which wakes what waits on a connection that is lost.

    aiohttp could cancel whatever answers instead. But a request that has been read is carried out, even for a client that does
    not wait for the answer.
    """

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
