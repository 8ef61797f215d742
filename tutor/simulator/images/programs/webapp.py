"""The course's own web-app in its releases: good ones, a slow one, a broken one, one that crashes and one that leaks memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, Request, Response

PORT = 3000


class WebApp(Program):
    """Listens on 3000: `/` says which release answers, `/health` and `/ready` are for probes."""

    resident = 20 * MIB
    SLOW_SECONDS: ClassVar[float] = 20.0
    CRASH_SECONDS: ClassVar[float] = 2.0
    LEAK: ClassVar[float] = 4.0 * MIB
    """Bytes a second."""
    REQUEST_CPU: ClassVar[float] = 0.002

    def __init__(self) -> None:
        super().__init__()
        self._tag = ""
        self._kind = ""
        self._started = 0.0
        self._environment = ""

    def start(self, here: Here) -> None:
        self._tag = here.options.get("tag", "")
        self._kind = self._tag.partition("-")[2]
        self._started = here.now
        self._environment = here.environment.get("NODE_ENV", "development")
        strict = self._kind == "strict" or here.environment.get("DB_PASSWORD_REQUIRED") == "true"
        here.log(f"web-app {self._tag} starting (NODE_ENV={self._environment})\n")
        if strict and not here.environment.get("DB_PASSWORD"):
            here.log("DB_PASSWORD is not set\n", "stderr")
            here.exit(1)
            return
        if self._kind == "crash":
            self.wake_at = here.now + self.CRASH_SECONDS
        elif self._kind == "slow":
            self.wake_at = here.now + self.SLOW_SECONDS
        elif self._kind == "leak" and here.memory_limit is not None:
            self.wake_at = here.now + max(0.0, (here.memory_limit - self.resident) / self.LEAK) + 0.1
        here.log(f"listening on port {PORT}\n")

    def step(self, here: Here) -> None:
        super().step(here)
        if self.stopping is not None:
            return
        if self._kind == "crash":
            here.log("fatal: cannot go on\n", "stderr")
            here.exit(1)
        elif self._kind == "slow":
            here.log("ready\n")

    def ports(self) -> Mapping[int, str]:
        return {PORT: HTTP}

    def _is_ready(self, now: float) -> bool:
        return self._kind != "broken" and (self._kind != "slow" or now >= self._started + self.SLOW_SECONDS)

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path = request.path.split("?")[0]
        response = self._answer(here, path)
        if path not in ("/health", "/ready"):
            here.log(f"{request.method} {request.path} {response.status}\n")
        return response

    def _answer(self, here: Here, path: str) -> Response:
        headers = {"Content-Type": "text/plain"}
        if path == "/health":
            return Response(200, b"ok\n", headers)
        if path == "/ready":
            ready = self._is_ready(here.now)
            return Response(200, b"ready\n", headers) if ready else Response(503, b"not ready\n", headers)
        if path == "/":
            text = f"web-app {self._tag} on {here.hostname}\n"
            return Response(200, text.encode(), headers, cpu=self.REQUEST_CPU)
        return Response(404, b"not found\n", headers)

    def memory(self, now: float) -> float:
        grown = self.LEAK * max(0.0, now - self._started) if self._kind == "leak" else 0.0
        return self.resident + grown


PROGRAMS = {"web-app": WebApp}
