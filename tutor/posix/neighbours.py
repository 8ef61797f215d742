"""The processes that a machine's own ones see: theirs, and those of other machines with which they share a process namespace.

Containers of one pod can share one (pid_namespaces(7)). Each has a machine of its own; its host says, while it runs, who its
neighbours are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tutor.posix.machine import Machine
    from tutor.posix.namespace import Namespace
    from tutor.posix.process import Process


class Seen(NamedTuple):
    """What can be seen of a process, whoever looks."""

    pid: int
    parent: int
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    started: float
    """Seconds since the epoch."""
    state: str
    """As /proc/PID/status has it."""
    uid: int
    gid: int
    groups: tuple[int, ...]
    capabilities: int
    """What root may do at most there, as a set of bits."""
    files: Namespace | None
    """What it has for a root directory; None where nobody may look."""

    @property
    def name(self) -> str:
        """The name of its program, which some programs follow with a colon and more when they say what they do."""
        return self.argv[0].partition(":")[0].rpartition("/")[2][:15] if self.argv else ""


class Neighbours(Protocol):
    """Other machines of the same process namespace, as seen from one."""

    def processes(self) -> list[Seen]:
        """Their processes."""

    def signal(self, pid: int, name: str) -> bool:
        """Send one of their processes a signal; False when they have no such process."""

    def next_pid(self) -> int:
        """A process id that none of them has used."""


def seen(machine: Machine, process: Process) -> Seen:
    """A machine's own process."""
    state = "T (stopped)" if process.stopped else "S (sleeping)" if process.wait else "R (running)"
    user, bound = machine.files.user, machine.host.capabilities
    return Seen(
        process.pid,
        process.parent,
        tuple(process.argv),
        process.environment,
        process.started,
        state,
        user.uid,
        user.gid,
        tuple(user.groups),
        bound,
        machine.files,
    )


def own_processes(machine: Machine) -> list[Seen]:
    """A machine's own processes."""
    return [seen(machine, process) for process in machine.processes.values()]


def all_processes(machine: Machine) -> list[Seen]:
    """Every process of the namespace, by its id."""
    others = machine.neighbours.processes() if machine.neighbours is not None else []
    return sorted([*own_processes(machine), *others], key=lambda process: process.pid)


def find_process(machine: Machine, pid: int) -> Seen | None:
    """A process of the namespace."""
    own = machine.processes.get(pid)
    if own is not None:
        return seen(machine, own)
    others = machine.neighbours.processes() if machine.neighbours is not None else []
    return next((other for other in others if other.pid == pid), None)


def send_signal(machine: Machine, pid: int, name: str) -> bool:
    """Send a process of the namespace a signal, "0" to see whether it is there; False when there is none."""
    if pid in machine.processes:
        return name == "0" or machine.signal(pid, name)
    if machine.neighbours is None:
        return False
    return find_process(machine, pid) is not None if name == "0" else machine.neighbours.signal(pid, name)
