"""A running container: its main program, its files and its output, on the kubelet's clock.

What containers run is simulated in two ways. A server that an image is known for is a `Program`, which costs next to nothing.
Anything else, and whatever is run inside by `exec`, is run by the shell of `tutor.posix` in a `Machine`, where servers and
network clients are commands like any other. A container begins with the first way when it can, and gets a machine when
somebody needs one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.simulator.images import raw_http
from tutor.simulator.images.here import MainHere
from tutor.simulator.images.logs import Log
from tutor.simulator.images.model import Image
from tutor.simulator.images.programs.base import Program
from tutor.simulator.images.traffic import HTTP, TCP, UDP, ConnectionFailed, Request, Response
from tutor.simulator.images.world import World

if TYPE_CHECKING:
    from tutor.simulator.images.inside import Inside

KILLED = 137


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A volume as a container sees it. `volume` is the volume's id, `inner` the part of it that is mounted."""

    path: str
    volume: str
    inner: str = ""
    read_only: bool = False
    in_memory: bool = False
    """Whether what is written to it takes memory of the container."""
    tmpfs: bool = False
    """Whether its file system is one in memory, as those are that the kubelet fills with secrets."""


@dataclass(frozen=True, slots=True)
class ContainerConfig:
    """What a container was created with."""

    image: Image
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    hostname: str
    ip: str
    pod: str
    """ "namespace/name" """
    name: str
    user: int = 0
    group: int = 0
    may_gain_privileges: bool = True
    """False: the set-user-ID bits of programs do not count (allowPrivilegeEscalation)."""
    groups: tuple[int, ...] = ()
    capabilities: int = 0xA80425FB
    """What root may do inside, as a set of bits."""
    hosts: str = ""
    """/etc/hosts"""
    resolver: str = ""
    """/etc/resolv.conf"""
    read_only: bool = False
    tty: bool = False
    stdin: bool = False
    mounts: tuple[MountPoint, ...] = ()
    sysctls: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the kernel that the pod sets."""
    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_limit: float | None = None
    message_path: str = ""
    """Where the program may leave a message about its end."""
    seed: int = 0

    def node_files(self) -> dict[str, str]:
        """The files in /etc that the kubelet and the runtime put there."""
        return {"/etc/hostname": f"{self.hostname}\n", "/etc/hosts": self.hosts, "/etc/resolv.conf": self.resolver}

    def refusal(self, directory: str) -> str:
        """Why nothing can be created in a directory of the image (errno and its words); nothing when it can, in volumes too."""
        for mount in self.mounts:
            if f"{directory}/".startswith(f"{mount.path.rstrip('/')}/"):
                return "30: Read-only file system" if mount.read_only else ""
        if self.read_only:
            return "30: Read-only file system"
        return "13: Permission denied" if self.user else ""


class Container:
    """One run of a container, from start to end."""

    def __init__(self, config: ContainerConfig, program: Program | None) -> None:
        self.config = config
        self.program = program
        """The main program, while there is no machine."""
        self.inside: Inside | None = None
        self.log = Log()
        self.exit_code: int | None = None
        self.out_of_memory = False
        self.started = 0.0
        self.ended_at = 0.0
        self.busy_until = 0.0
        """Until when requests taken so far keep the processor busy."""
        self.worked = 0.0
        """Processor seconds of all requests taken so far."""

    def clone(self) -> Container:
        """A copy that goes its own way."""
        other = Container.__new__(Container)
        other.__dict__.update(self.__dict__)
        other.program = self.program.clone() if self.program else None
        other.inside = self.inside.clone() if self.inside else None
        other.log = self.log.clone()
        return other

    # -- life

    def start(self, world: World) -> None:
        """Run the main program. Raises tutor.posix.CommandNotFound or NotExecutable."""
        self.started = self.busy_until = world.now
        if self.program is not None:
            self.program.start(self._here(world))
        else:
            self.enter(world).start_main(self, world)

    def join(self, world: World) -> None:
        """Take its place among containers that it shares its processes with, if there are any."""
        if self.exit_code is None and world.sharing(self.config) is not None:
            self.enter(world)

    def give_way(self, world: World, taken: Collection[int]) -> None:
        """End if it has just begun to listen where somebody else in the pod does already."""
        for port in self.ports():
            if port in taken and self.program is not None:
                self.program.port_taken(self._here(world), port)
                return

    def run(self, world: World) -> None:
        """Do everything that is due."""
        if self.exit_code is not None:
            return
        while self.program is not None and self.exit_code is None:  # until it ends, rests, or goes on in a machine
            if self.program.wake_at is None or self.program.wake_at > world.now:
                break
            self.program.step(self._here(world))
        if self.program is None and self.inside is not None and self.exit_code is None:
            self.inside.run(self, world)
        limit = self.config.memory_limit
        if self.exit_code is None and limit is not None and self.memory(world.now) > limit:
            self.kill_for_memory(world.now)

    def wake_at(self) -> float | None:
        """When it next has something to do by itself."""
        if self.exit_code is not None:
            return None
        return self.program.wake_at if self.program is not None else self.inside.wake_at() if self.inside else None

    def signal(self, world: World, name: str) -> None:
        """Send a signal to the main program."""
        if self.exit_code is not None:
            return
        if name == "KILL":
            self.kill(world.now)
        elif self.program is not None:
            self.program.signal(self._here(world), name)
        elif self.inside is not None:
            self.inside.signal_main(self, world, name)

    def resize(self, cpu_request: float | None, cpu_limit: float | None, memory_limit: float | None) -> None:
        """Change what it may use while it runs (cores, bytes)."""
        changed = replace(self.config, cpu_request=cpu_request, cpu_limit=cpu_limit, memory_limit=memory_limit)
        if changed != self.config:
            self.config = changed
            if self.inside is not None:
                self.inside.show_limits(changed)

    def kill(self, now: float) -> None:
        """End it at once."""
        if self.inside is not None:
            self.inside.stop()
        self.end(now, KILLED)

    def kill_for_memory(self, now: float) -> None:
        """End it because it uses more memory than it may."""
        self.kill(now)
        self.out_of_memory = True

    def end(self, now: float, code: int) -> None:
        """The main program has ended."""
        self.exit_code, self.ended_at = code & 255, now
        self.log.close(now)

    def enter(self, world: World) -> Inside:
        """The machine inside, made if need be; a main program that ran without one goes on in it."""
        if self.inside is None:
            from tutor.simulator.images.inside import Inside

            self.inside = Inside(self.config, world, self.started, self.program)
            if self.program is not None:
                self.inside.wake(world.now)
            self.program = None
        return self.inside

    def _here(self, world: World) -> MainHere:
        return MainHere(world.now, self, world)

    # -- files

    def read(self, world: World, path: str) -> bytes | None:
        """A file as programs in the container see it."""
        if self.inside is not None:
            return self.inside.read(path)
        for mount in self.config.mounts:
            if path == mount.path or path.startswith(mount.path.rstrip("/") + "/"):
                return world.volumes.file(mount.volume, _below(mount, path))
        text = {**self.config.image.files, **self.config.node_files()}.get(path)
        return None if text is None else text.encode()

    def names(self, world: World, path: str) -> list[str] | None:
        """The names in a directory as programs in the container see it."""
        if self.inside is not None:
            return self.inside.names(path)
        for mount in self.config.mounts:
            if path == mount.path or path.startswith(mount.path.rstrip("/") + "/"):
                return world.volumes.names(mount.volume, _below(mount, path))
        prefix = path.rstrip("/") + "/"
        names = {name[len(prefix) :].split("/")[0] for name in self.config.image.files if name.startswith(prefix)}
        return sorted(names) if names else None

    # -- network

    def ports(self) -> Mapping[int, str]:
        """The ports something listens on inside, with the protocols."""
        if self.exit_code is not None:
            return {}
        if self.program is not None:
            return self.program.ports()
        return self.inside.ports() if self.inside else {}

    def datagram_ports(self) -> tuple[int, ...]:
        """The UDP ports something listens on inside."""
        if self.exit_code is not None:
            return ()
        if self.program is not None:
            return self.program.datagram_ports()
        return self.inside.datagram_ports() if self.inside else ()

    def listens(self, port: int, protocol: str) -> bool:
        """Whether a request with a protocol finds somebody at a port."""
        return port in (self.datagram_ports() if protocol == UDP else self.ports())

    def serve(self, world: World, port: int, request: Request) -> Response:
        """Answer a request; the processor serves one after the other. Raises ConnectionFailed."""
        self.run(world)
        if not self.listens(port, request.protocol):
            raise ConnectionFailed("refused")
        if request.protocol == TCP and not request.body:
            return Response(cpu=0.0)  # a connection without a byte, as probes make: servers do nothing about it
        response = self._answer(world, port, request)
        cores = self.config.cpu_limit or 1.0
        self.busy_until = max(self.busy_until, world.now) + response.cpu / cores
        self.worked += response.cpu
        waited = max(0.0, self.busy_until - world.now - response.cpu / cores)
        return Response(
            response.status,
            response.body,
            response.headers,
            response.seconds + response.cpu / cores + waited,
            response.cpu,
        )

    def _answer(self, world: World, port: int, request: Request) -> Response:
        """The program's answer; to a client that only writes bytes, as bytes."""
        if request.protocol == TCP and self.ports().get(port) == HTTP:
            asked = raw_http.parse(request.body, request.headers.get("X-From", ""))
            answer = self._answer(world, port, asked) if asked is not None else raw_http.REFUSED
            body = raw_http.written(answer) if asked is not None else answer.body
            return Response(200, body, seconds=answer.seconds, cpu=answer.cpu)
        if self.program is not None:
            return self.program.serve(self._here(world), port, request)
        return self.enter(world).serve(self, world, port, request)

    # -- usage

    def memory(self, now: float) -> float:
        """Bytes in use."""
        if self.exit_code is not None:
            return 0.0
        if self.program is not None:
            return self.program.memory(now)
        return self.inside.memory(now) if self.inside else 0.0

    def cpu_seconds(self, now: float) -> float:
        """Processor seconds used since the start."""
        if self.exit_code is not None:
            return self.worked
        cores = self.config.cpu_limit or 1.0
        done = self.worked - max(0.0, self.busy_until - now) * cores
        if self.program is not None:
            return done + self.program.cpu(now) * (now - self.started)
        return done + (self.inside.cpu_seconds(now, self.started) if self.inside else 0.0)


def _below(mount: MountPoint, path: str) -> str:
    """A path inside of the volume, without a leading slash."""
    rest = path[len(mount.path) :].strip("/")
    return "/".join(part for part in (mount.inner, rest) if part)
