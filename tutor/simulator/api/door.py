"""Where clients connect: open while the API server runs, closed while it is stopped on purpose, always with the same port."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from tutor.simulator.api.transport import Transport


class Door:
    """A listening socket that can be closed and opened again. Belongs to the server's event loop."""

    def __init__(
        self, runner: web.ServerRunner, host: str, port: int, context: ssl.SSLContext, transport: Transport
    ) -> None:
        self._runner = runner
        self._host = host
        self.port = port
        """0 before it was opened the first time, if any port will do."""
        self._context = context
        self._transport = transport
        self._site: web.TCPSite | None = None
        self._kept: socket.socket | None = None

    async def mind(self, *, stopped: bool) -> None:
        """Be open, or closed while the API server is stopped. Raises OSError when the port is taken."""
        if stopped and self.port == 0:
            await self._open()  # everybody is told of a port that there is
        if stopped and self._site is not None:
            await self._close()
        elif not stopped and self._site is None:
            await self._open()

    async def _open(self) -> None:
        self.release()
        self._transport.reopen()
        site = web.TCPSite(self._runner, self._host, self.port, ssl_context=self._context, reuse_address=True)
        await site.start()
        self._site = site
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        """Refuse connections and end those there are. The port is kept, so that no other program gets it meanwhile: a socket that
        nobody listens at refuses connections as well."""
        site, self._site = self._site, None
        assert site is not None  # the caller has looked
        self._transport.close()
        await site.stop()
        self._transport.abort()
        kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            kept.bind((self._host, self.port))
        except OSError:
            kept.close()
            return
        self._kept = kept

    def release(self) -> None:
        """Let go of the port that is kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
