"""Where a program of a container runs: what it has from its container and from the cluster around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.simulator.images.traffic import Request, Response
from tutor.simulator.images.world import World

if TYPE_CHECKING:
    from tutor.posix.namespace import Namespace
    from tutor.simulator.cluster_dns import DnsAnswer
    from tutor.simulator.images.container import Container
    from tutor.simulator.images.programs.base import Program


@dataclass(slots=True)
class InContainer:
    """The part of `Here` that is the same however a program runs in its container."""

    now: float
    container: Container
    world: World

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

    @property
    def user(self) -> int:
        return self.container.config.user

    @property
    def capabilities(self) -> int:
        return self.container.config.capabilities

    @property
    def may_gain_privileges(self) -> bool:
        return self.container.config.may_gain_privileges

    def is_tmpfs(self, path: str) -> bool:
        return any(mount.path == path and mount.tmpfs for mount in self.container.config.mounts)

    def run(self, argv: list[str]) -> tuple[int, str, float]:
        from tutor.simulator.images.ahead import run_ahead

        return run_ahead(self.container, self.world, argv)

    def refusal(self, directory: str) -> str:
        return self.container.config.refusal(directory)

    def names(self, path: str) -> list[str] | None:
        return self.container.names(self.world, path)

    def request(self, host: str, port: int, request: Request) -> Response:
        return self.world.request(self.container.config, host, port, request)

    def resolve(self, name: str) -> list[str]:
        return self.world.resolve(self.container.config, name)

    def dns(self, name: str, kind: str) -> DnsAnswer:
        return self.world.dns(self.container.config, name, kind)

    def reaches(self, address: str) -> bool:
        return self.world.reaches(self.container.config, address)

    def objects(self, resource: str) -> list[Mapping[str, Any]]:
        return self.world.objects(resource)

    def forward(self, namespace: str, service: str, port: int | str, request: Request) -> Response:
        return self.world.to_service(namespace, service, port, request)


class MainHere(InContainer):
    """The `Here` of a container's main program when it has no machine."""

    __slots__ = ()

    @property
    def files(self) -> Namespace:
        return self.container.enter(self.world).machine.files

    def input(self) -> bytes | None:
        return b""

    @property
    def argv(self) -> tuple[str, ...]:
        return self.container.config.argv

    @property
    def environment(self) -> Mapping[str, str]:
        return self.container.config.environment

    def log(self, text: str, stream: str = "stdout") -> None:
        self.container.log.write(self.now, stream, text)

    def exit(self, code: int) -> None:
        self.container.end(self.now, code)

    def read(self, path: str) -> bytes | None:
        return self.container.read(self.world, path)

    def tell(self, kind: type[Program], signal: str) -> bool:
        return False

    def write(self, path: str, data: bytes) -> str:
        return self.container.enter(self.world).write(path, data)
