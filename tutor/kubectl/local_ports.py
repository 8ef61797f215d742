"""Ports of this computer that `port-forward` and `proxy` listen on, for as long as their command runs.

Only the loopback interface is ever listened on: a learner's cluster is nobody else's business.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tutor.kubectl.errors import KubectlError

BACKLOG = 16
POLL = 0.2
"""Seconds a listener waits for a connection before it looks whether it is still wanted."""


class ListenFailed(Exception):
    """A port cannot be listened on; the message is Go's (`listen tcp4 ...: bind: ...`)."""


class LocalPorts:
    """The ports listened on now. A shell keeps one, so that its other commands know what `localhost` has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[socket.socket, int] = {}

    @property
    def open(self) -> frozenset[int]:
        """The numbers of the ports that something listens on."""
        with self._lock:
            return frozenset(self._open.values())

    def listen(self, address: str, port: int) -> socket.socket:
        """A socket that listens; port 0 takes any free one. ListenFailed when it cannot be had."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(BACKLOG)
        except OSError as problem:
            listener.close()
            shown = f"[{address}]" if ":" in address else address
            network = "tcp6" if ":" in address else "tcp4"
            words = os.strerror(problem.errno or 0).lower()
            raise ListenFailed(f"listen {network} {shown}:{port}: bind: {words}") from None
        listener.settimeout(POLL)
        with self._lock:
            self._open[listener] = int(listener.getsockname()[1])
        return listener

    def close(self, listener: socket.socket) -> None:
        """Stops listening."""
        with self._lock:
            self._open.pop(listener, None)
        with suppress(OSError):
            listener.close()

    @contextmanager
    def closing(self, listeners: list[socket.socket]) -> Iterator[None]:
        """Stops listening at the end of the block."""
        try:
            yield
        finally:
            for listener in listeners:
                self.close(listener)


def check_loopback(address: str) -> None:
    """KubectlError for an address that is not this computer's own."""
    if address == "localhost":
        return
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise KubectlError(f"{address} is not a valid IP") from None
    if not parsed.is_loopback:
        raise KubectlError(
            f"the built-in kubectl listens on this computer only, not on {address}: leave --address out, or use your own kubectl"
        )
