"""Small servers of agnhost: `serve-hostname`, `porter`, `fake-gitserver`, `tcp-reset`, `no-snat-test`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tutor.simulator.images.programs.agnhost.flags import (
    GoServer,
    client_of,
    note,
    number,
    split_request,
    switch,
    text_response,
)
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, HTTPS, TCP, UDP, ConnectionFailed, Request, Response

DELETION_SECONDS = 60.0
"""How long `serve-hostname` waits to be deleted after it was told to end."""


class ServeHostname(Program):
    """Says its host's name, whatever it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 9376
        self._protocols: tuple[str, ...] = (HTTP,)

    def start(self, here: Here) -> None:
        self._port = number(here, "port", 9376)
        raw = tuple(kind for kind, name in ((TCP, "tcp"), (UDP, "udp")) if switch(here, name))
        if raw and switch(here, "http", default=True):
            note(here, "Can't server TCP/UDP mode and HTTP mode at the same time", letter="F")
            here.exit(1)
            return
        self._protocols = raw or ((HTTP,) if switch(here, "http", default=True) else ())
        note(here, f"Serving on port {self._port}.")

    def ports(self) -> Mapping[int, str]:
        streams = [kind for kind in self._protocols if kind != UDP]
        return {self._port: streams[0]} if streams else {}

    def datagram_ports(self) -> tuple[int, ...]:
        return (self._port,) if UDP in self._protocols else ()

    def serve(self, here: Here, port: int, request: Request) -> Response:
        kind = {TCP: "TCP", UDP: "UDP"}.get(request.protocol, "HTTP")
        note(here, f"{kind} request from {client_of(here, request)}")
        return text_response(here.hostname)

    def signal(self, here: Here, name: str) -> None:
        if name == "TERM" and self.stopping is None:
            note(here, "Shutting down after receiving signal: terminated.")
            note(here, "Awaiting pod deletion.")
            self.stopping = self.wake_at = here.now + DELETION_SECONDS
        elif name != "TERM":
            here.exit(2)


class Porter(GoServer):
    """Serves what environment variables say on the ports that their names end with."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: Mapping[tuple[str, int], str] = {}
        self._json = False

    def start(self, here: Here) -> None:
        kinds = {"SERVE_PORT_": HTTP, "SERVE_TCP_PORT_": HTTP, "SERVE_TLS_PORT_": HTTPS, "SERVE_UDP_PORT_": UDP}
        self._json = switch(here, "json-response")
        self._texts = {
            (kind, int(port)): value
            for name, value in here.environment.items()
            for prefix, kind in kinds.items()
            if name.startswith(prefix) and (port := name.removeprefix(prefix)).isdecimal()
        }

    def ports(self) -> Mapping[int, str]:
        return {port: kind for kind, port in self._texts if kind != UDP}

    def datagram_ports(self) -> tuple[int, ...]:
        return tuple(port for kind, port in self._texts if kind == UDP)

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if request.protocol == UDP:
            return text_response(self._texts[UDP, port])
        text = next(value for (kind, at), value in self._texts.items() if at == port and kind != UDP)
        if not self._json:
            return text_response(text)
        shown = json.dumps({"Method": request.method, "Body": text}, separators=(",", ":"))
        return Response(200, shown.encode(), {"Content-Type": "application/json"})


class FakeGit(GoServer):
    """Says that it is a fake git server."""

    def ports(self) -> Mapping[int, str]:
        return {8000: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return text_response("I am a fake git server")


class TcpReset(Program):
    """Takes connections and resets them."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080

    def start(self, here: Here) -> None:
        self._port = number(here, "port", 8080)
        note(here, f"Serving on port {self._port}.")

    def ports(self) -> Mapping[int, str]:
        return {self._port: TCP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        note(here, f"TCP request from {client_of(here, request)}")
        raise ConnectionFailed("reset", f"{here.ip}:{port}")

    def signal(self, here: Here, name: str) -> None:
        if name == "TERM":
            note(here, "Shutting down after receiving signal: terminated.")
            note(here, "Awaiting pod deletion.")
        here.exit(0 if name == "TERM" else 2)


class NoSnat(GoServer):
    """Tells whether others see it under its own address."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080

    def start(self, here: Here) -> None:
        for name in ("POD_IP", "NODE_IP"):
            if name not in here.environment:
                here.log(f"{name} env var was not present in the environment\n", "stderr")
                here.exit(1)
                return
        self._port = number(here, "port", 8080)

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path, values = split_request(request)
        if path == "/whoami":
            return text_response(client_of(here, request))
        if path != "/checknosnat":
            return text_response("404 page not found\n", 404)
        problems = [why for ip in values.get("ips", "").split(",") if (why := self._check(here, ip))]
        return text_response(", ".join(problems), 500 if problems else 200)

    @staticmethod
    def _check(here: Here, target: str) -> str:
        """Under which address a server sees this one; nothing when it is the pod's own."""
        host, _, port = target.partition(":")
        pod, node = here.environment.get("POD_IP", ""), here.environment.get("NODE_IP", "")
        try:
            seen = here.request(host, int(port or 80), Request(path="/whoami")).text.rpartition(":")[0]
        except (ConnectionFailed, ValueError):
            return f'Get "http://{target}/whoami": dial tcp {target}: connect: connection refused'
        if seen == pod:
            return ""
        if seen == node:
            return f'Returned ip "{seen}" != my Pod ip "{pod}", == my Node ip "{node}" - SNAT'
        return f'Returned ip "{seen}" != my Pod ip "{pod}" or my Node ip "{node}" - SNAT to unexpected ip'


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {
    "serve-hostname": ServeHostname,
    "porter": Porter,
    "fake-gitserver": FakeGit,
    "tcp-reset": TcpReset,
    "no-snat-test": NoSnat,
}
