"""Commands the host carries out: kubectl in the practice shell, network clients and servers in containers.

Such a command is a process like any other. The machine tells the host about it as a `HostCall`; the host sends
output whenever it has some, reads standard input if it wants to, and ends it with an exit status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.posix.process import BaseProgram, Outcome
from tutor.posix.waits import Answer, Exit, Readable

if TYPE_CHECKING:
    from tutor.posix.process import Process


class HostProgram(BaseProgram):
    """The machine's side of a host call."""

    def __init__(self, catches: frozenset[str] = frozenset()) -> None:
        self.caught_signals = catches
        self.signals: list[str] = []
        self.output: list[tuple[int, bytes]] = []
        self.status: int | None = None
        self.wants_input = False

    def step(self, process: Process) -> Outcome:
        for fd, data in self.output:
            if fd in process.streams:
                process.write(fd, data)
        self.output.clear()
        if process.unwritten:
            return None
        if self.status is not None:
            return Exit(self.status)
        if self.wants_input:
            self.wants_input = False
            return Readable(fd=0)
        return Answer()

    def catches(self, signal: str) -> bool:
        if signal in self.caught_signals:
            self.signals.append(signal)
            return True
        return False

    def has_answer(self) -> bool:
        return bool(self.output) or self.status is not None or self.wants_input


@dataclass(frozen=True)
class HostCall:
    """A command that waits for the host. Use it as long as `alive`; a killed command is not."""

    process: Process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def argv(self) -> list[str]:
        return self.process.argv

    @property
    def environment(self) -> dict[str, str]:
        return self.process.environment

    @property
    def cwd(self) -> str:
        return self.process.cwd

    @property
    def session(self) -> int:
        return self.process.session

    @property
    def alive(self) -> bool:
        return self.process.machine.processes.get(self.pid) is self.process

    @property
    def tty(self) -> bool:
        """Whether standard output is a terminal."""
        return 1 in self.process.streams and self.process.streams[1].tty

    def send(self, data: bytes, *, stderr: bool = False) -> None:
        """Write to the command's standard output or standard error, also while it waits for input."""
        self._program.output.append((2 if stderr else 1, data))
        self.process.wait = None

    def read(self, limit: int = 65_536) -> bytes | None:
        """Standard input: b"" at its end, None when there is nothing yet (the machine must run on before trying again)."""
        if 0 not in self.process.streams:
            return b""
        data = self.process.read(0, limit)
        self._program.wants_input = data is None
        return data

    def take_signals(self) -> list[str]:
        """Caught signals that arrived since the last call."""
        signals, self._program.signals = self._program.signals, []
        return signals

    def finish(self, status: int) -> None:
        """End the command once its output has left."""
        self._program.status = status
        self.process.wait = None

    @property
    def finished(self) -> bool:
        """Whether it was ended, though it may still have something to write."""
        return self._program.status is not None

    @property
    def _program(self) -> HostProgram:
        assert isinstance(self.process.program, HostProgram)
        return self.process.program
