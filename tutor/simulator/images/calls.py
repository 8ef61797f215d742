"""Servers and network clients as commands of a machine: which program a command is, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.posix import DEFAULT_PATH, HostCall
from tutor.posix.commands import MAGIC, find
from tutor.simulator.images.traffic import Request, Response

if TYPE_CHECKING:
    from tutor.simulator.images.container import Container, World
    from tutor.simulator.images.model import Image


@dataclass(slots=True)
class CallHere:
    """The `Here` of a program that runs as a command of the machine."""

    now: float
    call: HostCall
    container: Container
    world: World

    @property
    def argv(self) -> tuple[str, ...]:
        return tuple(self.call.argv)

    @property
    def environment(self) -> Mapping[str, str]:
        return self.call.environment

    @property
    def hostname(self) -> str:
        return self.container.config.hostname

    @property
    def namespace(self) -> str:
        return self.container.config.pod.partition("/")[0]

    @property
    def options(self) -> Mapping[str, str]:
        return self.container.config.image.options

    @property
    def ip(self) -> str:
        return self.container.config.ip

    @property
    def memory_limit(self) -> float | None:
        return self.container.config.memory_limit

    def log(self, text: str, stream: str = "stdout") -> None:
        self.call.send(text.encode(), stderr=stream == "stderr")

    def exit(self, code: int) -> None:
        self.call.finish(code)

    def read(self, path: str) -> bytes | None:
        return self.container.read(self.world, path if path.startswith("/") else f"{self.call.cwd}/{path}")

    def write(self, path: str, data: bytes) -> str:
        inside = self.container.enter(self.world)
        return inside.write(path if path.startswith("/") else f"{self.call.cwd.rstrip('/')}/{path}", data)

    def refusal(self, directory: str) -> str:
        return self.container.config.refusal(directory)

    def names(self, path: str) -> list[str] | None:
        return self.container.names(self.world, path)

    def request(self, host: str, port: int, request: Request) -> Response:
        return self.world.request(self.container.config, host, port, request)

    def resolve(self, name: str) -> list[str]:
        return self.world.resolve(self.container.config, name)

    def reaches(self, address: str) -> bool:
        return self.world.reaches(self.container.config, address)

    def objects(self, resource: str) -> list[Mapping[str, Any]]:
        return self.world.objects(resource)

    def forward(self, namespace: str, service: str, port: int | str, request: Request) -> Response:
        return self.world.to_service(namespace, service, port, request)


def program_name(call: HostCall, image: Image) -> str:
    """The program behind a command: what the file that is run says, whatever it is called."""
    name = call.argv[0]
    if name in image.programs:
        return name
    path = find(call.process, name, call.environment.get("PATH", DEFAULT_PATH))
    return call.process.files.read(path)[len(MAGIC) :].decode()
