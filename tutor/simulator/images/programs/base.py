"""What a simulated program is: something that starts, listens, answers, reacts to signals and uses CPU and memory.

A program keeps its state in attributes with immutable values, so that a shallow copy goes its own way. Everything it needs
from outside comes with each call, in a `Here`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tutor.simulator.images.traffic import Request, Response

if TYPE_CHECKING:
    from tutor.posix.namespace import Namespace
    from tutor.simulator.cluster_dns import DnsAnswer

MIB = 2**20


class Here(Protocol):
    """Where a program runs, as it is at the moment of a call."""

    @property
    def now(self) -> float:
        """Seconds since the epoch."""

    @property
    def argv(self) -> tuple[str, ...]:
        """What it was started as."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Its environment variables."""

    @property
    def hostname(self) -> str:
        """The pod's host name."""

    @property
    def namespace(self) -> str:
        """The pod's namespace."""

    @property
    def options(self) -> Mapping[str, str]:
        """What the image says to its program: a version, a line to log ..."""

    @property
    def ip(self) -> str:
        """The pod's address."""

    @property
    def memory_limit(self) -> float | None:
        """The container's memory limit in bytes."""

    @property
    def user(self) -> int:
        """The number of the user it runs as."""

    @property
    def capabilities(self) -> int:
        """What root may do inside, as a set of bits (capabilities(7))."""

    @property
    def may_gain_privileges(self) -> bool:
        """Whether a program's set-user-ID bit counts (allowPrivilegeEscalation)."""

    @property
    def files(self) -> Namespace:
        """The container's files as the program sees them."""

    def is_tmpfs(self, path: str) -> bool:
        """Whether the file system of a volume that is mounted there is one in memory."""

    def log(self, text: str, stream: str = "stdout") -> None:
        """Write to standard output or standard error."""

    def exit(self, code: int) -> None:
        """End the program."""

    def read(self, path: str) -> bytes | None:
        """A file of the container; None when there is none."""

    def tell(self, kind: type[Program], signal: str) -> bool:
        """Send a signal to the oldest other process of the container that runs such a program; says whether there is one."""

    def write(self, path: str, data: bytes) -> str:
        """Write a file; why that is impossible, in words, or nothing."""

    def refusal(self, directory: str) -> str:
        """Why nothing can be created in a directory of the image, as "NUMBER: REASON"; nothing when it can."""

    def names(self, path: str) -> list[str] | None:
        """The names in a directory of the container; None when there is none."""

    def request(self, host: str, port: int, request: Request) -> Response:
        """Ask somebody else. Raises ConnectionFailed."""

    def resolve(self, name: str) -> list[str]:
        """The addresses of a name, as cluster DNS knows them; empty when there are none. Raises ConnectionFailed when DNS
        does not answer."""

    def dns(self, name: str, kind: str) -> DnsAnswer:
        """What cluster DNS answers about a name in full: records of a kind. Raises ConnectionFailed when it does not answer."""

    def input(self) -> bytes | None:
        """Something of its standard input: nothing at its end, None when there is nothing yet."""

    def reaches(self, address: str) -> bool:
        """Whether somebody is at an address: a pod or a node. Services are at theirs with their ports only."""

    def run(self, argv: list[str]) -> tuple[int, str, float]:
        """Run a command beside, as far as it comes in half a minute: its exit code, all it wrote, and how long it took."""

    def objects(self, resource: str) -> list[Mapping[str, Any]]:
        """API objects, for programs that are controllers themselves."""

    def forward(self, namespace: str, service: str, port: int | str, request: Request) -> Response:
        """Pass a request on to an endpoint of a Service, as proxies do. Raises ConnectionFailed."""


class Program:
    """A program that stays up, listens on nothing and ends when it is told to."""

    stop_signals: ClassVar[tuple[str, ...]] = ("TERM", "INT", "QUIT")
    stop_code: ClassVar[int] = 0
    stop_seconds: ClassVar[float] = 0.1
    resident: ClassVar[int] = 8 * MIB
    """Bytes of memory it takes when idle."""
    idle_cpu: ClassVar[float] = 0.0
    """Cores it takes when idle: a server that waits for requests takes none."""

    def __init__(self) -> None:
        self.wake_at: float | None = None
        """When it next has something to do by itself."""
        self.stopping: float | None = None

    def clone(self) -> Program:
        """A copy that goes its own way."""
        return copy.copy(self)

    def title(self, argv: list[str]) -> list[str]:
        """What the process calls itself once it runs, given what it was started as."""
        return argv

    def start(self, here: Here) -> None:
        """Begin: log the first lines, look at arguments and environment."""

    def step(self, here: Here) -> None:
        """Do what was due at `wake_at`; sets it anew."""
        self.wake_at = None
        if self.stopping is not None and here.now >= self.stopping:
            self.stopped(here)

    def stopped(self, here: Here) -> None:
        """The time after a signal is over."""
        here.exit(self.stop_code)

    def ports(self) -> Mapping[int, str]:
        """The ports it listens on now, with the protocol it speaks there."""
        return {}

    def datagram_ports(self) -> tuple[int, ...]:
        """The UDP ports it listens on now; requests to them have the protocol `traffic.UDP`."""
        return ()

    def port_taken(self, here: Here, port: int) -> None:
        """Another container of the pod listens on a port already."""
        here.log(f"listen tcp :{port}: bind: address already in use\n", "stderr")
        here.exit(1)

    def serve(self, here: Here, port: int, request: Request) -> Response:
        """Answer a request at one of its ports."""
        return Response(400)

    def signal(self, here: Here, name: str) -> None:
        """Take a signal that is not KILL."""
        if name in self.stop_signals and self.stopping is None:
            self.stopping = self.wake_at = here.now + self.stop_seconds

    def memory(self, now: float) -> float:
        """Bytes in use."""
        return float(self.resident)

    def cpu(self, now: float) -> float:
        """Cores in use beside what requests cost."""
        return self.idle_cpu


Maker = Callable[[], Program]
