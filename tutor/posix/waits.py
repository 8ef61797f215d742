"""What a process can wait for. A wait is a small value; the machine asks it, before every turn, whether it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.posix.process import Process


@dataclass(frozen=True)
class Wait:
    """Base: `until` is a time on the host's clock (seconds) at which the wait is over in any case."""

    until: float | None = None

    def over(self, process: Process) -> bool:
        """Whether the process can go on."""
        return self.timed_out(process)

    def timed_out(self, process: Process) -> bool:
        return self.until is not None and process.machine.now >= self.until


@dataclass(frozen=True)
class Readable(Wait):
    """Until a descriptor has something to read; `line` asks for a whole line. `prompt` marks a shell's own prompt."""

    fd: int = 0
    line: bool = False
    prompt: bool = False

    def over(self, process: Process) -> bool:
        stream = process.streams.get(self.fd)
        if stream is None or self.timed_out(process):
            return True
        return stream.line_readable() if self.line else stream.readable()


@dataclass(frozen=True)
class Flushed(Wait):
    """Until something of what the process has written can leave it."""

    def over(self, process: Process) -> bool:
        return not process.unwritten or process.unwritten[0][0].writable()


@dataclass(frozen=True)
class Child(Wait):
    """Until one of these child processes, all running now, has ended."""

    pids: tuple[int, ...] = ()

    def over(self, process: Process) -> bool:
        running = (pid in process.children and process.children[pid] is None for pid in self.pids)
        return self.timed_out(process) or not all(running)


@dataclass(frozen=True)
class Answer(Wait):
    """Until the host has done something about a host call."""

    def over(self, process: Process) -> bool:
        return process.program.has_answer()


@dataclass(frozen=True)
class Exit:
    """Not a wait: the process ends with this status."""

    status: int
