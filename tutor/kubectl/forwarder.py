"""Carries local connections to a pod's ports, each over a websocket of its own (`v4.channel.k8s.io` of pods/portforward).

On channel 0 are the connection's bytes, on channel 1 is what went wrong; each begins with the port as two bytes.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.port_pairs import PortPair
from tutor.kubectl.streams import hang_up, let_go
from tutor.kubectl.tracing import log_line

if TYPE_CHECKING:
    import websocket

    from tutor.kubectl.io import KubectlIO

PROTOCOLS = ("v4.channel.k8s.io",)
_DATA, _ERROR = 0, 1
_CHUNK = 32 * 1024  # bytes read from a connection at once
_JOIN = 5.0  # seconds the two directions of a connection wait for each other at the end
_WAIT = 0.1  # seconds between looks at ctrl+c

Open = Callable[[int], "websocket.WebSocket"]
"""Opens the websocket for a port of the pod."""


class Forwarder:
    """Accepts connections until ctrl+c, or until one shows that the pod cannot be reached."""

    def __init__(self, io: KubectlIO, open_socket: Open) -> None:
        self._io = io
        self._open = open_socket
        self._lost = threading.Event()
        self._ended = threading.Event()

    def run(self, listeners: list[tuple[socket.socket, PortPair]]) -> None:
        """Returns at ctrl+c; KubectlError when the connection to the pod is lost."""
        for listener, pair in listeners:
            threading.Thread(target=self._accept, args=(listener, pair), daemon=True).start()
        try:
            while not self._io.cancelled.wait(_WAIT):
                if self._lost.is_set():
                    raise KubectlError("lost connection to pod")
        finally:
            self._ended.set()

    def _accept(self, listener: socket.socket, pair: PortPair) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:  # closed, because the command ended
                return
            self._io.stdout(f"Handling connection for {pair.local}\n")
            connection.settimeout(None)
            threading.Thread(target=self._carry, args=(connection, pair), daemon=True).start()

    def _carry(self, connection: socket.socket, pair: PortPair) -> None:
        try:
            remote = self._open(pair.remote)
        except KubectlError as problem:
            self._failed(problem.message, pair)
        else:
            self._both_ways(connection, remote, pair)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _both_ways(self, connection: socket.socket, remote: websocket.WebSocket, pair: PortPair) -> None:
        upstream = threading.Thread(target=self._upstream, args=(connection, remote), daemon=True)
        upstream.start()
        self._downstream(connection, remote, pair)
        hang_up(remote)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # wakes the other thread, which must not read from a closed number
        upstream.join(_JOIN)
        let_go(remote)

    def _upstream(self, connection: socket.socket, remote: websocket.WebSocket) -> None:
        """From the local connection to the pod; its end closes the websocket, which has no end of one direction."""
        with suppress(Exception):  # either side is gone
            while data := connection.recv(_CHUNK):
                remote.send_binary(bytes((_DATA,)) + data)
        hang_up(remote)

    def _downstream(self, connection: socket.socket, remote: websocket.WebSocket, pair: PortPair) -> None:
        seen: set[int] = set()
        with suppress(Exception):  # either side is gone
            remote.settimeout(None)
            while message := remote.recv():
                data = message if isinstance(message, bytes) else message.encode()
                channel, payload = data[0], data[1:]
                if channel not in seen:  # the port comes first
                    seen.add(channel)
                    payload = payload[2:]
                if channel == _ERROR and payload:
                    self._failed(payload.decode("utf-8", "replace"), pair)
                    return
                connection.sendall(payload)

    def _failed(self, reason: str, pair: PortPair) -> None:
        if self._ended.is_set():
            return
        text = (
            f'"An error occurred forwarding" err={json.dumps(reason)} localPort={pair.local} remotePort={pair.remote}'
        )
        self._io.stderr(log_line(self._io, "E", "portforward.go:549", text))
        self._lost.set()
