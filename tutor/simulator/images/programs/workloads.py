"""Programs that use memory and processor on purpose, test servers, and Redis."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, TCP, Request, Response

_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "B": 1}


def _bytes(text: str) -> float:
    unit = _UNITS.get(text[-1:].upper(), 0)
    return float(text[:-1]) * unit if unit else float(text or 0)


class Stress(Program):
    """stress: --vm N --vm-bytes SIZE takes memory, --cpu N takes processor cores."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0.0
        self._cores = 0.0

    def start(self, here: Here) -> None:
        options: dict[str, str] = {}
        words = iter(here.argv[1:])
        for word in words:
            name, separator, value = word.lstrip("-").partition("=")
            options[{"c": "cpu", "m": "vm", "t": "timeout"}.get(name, name)] = value if separator else next(words, "")
        self._cores = float(options.get("cpu") or 0)
        self._bytes = float(options.get("vm") or 0) * _bytes(options.get("vm-bytes", "256M"))
        hogs = f"{options.get('cpu', 0)} cpu, {options.get('io', 0)} io, {options.get('vm', 0)} vm, {options.get('hdd', 0)} hdd"
        here.log(f"stress: info: [1] dispatching hogs: {hogs}\n")
        self.wake_at = here.now + 0.5

    def memory(self, now: float) -> float:
        return self.resident + self._bytes

    def cpu(self, now: float) -> float:
        return self.idle_cpu + self._cores


class ResourceConsumer(Program):
    """agnhost and relatives: a test server; `netexec` and `test-webserver` answer HTTP, `pause` waits."""

    def __init__(self) -> None:
        super().__init__()
        self._ports: tuple[int, ...] = ()

    def start(self, here: Here) -> None:
        command = next((word for word in here.argv[1:] if not word.startswith("-")), "pause")
        port = next((word.partition("=")[2] for word in here.argv if word.startswith(("--http-port", "--port"))), "")
        if command in ("netexec", "serve-hostname", "test-webserver"):
            default = {"netexec": 8080, "serve-hostname": 9376, "test-webserver": 80}[command]
            self._ports = (int(port) if port.isdigit() else default,)
            here.log(f"Started HTTP server on port {self._ports[0]}\n")
        elif command == "pause":
            here.log("Paused\n")

    def ports(self) -> Mapping[int, str]:
        return dict.fromkeys(self._ports, HTTP)

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path = request.path.split("?")[0]
        if path in ("/", "/healthz", "/hostname", "/hostName", "/clientip"):
            return Response(200, here.hostname.encode() if "host" in path.lower() or path == "/" else b"ok")
        return Response(404, b"404 page not found\n")


class Redis(Program):
    """redis-server"""

    resident = 10 * MIB
    idle_cpu = 0.001

    def start(self, here: Here) -> None:
        version = here.options.get("version", "7.4.1")
        here.log(
            f"1:C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n1:C * Redis version={version}, bits=64, pid=1\n"
        )
        here.log("1:M * Server initialized\n1:M * Ready to accept connections tcp\n")

    def ports(self) -> Mapping[int, str]:
        return {6379: TCP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return Response(200, b"+PONG\r\n")


PROGRAMS = {"stress": Stress, "agnhost": ResourceConsumer, "redis-server": Redis}
