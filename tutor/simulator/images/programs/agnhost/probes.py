"""Servers of agnhost that are made for probes: `liveness` and `grpc-health-checking`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from tutor.simulator.images.programs.agnhost.flags import (
    GoServer,
    error_response,
    not_found,
    note,
    number,
    redirection,
    split_request,
    text_response,
)
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import GRPC, HTTP, Request, Response

SICK_AFTER = 10.0
"""Seconds after which `liveness` answers with errors."""
GRPC_PORT = 5000
HTTP_PORT = 8080


class Liveness(GoServer):
    """Is well for ten seconds and ill ever after."""

    def __init__(self) -> None:
        super().__init__()
        self._started = 0.0

    def start(self, here: Here) -> None:
        self._started = here.now

    def ports(self) -> Mapping[int, str]:
        return {HTTP_PORT: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path, values = split_request(request)
        age = here.now - self._started
        if path == "/healthz":
            return Response(500, f"error: {age:.6f}".encode()) if age > SICK_AFTER else text_response("ok")
        if path == "/redirect":
            return redirection(unquote(values.get("loc", "")))
        return text_response(f"{age:.6f}s") if path == "/started" else not_found()


class GrpcHealth(GoServer):
    """Answers health checks by gRPC; HTTP requests tell it what to answer."""

    def __init__(self) -> None:
        super().__init__()
        self._started = 0.0
        self._port = GRPC_PORT
        self._http = HTTP_PORT
        self._serving = True

    def start(self, here: Here) -> None:
        self._started = here.now
        self._port, self._http = number(here, "port", GRPC_PORT), number(here, "http-port", HTTP_PORT)
        note(here, f"Http server starting to listen on :{self._http}")
        note(here, f"gRPC server starting to listen on :{self._port}")

    def ports(self) -> Mapping[int, str]:
        return {self._http: HTTP, self._port: GRPC}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if port == self._port:
            moment = datetime.fromtimestamp(self._started, UTC)
            text = f"Serving the Check request for health check, started at {moment:%Y-%m-%d %H:%M:%S.%f} +0000 UTC"
            note(here, text)
            return Response(200 if self._serving else 503)
        path, _ = split_request(request)
        if path not in ("/make-serving", "/make-not-serving"):
            return error_response("404 page not found", 404)
        self._serving = path == "/make-serving"
        note(here, "Mark as healthy" if self._serving else "Mark as unhealthy")
        return text_response("")


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"liveness": Liveness, "grpc-health-checking": GrpcHealth}
