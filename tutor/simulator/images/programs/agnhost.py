"""agnhost, the test program of the Kubernetes project: one binary with many servers and clients as subcommands.

What each does is told by test/images/agnhost in the Kubernetes sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import parse_qs

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import GRPC, HTTP, TCP, ConnectionFailed, Request, Response

SERVERS = {
    "netexec": 8080,
    "serve-hostname": 9376,
    "test-webserver": 80,
    "liveness": 8080,
    "grpc-health-checking": 8080,
}
"""The servers, with the ports they listen on for HTTP unless told otherwise."""
GRPC_PORT = 5000
UNHANDLED = 2
"""The exit code of a Go program that a signal ends."""
DELETION_SECONDS = 60.0
SICK_AFTER = 10.0
"""Seconds after which `liveness` answers with errors."""


def _flag(here: Here, names: tuple[str, ...], default: str) -> str:
    """The value of an option, given as --name=VALUE or --name VALUE."""
    words = list(here.argv[1:])
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else (words[at + 1] if at + 1 < len(words) else default)
    return default


def _line(now: float, text: str) -> str:
    """A line of the log, in the format of klog."""
    moment = datetime.fromtimestamp(now, UTC)
    return f"I{moment:%m%d %H:%M:%S.%f}       1 log.go:244] {text}\n"


class Agnhost(Client):
    """`netexec`, `serve-hostname`, `test-webserver`, `liveness` and `grpc-health-checking` serve, `connect` tries a connection,
    `pause` waits; of all others it says that they are not simulated."""

    resident = 12 * MIB
    stop_seconds: ClassVar[float] = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._command = ""
        self._port = 0
        self._grpc = 0
        self._started = 0.0
        self._serving = True

    def start(self, here: Here) -> None:
        self._started = here.now
        self._command = next((word for word in here.argv[1:] if not word.startswith("-")), "pause")
        if self._command in SERVERS:
            self._listen(here)
        elif self._command == "connect":
            self._connect(here)
        elif self._command == "pause":
            here.log("Paused\n")
        else:
            text = f"agnhost: the subcommand {self._command} is not simulated\n"
            self.finish(here, 0.0, 1, ("stderr", text))

    def _listen(self, here: Here) -> None:
        names = ("--http-port",) if self._command in ("netexec", "grpc-health-checking") else ("--port",)
        port = _flag(here, names, "")
        self._port = int(port) if port.isdecimal() and self._command != "liveness" else SERVERS[self._command]
        lines = []
        if self._command == "netexec":
            udp = _flag(here, ("--udp-port",), "8081")
            lines = [f"Started HTTP server on port {self._port}", f"Started UDP server on port  {udp}"]
        elif self._command == "serve-hostname":
            lines = [f"Serving on port {self._port}."]
        elif self._command == "grpc-health-checking":
            port = _flag(here, ("--port",), "")
            self._grpc = int(port) if port.isdecimal() else GRPC_PORT
            lines = [
                f"Http server starting to listen on :{self._port}",
                f"gRPC server starting to listen on :{self._grpc}",
            ]
        for line in lines:
            here.log(_line(here.now, line), "stderr")

    def ports(self) -> Mapping[int, str]:
        found = {self._port: HTTP} if self._port else {}
        return {**found, self._grpc: GRPC} if self._grpc else found

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if port == self._grpc:
            moment = datetime.fromtimestamp(self._started, UTC)
            text = f"Serving the Check request for health check, started at {moment:%Y-%m-%d %H:%M:%S.%f} +0000 UTC"
            here.log(_line(here.now, text), "stderr")
            return Response(200 if self._serving else 503)
        path, _, query = request.path.partition("?")
        values = {name: found[-1] for name, found in parse_qs(query, keep_blank_values=True).items()}
        if self._command == "netexec":
            return self._netexec(here, path, values, request)
        if self._command == "liveness":
            return self._liveness(here, path)
        if self._command == "grpc-health-checking":
            return self._change_health(here, path)
        if self._command == "serve-hostname":
            here.log(_line(here.now, f"HTTP request from {request.headers.get('X-From', '')}"), "stderr")
            return _text(here.hostname)
        return _text("<pre>\n</pre>\n") if path == "/" else Response(404, b"404 page not found\n")

    def _netexec(self, here: Here, path: str, values: Mapping[str, str], request: Request) -> Response:
        shown = request.path if "?" in request.path else path
        here.log(_line(here.now, f"GET {shown}"), "stderr")
        if path == "/echo":
            return Response(
                int(values["code"]) if values.get("code", "").isdecimal() else 200, values.get("msg", "").encode()
            )
        if path == "/envvar":
            found = here.environment.get(values.get("var", ""))
            return Response(500 if values.get("var") else 400) if found is None else _text(found)
        if path in ("/exit", "/shutdown"):
            code = values.get("code", "0")
            self.finish(here, 0.01, int(code) if code.isdecimal() else 0)
            return _text("")
        if path == "/header":
            return _text(request.headers.get(values.get("key", ""), ""))
        texts = {
            "/hostname": here.hostname,
            "/hostName": here.hostname,
            "/clientip": f"{request.headers.get('X-From', '')}:{40000 + int(here.now) % 20000}",
            "/serverport": str(self._port),
            "/healthz": "",
            "/readyz": "",
        }
        moment = datetime.fromtimestamp(here.now, UTC)
        return _text(texts.get(path, f"NOW: {moment:%Y-%m-%d %H:%M:%S.%f} +0000 UTC"))

    def _liveness(self, here: Here, path: str) -> Response:
        age = here.now - self._started
        if path == "/healthz":
            return Response(500, f"error: {age:.6f}".encode()) if age > SICK_AFTER else _text("ok")
        return _text(f"{age:.6f}s") if path == "/started" else Response(404, b"404 page not found\n")

    def _change_health(self, here: Here, path: str) -> Response:
        if path not in ("/make-serving", "/make-not-serving"):
            return Response(404, b"404 page not found\n")
        self._serving = path == "/make-serving"
        here.log(_line(here.now, "Mark as healthy" if self._serving else "Mark as unhealthy"), "stderr")
        return _text("")

    def _connect(self, here: Here) -> None:
        """Try a connection, and say in one word what is wrong with it."""
        words = [word for word in here.argv[1:] if not word.startswith("-")]
        target = words[1] if len(words) > 1 else ""
        host, colon, port = target.rpartition(":")
        if not colon or not port.isdecimal():
            text = f"UNKNOWN: address {target}: missing port in address\n"
            self.finish(here, 0.0, 1, ("stderr", text))
            return
        limit = _seconds(_flag(here, ("--timeout",), ""))
        try:
            here.request(host, int(port), Request(protocol=TCP))
        except ConnectionFailed as error:
            texts = {"no-host": f"DNS: lookup {host}: no such host", "timeout": "TIMEOUT", "refused": "REFUSED"}
            text = texts.get(error.kind, "OTHER: no route to host")
            self.finish(here, min(limit, error.seconds), 1, ("stderr", f"{text}\n"))
            return
        self.finish(here, 0.01, 0)

    def signal(self, here: Here, name: str) -> None:
        if name not in ("INT", "TERM", "QUIT"):
            return
        if self._command == "serve-hostname" and name == "TERM":
            for text in ("Shutting down after receiving signal: terminated.", "Awaiting pod deletion."):
                here.log(_line(here.now, text), "stderr")
            self.finish(here, DELETION_SECONDS, 0)
        elif self._command == "pause":
            text = f'exiting because of signal "{"terminated" if name == "TERM" else "interrupt"}"\n'
            here.write(here.environment.get("TERMINATION_MESSAGE_PATH", "/dev/termination-log"), text.encode())
            here.log(text)
            here.exit(2 if name == "TERM" else 1)
        else:
            here.exit(0 if self._command == "netexec" and name == "TERM" else UNHANDLED)


def _text(text: str) -> Response:
    return Response(200, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def _seconds(text: str) -> float:
    """A duration such as 500ms, 3s or 2m; no limit when there is none."""
    for suffix, factor in (("ms", 0.001), ("s", 1.0), ("m", 60.0)):
        number = text.removesuffix(suffix)
        if number != text and number.replace(".", "", 1).isdecimal():
            return float(number) * factor
    return float("inf")


PROGRAMS: Mapping[str, type[Program]] = {"agnhost": Agnhost}
