"""`exec` and `attach`: a command's input and output over a websocket.

The protocol is Kubernetes' remote command protocol, `v5.channel.k8s.io` (v4 as the older choice): the first byte of
each message is the channel, 0 input, 1 output, 2 errors, 3 the final status as JSON, 4 the terminal's size, 255 closes
a channel.
"""

from __future__ import annotations

import codecs
import json
import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tutor.kubectl.client import USER_AGENT
from tutor.kubectl.errors import ApiError, BareError, ConnectionFailed, ExitStatus, Interrupted, KubectlError
from tutor.kubectl.objects import Object, get

if TYPE_CHECKING:
    import websocket

    from tutor.kubectl.command import Invocation
    from tutor.kubectl.connection import Connection
    from tutor.kubectl.io import KubectlIO

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _STATUS, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_POLL = 0.1  # seconds between looks at ctrl+c
_HANDSHAKE_TIMEOUT = 30.0  # seconds


def open_socket(
    connection: Connection, path: str, headers: dict[str, str], protocols: Sequence[str] = PROTOCOLS
) -> websocket.WebSocket:
    """A websocket to the API server; ApiError when it answers with a Status."""
    import websocket

    endpoint = connection.endpoint
    url = endpoint.server.replace("http", "ws", 1).rstrip("/") + path
    all_headers = {"User-Agent": USER_AGENT, **connection.auth_headers(), **headers}
    options: dict[str, Any] = {"context": connection.tls} if connection.tls is not None else {}
    if endpoint.insecure:
        options = {"cert_reqs": ssl.CERT_NONE, "check_hostname": False}
    try:
        return websocket.create_connection(
            url,
            header=[f"{name}: {value}" for name, value in all_headers.items()],
            subprotocols=list(protocols),
            sslopt=options,
            timeout=_HANDSHAKE_TIMEOUT,
            enable_multithread=True,
        )
    except websocket.WebSocketBadStatusException as problem:
        raise _refused(problem) from None
    except (websocket.WebSocketException, OSError) as problem:
        raise ConnectionFailed(f"Unable to connect to the server: {problem}") from None


def _refused(problem: websocket.WebSocketBadStatusException) -> KubectlError:
    body = problem.resp_body or b""
    with suppress(ValueError):
        status = json.loads(body)
        if isinstance(status, dict) and status.get("kind") == "Status":
            if status.get("reason") == "BadRequest":
                return KubectlError(f"unable to upgrade connection: {status.get('message', '')}")
            return ApiError(status)
    text = body.decode(errors="replace").strip() if isinstance(body, bytes) else str(body)
    return KubectlError(f"unable to upgrade connection: {text or f'the server answered {problem.status_code}'}")


class RemoteCommand:
    """One running remote command."""

    def __init__(self, socket: websocket.WebSocket, io: KubectlIO) -> None:
        self._socket = socket
        self._io = io
        self._received: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._decoders = {channel: codecs.getincrementaldecoder("utf-8")("replace") for channel in (_STDOUT, _STDERR)}
        self.binary_out: list[bytes] | None = None

    def run(self, *, stdin: bool, tty: bool, data: bytes | None = None) -> Object:
        """Pumps until the command ends; returns its final Status. `data` is sent as the whole input instead of `io.stdin`."""
        self._socket.settimeout(None)
        threading.Thread(target=self._receive, daemon=True).start()
        if tty:
            self._send(_RESIZE, json.dumps({"Width": self._io.width, "Height": self._io.height}).encode())
        if data is not None:
            self._send_all(data)
        elif stdin and self._io.stdin is not None:
            threading.Thread(target=self._pump_input, daemon=True).start()
        try:
            return self._pump_output(tty)
        finally:
            hang_up(self._socket)

    def _receive(self) -> None:
        import websocket

        with suppress(websocket.WebSocketException, OSError, ValueError):
            while True:
                message = self._socket.recv()
                if not message:
                    break
                self._received.put(message if isinstance(message, bytes) else message.encode())
        self._received.put(None)
        let_go(self._socket)

    def _send(self, channel: int, data: bytes) -> None:
        with suppress(Exception):  # the command may have ended; its status says so
            self._socket.send_binary(bytes((channel,)) + data)

    def _send_all(self, data: bytes) -> None:
        for start in range(0, len(data), 32768):
            self._send(_STDIN, data[start : start + 32768])
        self._send(_CLOSE, bytes((_STDIN,)))

    def _pump_input(self) -> None:
        assert self._io.stdin is not None  # checked by run
        while True:
            line = self._io.stdin.readline()
            if not line:
                self._send(_CLOSE, bytes((_STDIN,)))
                return
            self._send(_STDIN, line.encode())

    def _pump_output(self, tty: bool) -> Object:
        while True:
            if self._io.cancelled.is_set():
                if tty:
                    self._send(_STDIN, b"\x03")
                raise Interrupted
            try:
                message = self._received.get(timeout=_POLL)
            except queue.Empty:
                continue
            if message is None:
                return {"status": "Success"}
            channel, payload = message[0], message[1:]
            if channel == _STATUS:
                status: Object = json.loads(payload)
                return status
            self._show(channel, payload)

    def _show(self, channel: int, payload: bytes) -> None:
        if channel == _STDOUT and self.binary_out is not None:
            self.binary_out.append(payload)
        elif channel == _STDERR and self.binary_out is not None:
            self._io.stdout(payload.decode(errors="replace"))  # kubectl cp shows tar's remarks there
        elif channel in self._decoders:
            text = self._decoders[channel].decode(payload)
            if text:
                (self._io.stdout if channel == _STDOUT else self._io.stderr)(text)


def hang_up(connection: websocket.WebSocket) -> None:
    """Says goodbye and ends the connection, without waiting for the answer: another thread may be the one that reads it.

    The reader wakes up and has to call `let_go`. Nobody else may: a number of a closed file is given to the next
    connection, and the reader would take that one's bytes.
    """
    with suppress(Exception):  # the other side may have closed it already
        connection.send_close()
    with suppress(Exception):
        if connection.sock is not None:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # below TLS, which the reader is using


def let_go(connection: websocket.WebSocket) -> None:
    """Closes a connection that nobody reads any more."""
    with suppress(Exception):
        connection.shutdown()  # type: ignore[no-untyped-call] # websocket-client leaves it untyped


def remote_path(base: str, parameters: Sequence[tuple[str, str]]) -> str:
    """The subresource's path with its query; `command` may appear several times."""
    from urllib.parse import quote, urlencode

    return f"{base}?{urlencode(list(parameters), quote_via=quote)}"


def start(invocation: Invocation, base: str, parameters: Sequence[tuple[str, str]]) -> RemoteCommand:
    """Opens the socket for `exec` or `attach`."""
    socket = open_socket(invocation.api.connection, remote_path(base, parameters), invocation.api.headers)
    return RemoteCommand(socket, invocation.io)


def raise_for_status(status: Object) -> None:
    """Turns the final Status into the command's exit code."""
    if status.get("status") != "Failure":
        return
    for cause in get(status, "details.causes", []):
        if cause.get("reason") == "ExitCode":
            code = int(cause.get("message", "1"))
            raise BareError(f"command terminated with exit code {code}", code)
    if status.get("message"):
        raise KubectlError(str(status["message"]))
    raise ExitStatus(1)
