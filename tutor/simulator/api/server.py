"""Serves a simulated cluster on loopback: HTTPS in a thread of its own, with the cluster's time following the wall clock."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from tutor.simulator.api.access.authentication import ADMIN
from tutor.simulator.api.certificates import Authority, server_context
from tutor.simulator.api.handler import Api
from tutor.simulator.api.http import User
from tutor.simulator.api.kubeconfig import Endpoint, write_kubeconfig
from tutor.simulator.api.pacer import Pacer
from tutor.simulator.api.signing import signer
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.control_plane import API_SERVER

START_SECONDS = 10.0
STOP_SECONDS = 5.0
HOST = "127.0.0.1"


class SimulatedApiServer:
    """An API server for one cluster. `start` gives where it is; `stop` ends it. Both may be called again."""

    def __init__(self, cluster: SimulatedCluster, *, port: int = 0) -> None:
        self.cluster = cluster
        self.api = Api(cluster)
        self.api.authenticator.trusts_everyone = False
        self.pacer = Pacer(self.api)
        self._port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._work: asyncio.Event | None = None
        self._endpoint: Endpoint | None = None
        self._failure: BaseException | None = None
        self._authority: Any = None
        self._door: Any = None

    # -- from any thread

    def start(self) -> Endpoint:
        """Begin to serve; returns when requests are answered. Raises OSError when the port is taken, TimeoutError."""
        if self._thread is not None and self._endpoint is not None:
            return self._endpoint
        self._failure = None
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="simulated-api", daemon=True)
        self._thread.start()
        if not started.wait(START_SECONDS):
            raise TimeoutError(f"the simulated API server did not start within {START_SECONDS:g} seconds")
        return self._outcome()

    def _outcome(self) -> Endpoint:
        """Where the server is now, or why it is not. Raises what its thread has raised."""
        if self._endpoint is None:
            self._thread = None
            raise self._failure or RuntimeError("the simulated API server ended while it started")
        return self._endpoint

    def stop(self) -> None:
        """End open streams, finish what is being answered, and stop serving."""
        thread, loop, stopping = self._thread, self._loop, self._stopping
        if thread is None or loop is None or stopping is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(stopping.set)
        thread.join(STOP_SECONDS)
        self._thread = self._endpoint = None

    def write_kubeconfig(self, path: Path, *, namespace: str = "default") -> None:
        """Write a kubeconfig for the admin. The server must have been started."""
        if self._endpoint is None:
            raise RuntimeError("start the server before you write its kubeconfig")
        write_kubeconfig(path, self._endpoint, namespace=namespace)

    def endpoint_for(self, user: User) -> Endpoint:
        """Where the API is, with a token of its own for another user than the admin."""
        if self._endpoint is None:
            raise RuntimeError("start the server before you ask for an endpoint")
        token = secrets.token_urlsafe(32)
        self.api.authenticator.add_token(token, user)
        return Endpoint(self._endpoint.server, self._endpoint.ca, token, user.name)

    def client_certificate(self, user: User) -> Any:
        """A client certificate that the server takes for a user (certificates.KeyPair)."""
        if self._authority is None:
            raise RuntimeError("start the server before you ask for a certificate")
        return self._authority.client(user)

    # -- in the server's thread

    def _run(self, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:
            self._failure = error
            started.set()

    async def _serve(self, started: threading.Event) -> None:
        from aiohttp import web

        from tutor.simulator.api.connections import Connections
        from tutor.simulator.api.door import Door
        from tutor.simulator.api.transport import Transport, Waker

        self._loop = loop = asyncio.get_running_loop()
        self._stopping, self._work = asyncio.Event(), asyncio.Event()
        self._authority = Authority(time.time())
        self.api.signer = signer(self._authority)
        with self.cluster.lock:
            self.cluster.root_ca = self._authority.certificate.decode()
        self.pacer.changed = self._wake_from_anywhere
        transport = Transport(self.api, self.pacer, Waker(loop), self._wake)
        runner = web.ServerRunner(Connections(transport.serve, access_log=None), shutdown_timeout=1.0)
        await runner.setup()
        self._door = door = Door(runner, HOST, self._port, server_context(self._authority), transport)
        await door.mind(stopped=self._is_stopped)
        self._port = door.port
        self._endpoint = self._new_endpoint()
        follower = asyncio.create_task(self._follow())
        started.set()
        await self._stopping.wait()
        follower.cancel()
        transport.close()
        door.release()
        await runner.cleanup()
        transport.abort()
        await asyncio.sleep(0)
        self._loop = None

    @property
    def _is_stopped(self) -> bool:
        """Whether the cluster's API server is stopped on purpose: there is nobody to connect to, while its time goes on."""
        return self.cluster.control_plane.is_stopped(API_SERVER)

    def mind_door(self) -> None:
        """Close the door if the cluster's API server has been stopped on purpose, open it if it has been started again. Waits for
        that; not to be called in the server's own thread. Raises OSError when the port cannot be had any more."""
        loop, door = self._loop, self._door
        if loop is not None and door is not None and not loop.is_closed():
            future = asyncio.run_coroutine_threadsafe(door.mind(stopped=self._is_stopped), loop)
            future.result(START_SECONDS)

    def _new_endpoint(self) -> Endpoint:
        token = secrets.token_urlsafe(32)
        self.api.authenticator.add_token(token, ADMIN)
        return Endpoint(f"https://{HOST}:{self._port}", self._authority.certificate, token)

    def _wake_from_anywhere(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._work is not None:
            self._work.set()

    async def _follow(self) -> None:
        """Keep the cluster's time up with the wall clock."""
        assert self._work is not None  # made before this task
        while True:
            self._work.clear()
            seconds = self.pacer.follow()
            if seconds == 0.0:
                await asyncio.sleep(0)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), seconds)


def preload() -> None:
    """Import everything a start needs and make one cluster for practice. Takes a few tenths of a second the first time; done in
    a thread while somebody reads, it lets a cluster start in a few hundredths."""
    import aiohttp.web  # noqa: F401 # imported to have it imported

    from tutor.simulator.api import transport  # noqa: F401 # the same

    server_context(Authority(time.time()))
    Api(SimulatedCluster(now=time.time()))
