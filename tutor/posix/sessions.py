"""The host's end of a command: its standard input, what it has written, and how it ended."""

from __future__ import annotations

from tutor.posix import limits
from tutor.posix.streams import Output, OutputWriter, Pipe, PipeReader


class Session:
    """Standard streams of one command and of all it starts. `status` is None while the command runs."""

    def __init__(self, pid: int, *, tty: bool = False, capacity: int = limits.PIPE_CAPACITY) -> None:
        self.pid = pid
        self.tty = tty
        self.status: int | None = None
        self.input = Pipe()
        self.reader = PipeReader(self.input, tty=tty)
        self.output = Output(capacity)
        self.stdout = OutputWriter(self.output, "stdout", tty=tty)
        self.stderr = self.stdout if tty else OutputWriter(self.output, "stderr")

    def feed(self, data: bytes) -> int:
        """Give input; says how many bytes were taken (the rest has to wait until some were read)."""
        if not self.input.has_reader:
            return len(data)
        taken = data[: max(0, self.input.capacity - len(self.input.buffer))]
        self.input.buffer += taken
        return len(taken)

    def close_input(self) -> None:
        """No more input will come."""
        self.input.has_writer = False

    def end_of_file(self) -> None:
        """Ctrl-D at a terminal: whoever reads now sees the end, and later reads go on."""
        self.input.ends += 1

    def take_output(self) -> list[tuple[str, bytes]]:
        """What was written since the last call, in order: ("stdout" or "stderr", bytes). A terminal has stdout only."""
        return self.output.take()
