"""What the benchmark of the API measures: the API in this process, or behind a socket, the simulated and the genuine one.

The client is a plain one over a socket, so that what is measured is the server.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection, RemoteDisconnected
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from tutor.simulator.api.handler import Api
from tutor.simulator.api.inprocess import InProcessClient, InProcessWatch
from tutor.simulator.cluster import SimulatedCluster

WAIT_SECONDS = 60.0


class Watches(Protocol):
    """Many watches of one collection."""

    def after(self, change: Callable[[], Any]) -> None:
        """Make a change and come back when every watch has told of it."""

    def close(self) -> None:
        """End them."""


class Target(Protocol):
    """An API that can be asked."""

    writers: int
    """How many threads fill it quickest."""

    def send(self, method: str, path: str, body: Any = None, *, accept: str = "") -> bytes:
        """One request; its answer's body. RuntimeError for errors of the server."""

    def watch(self, path: str, count: int) -> Watches:
        """Open watches from now on."""

    def another(self) -> contextlib.AbstractContextManager[Target]:
        """The same API for another thread."""


class InProcess:
    """The simulated API without a socket."""

    writers = 1

    def __init__(self) -> None:
        self._client = InProcessClient(Api(SimulatedCluster(now=time.time())))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, method: str, path: str, body: Any = None, *, accept: str = "") -> bytes:
        """One request."""
        response = self._client.send(method, path, body, headers={"accept": accept})
        if response.status >= 400 and response.status != 409:
            raise RuntimeError(f"{method} {path}: {response.payload()!r}")
        return response.payload()

    def watch(self, path: str, count: int) -> Watches:
        """Watches that are pulled one after another."""
        revision = json.loads(self.send("GET", path))["metadata"]["resourceVersion"]
        return _Pulled([self._client.watch(path, resourceVersion=revision) for _ in range(count)])

    @contextlib.contextmanager
    def another(self) -> Iterator[Target]:
        """Itself: nothing is gained by threads."""
        yield self


@dataclass(frozen=True)
class _Pulled:
    watches: list[InProcessWatch]

    def after(self, change: Callable[[], Any]) -> None:
        """See Watches."""
        change()
        for watch in self.watches:
            if not watch.stream.pull():
                raise RuntimeError("a watch has missed the change")

    def close(self) -> None:
        """See Watches."""
        for watch in self.watches:
            watch.close()


@dataclass
class OverSocket:
    """An API server at a URL. Not for several threads at once."""

    server: str
    context: ssl.SSLContext
    token: str = ""
    writers: int = 8

    def __post_init__(self) -> None:
        self._connection = self._connect()

    def _connect(self) -> HTTPSConnection:
        where = urlsplit(self.server)
        connection = HTTPSConnection(where.hostname or "", where.port, context=self.context, timeout=WAIT_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def send(self, method: str, path: str, body: Any = None, *, accept: str = "") -> bytes:
        """One request on a connection that stays open."""
        headers = self._headers() | {"Accept": accept or "application/json", "Content-Type": "application/json"}
        response = self._answer(method, path, None if body is None else json.dumps(body), headers)
        data: bytes = response.read()
        if response.status >= 400 and response.status != 409:
            raise RuntimeError(f"{method} {path}: {data!r}")
        return data

    def exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        """One request as it is; the code and the text of its answer, whatever they are."""
        response = self._answer(method, path, body, self._headers() | headers)
        return response.status, response.read().decode()

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        """The answer to a request; a connection that the server has closed meanwhile is opened again."""
        try:
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()
        except RemoteDisconnected:
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()

    def watch(self, path: str, count: int) -> Watches:
        """Watches, each with a connection of its own."""
        revision = json.loads(self.send("GET", path))["metadata"]["resourceVersion"]
        url = f"{path}?watch=true&resourceVersion={revision}"
        connections = []
        for _ in range(count):
            connection = self._connect()
            connection.request("GET", url, headers=self._headers())
            connections.append(connection)
        return _Sockets(connections)

    @contextlib.contextmanager
    def another(self) -> Iterator[Target]:
        """A connection of its own."""
        other = OverSocket(self.server, self.context, self.token)
        try:
            yield other
        finally:
            other.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class _Sockets:
    """Watches as sockets that something arrives at. The head of each answer has been read."""

    def __init__(self, connections: list[HTTPSConnection]) -> None:
        self._connections = connections
        self._selector = DefaultSelector()
        for connection in connections:
            _read_head(connection.sock)
            connection.sock.setblocking(False)
            self._selector.register(connection.sock, EVENT_READ)

    def after(self, change: Callable[[], Any]) -> None:
        """See Watches."""
        change()
        waiting = {connection.sock for connection in self._connections}
        end = time.monotonic() + WAIT_SECONDS
        while waiting:
            for key, _ in self._selector.select(timeout=1.0):
                if _drain(key.fileobj):
                    waiting.discard(key.fileobj)
            if time.monotonic() > end:
                raise RuntimeError(f"{len(waiting)} watches have missed the change")

    def close(self) -> None:
        """See Watches."""
        self._selector.close()
        for connection in self._connections:
            connection.close()


def _read_head(sock: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(1)


def _drain(sock: Any) -> bool:
    """Read what is there; says whether it was an event."""
    found = b""
    with contextlib.suppress(ssl.SSLWantReadError, BlockingIOError):
        while data := sock.recv(65536):
            found += data
    return b'"type"' in found


@contextlib.contextmanager
def simulated_server() -> Iterator[OverSocket]:
    """A simulated cluster behind its socket."""
    from tutor.simulator.api.server import SimulatedApiServer

    server = SimulatedApiServer(SimulatedCluster(now=time.time()))
    endpoint = server.start()
    try:
        context = ssl.create_default_context(cadata=endpoint.ca.decode())
        target = OverSocket(endpoint.server, context, endpoint.token, writers=1)
        yield target
        target.close()
    finally:
        server.stop()


@contextlib.contextmanager
def kubeconfig_target(path: Path) -> Iterator[OverSocket]:
    """The cluster of a kubeconfig's current context, with a certificate or a token."""
    import yaml

    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    context = next(item["context"] for item in config["contexts"] if item["name"] == config["current-context"])
    cluster = next(item["cluster"] for item in config["clusters"] if item["name"] == context["cluster"])
    user = next(item["user"] for item in config["users"] if item["name"] == context["user"])
    tls = ssl.create_default_context(cadata=_data(cluster, "certificate-authority", path.parent).decode())
    if "client-certificate" in user or "client-certificate-data" in user:
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(_data(user, "client-certificate", path.parent) + b"\n" + _data(user, "client-key", path.parent))
            pair.flush()
            tls.load_cert_chain(pair.name)
    target = OverSocket(cluster["server"], tls, user.get("token", ""))
    yield target
    target.close()


def _data(entry: dict[str, str], field: str, folder: Path) -> bytes:
    if f"{field}-data" in entry:
        return base64.b64decode(entry[f"{field}-data"])
    return (folder / entry[field]).read_bytes()
