"""Servers and network clients as commands of a machine: which program a command is, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.posix import DEFAULT_PATH, HostCall
from tutor.posix.commands import MAGIC, find
from tutor.simulator.images.here import InContainer

if TYPE_CHECKING:
    from tutor.posix.namespace import Namespace
    from tutor.simulator.images.model import Image
    from tutor.simulator.images.programs.base import Program


@dataclass(slots=True)
class CallHere(InContainer):
    """The `Here` of a program that runs as a command of the machine."""

    call: HostCall

    def input(self) -> bytes | None:
        return self.call.read()

    @property
    def argv(self) -> tuple[str, ...]:
        return tuple(self.call.argv)

    @property
    def environment(self) -> Mapping[str, str]:
        return self.call.environment

    @property
    def files(self) -> Namespace:
        return self.call.process.files

    def log(self, text: str, stream: str = "stdout") -> None:
        self.call.send(text.encode(), stderr=stream == "stderr")

    def exit(self, code: int) -> None:
        self.call.finish(code)

    def read(self, path: str) -> bytes | None:
        return self.container.read(self.world, path if path.startswith("/") else f"{self.call.cwd}/{path}")

    def tell(self, kind: type[Program], signal: str) -> bool:
        return self.container.enter(self.world).tell(kind, signal, but=self.call.pid)

    def write(self, path: str, data: bytes) -> str:
        inside = self.container.enter(self.world)
        return inside.write(path if path.startswith("/") else f"{self.call.cwd.rstrip('/')}/{path}", data)


def program_name(call: HostCall, image: Image) -> str:
    """The program behind a command: what the file that is run says, whatever it is called."""
    name = call.argv[0]
    if name in image.programs:
        return name
    path = find(call.process, name, call.environment.get("PATH", DEFAULT_PATH))
    return call.process.files.read(path)[len(MAGIC) :].decode()
