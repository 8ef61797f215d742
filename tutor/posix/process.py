"""One process: its descriptors, environment and program. What tools and the shell call to read, write and open."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tutor.posix import limits
from tutor.posix.devices import open_device
from tutor.posix.errors import BrokenPipe, FileError
from tutor.posix.streams import File, Stream
from tutor.posix.text import encode
from tutor.posix.tree import join
from tutor.posix.waits import Exit, Wait

if TYPE_CHECKING:
    from tutor.posix.machine import Machine
    from tutor.posix.namespace import Namespace

Outcome = Wait | Exit | None
"""What a program says after a step: wait for something, end, or (None) give me another turn."""


class Program(Protocol):
    """What a process runs. All state between two steps lives in its attributes.

    A wait is a hint: a step may come before it is over (after a signal, or when output had to leave first), so a
    program always looks again.
    """

    def step(self, process: Process) -> Outcome:
        """Do a small piece of work. Not called while anything written is still on its way out."""

    def catches(self, signal: str) -> bool:
        """Take note of a signal; False leaves it to the signal's default action."""

    def has_answer(self) -> bool:
        """For programs that wait with `Answer`: whether there is one."""

    def write_failed(self, process: Process, reason: str) -> Exit | None:
        """What was written is lost; complain and end (or None: go on)."""


class BaseProgram:
    """A program that catches no signals, calls no host, and ends when it cannot write."""

    def write_failed(self, process: Process, reason: str) -> Exit | None:
        process.complain(f"write error: {reason}")
        return Exit(1)

    def catches(self, signal: str) -> bool:
        return False

    def has_answer(self) -> bool:
        return True


class Process:
    """A process of a machine. Numbers: `started` is seconds on the host's clock, statuses are exit statuses."""

    def __init__(
        self, machine: Machine, pid: int, parent: int, session: int, argv: list[str], program: Program
    ) -> None:
        self.machine = machine
        self.pid, self.parent, self.session = pid, parent, session
        self.argv = argv
        self.program = program
        self.environment: dict[str, str] = {}
        self.cwd = "/"
        self.streams: dict[int, Stream] = {}
        self.children: dict[int, int | None] = {}
        self.killed: dict[int, str] = {}
        """The signals that ended children ended in such a way."""
        self.ignored: set[str] = set()
        self.background = False
        self.stopped = False
        self.wait: Wait | None = None
        self.leaving: int | None = None
        """The status it ends with as soon as its output has left."""
        self.unwritten: list[tuple[Stream, bytes]] = []
        self.started = machine.now

    @property
    def files(self) -> Namespace:
        return self.machine.files

    @property
    def now(self) -> float:
        return self.machine.now

    def path(self, name: str) -> str:
        """An absolute path for a name the user gave. An empty name is not a file."""
        if not name:
            raise FileError("ENOENT", name)
        if "\0" in name:
            raise FileError("EINVAL", name)
        path = join(self.cwd, name)
        if len(path) > limits.PATH_SIZE:
            raise FileError("ENAMETOOLONG", name)
        return path

    def stream(self, fd: int) -> Stream:
        if fd not in self.streams:
            raise FileError("EBADF")
        return self.streams[fd]

    def read(self, fd: int = 0, limit: int = limits.READ_SIZE) -> bytes | None:
        """Up to `limit` bytes; b"" at the end, None when the caller has to wait (`Readable`)."""
        return self.stream(fd).read(limit)

    def read_line(self, fd: int = 0) -> bytes | None:
        return self.stream(fd).read_line(limits.LINE_SIZE)

    def write(self, fd: int, data: str | bytes) -> None:
        """Write; what does not fit now leaves before the program's next step. Raises FileError for a bad descriptor."""
        data = encode(data) if isinstance(data, str) else data
        if data:
            self.unwritten.append((self.stream(fd).retain(), data))

    def complain(self, message: str) -> None:
        """Write a line about a problem to standard error, after the program's name."""
        with contextlib.suppress(FileError):
            self.write(2, f"{self.argv[0].rsplit('/', 1)[-1]}: {message}\n")

    def leave_or_step(self) -> Wait | None:
        """Step the program, unless it has ended and only its output was left."""
        outcome = self.program.step(self) if self.leaving is None else None
        if isinstance(outcome, Exit):
            self.leaving = outcome.status
            return None
        return outcome

    def write_failed(self, reason: str) -> None:
        """Let the program say that its output is lost."""
        end = self.program.write_failed(self, reason)
        if end is not None:
            self.leaving = end.status

    def flush(self) -> bool:
        """Move out what was written; True when all of it is gone. Raises BrokenPipe and FileError."""
        while self.unwritten:
            stream, data = self.unwritten[0]
            try:
                taken = stream.write(data)
            except (BrokenPipe, FileError):
                self.discard()
                raise
            if taken < len(data):
                self.unwritten[0] = (stream, data[taken:])
                return False
            self.unwritten.pop(0)
            stream.release()
        return True

    def discard(self) -> None:
        """Forget what has not been written yet."""
        for stream, _ in self.unwritten:
            stream.release()
        self.unwritten.clear()

    def open(self, name: str, mode: str) -> Stream:
        """Open a file: mode "r", "w" (made empty), "a" (append) or "+" (read and write)."""
        path = self.path(name)
        device = open_device(self, path)
        if device is not None:
            return device
        info = self.files.lookup(path)
        if mode == "r":
            if info is None or not info.is_directory:
                self.files.read(path)  # raises what opening would
        elif mode == "w" or info is None:
            self.files.write(path, b"")
        else:
            self.files.write(path, b"", append=True)
        return File(self.files, path, reads=mode in "r+", writes=mode != "r", append=mode == "a")

    def attach(self, fd: int, stream: Stream) -> None:
        """Make a descriptor point to a stream, closing what it pointed to."""
        if len(self.streams) >= limits.OPEN_FILES and fd not in self.streams:
            raise FileError("EMFILE")
        stream.retain()
        self.close(fd)
        self.streams[fd] = stream

    def close(self, fd: int) -> None:
        stream = self.streams.pop(fd, None)
        if stream is not None:
            stream.release()

    def close_all(self) -> None:
        self.discard()
        for fd in list(self.streams):
            self.close(fd)

    def spawn(
        self,
        argv: list[str],
        *,
        program: Program | None = None,
        environment: Mapping[str, str] | None = None,
        streams: Mapping[int, Stream] | None = None,
        background: bool = False,
    ) -> int:
        """Start a child and return its pid. It inherits what is not given.

        Raises CommandNotFound or NotExecutable when no program is given and `argv` names none, and
        FileError("EAGAIN") when there are too many processes.
        """
        return self.machine.spawn(self, argv, program, environment, streams, background)

    def add_child(self, pid: int) -> None:
        """Note a new child, forgetting the oldest ended ones nobody has asked about."""
        self.children[pid] = None
        ended = [old for old, status in self.children.items() if status is not None]
        for old in ended[: max(0, len(ended) - limits.REMEMBERED_CHILDREN)]:
            del self.children[old]
            self.killed.pop(old, None)

    def become(self, argv: list[str]) -> None:
        """Run another program from here on (exec). Raises CommandNotFound and NotExecutable."""
        self.argv, self.program = self.machine.load(self, argv)

    def reap(self, pid: int) -> int:
        """The status of an ended child, which is forgotten with this call."""
        self.killed.pop(pid, None)
        return self.children.pop(pid) or 0


def spare_descriptor(process: Process) -> int:
    """A free descriptor number that commands started by a shell do not inherit (10 and up)."""
    for fd in range(10, limits.OPEN_FILES):
        if fd not in process.streams:
            return fd
    raise FileError("EMFILE")
