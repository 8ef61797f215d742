"""What file descriptors point to: pipes, files, devices. Streams never block; a caller that gets None waits.

A stream counts the descriptors that hold it (`refs`), in all processes; a pipe learns from that when its last
writer or reader is gone.
"""

from __future__ import annotations

from collections import deque

from tutor.posix import limits
from tutor.posix.errors import BrokenPipe, FileError
from tutor.posix.namespace import Namespace
from tutor.posix.seeded import Generator


class Stream:
    """Base of all streams: can be neither read nor written."""

    tty = False

    def __init__(self) -> None:
        self.refs = 0

    def read(self, limit: int) -> bytes | None:
        """Up to `limit` bytes; b"" at the end, None when there is nothing yet."""
        raise FileError("EBADF")

    def read_line(self, limit: int) -> bytes | None:
        """Up to and including the next newline, leaving the rest for other readers; otherwise like `read`."""
        raise FileError("EBADF")

    def write(self, data: bytes) -> int:
        """Take as much as fits and say how much that was. Raises BrokenPipe when nobody will ever read it."""
        raise FileError("EBADF")

    def readable(self) -> bool:
        """Whether a read would give something (or the end) now."""
        return True

    def line_readable(self) -> bool:
        """Whether `read_line` would give something now."""
        return self.readable()

    def writable(self) -> bool:
        """Whether a write would take something (or fail) now."""
        return True

    def retain(self) -> Stream:
        self.refs += 1
        return self

    def release(self) -> None:
        self.refs -= 1
        if self.refs == 0:
            self.closed()

    def closed(self) -> None:
        """The last descriptor is gone."""


class Pipe:
    """Bytes between a `PipeWriter` and a `PipeReader`. `ends` counts end-of-file marks typed at a terminal."""

    def __init__(self, capacity: int = limits.PIPE_CAPACITY) -> None:
        self.capacity = capacity
        self.buffer = bytearray()
        self.has_writer = True
        self.has_reader = True
        self.ends = 0

    def take(self, size: int) -> bytes:
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data


class PipeReader(Stream):
    def __init__(self, pipe: Pipe, *, tty: bool = False) -> None:
        super().__init__()
        self.pipe = pipe
        self.tty = tty

    def read(self, limit: int) -> bytes | None:
        return self._take(min(limit, len(self.pipe.buffer)))

    def read_line(self, limit: int) -> bytes | None:
        newline = self.pipe.buffer.find(b"\n", 0, limit)
        if newline >= 0:
            return self._take(newline + 1)
        partial = self.pipe.has_writer and not self.pipe.ends and len(self.pipe.buffer) < min(limit, self.pipe.capacity)
        return None if partial else self._take(min(limit, len(self.pipe.buffer)))

    def _take(self, size: int) -> bytes | None:
        if size:
            return self.pipe.take(size)
        if self.pipe.ends:
            self.pipe.ends -= 1
            return b""
        return None if self.pipe.has_writer else b""

    def readable(self) -> bool:
        return bool(self.pipe.buffer) or bool(self.pipe.ends) or not self.pipe.has_writer

    def line_readable(self) -> bool:
        pipe = self.pipe
        return not pipe.has_writer or bool(pipe.ends) or len(pipe.buffer) >= pipe.capacity or b"\n" in pipe.buffer

    def closed(self) -> None:
        self.pipe.has_reader = False
        self.pipe.buffer.clear()


class PipeWriter(Stream):
    def __init__(self, pipe: Pipe, *, tty: bool = False) -> None:
        super().__init__()
        self.pipe = pipe
        self.tty = tty

    def write(self, data: bytes) -> int:
        if not self.pipe.has_reader:
            raise BrokenPipe
        taken = data[: max(0, self.pipe.capacity - len(self.pipe.buffer))]
        self.pipe.buffer += taken
        return len(taken)

    def writable(self) -> bool:
        return len(self.pipe.buffer) < self.pipe.capacity or not self.pipe.has_reader

    def closed(self) -> None:
        self.pipe.has_writer = False


class Output:
    """What a session has written and its host not yet taken: pieces of ("stdout" or "stderr", bytes), in order."""

    def __init__(self, capacity: int = limits.PIPE_CAPACITY) -> None:
        self.capacity = capacity
        self.size = 0
        self.discards = False
        self.pieces: deque[tuple[str, bytes]] = deque()

    def take(self) -> list[tuple[str, bytes]]:
        """All of it, neighbours of the same stream joined."""
        joined = list[tuple[str, list[bytes]]]()
        for name, data in self.pieces:
            if not joined or joined[-1][0] != name:
                joined.append((name, []))
            joined[-1][1].append(data)
        self.pieces.clear()
        self.size = 0
        return [(name, b"".join(datas)) for name, datas in joined]


class OutputWriter(Stream):
    """Standard output or standard error of a session."""

    def __init__(self, output: Output, name: str, *, tty: bool = False) -> None:
        super().__init__()
        self.output = output
        self.name = name
        self.tty = tty

    def write(self, data: bytes) -> int:
        if self.output.discards:
            return len(data)
        taken = data[: max(0, self.output.capacity - self.output.size)]
        if taken:
            self.output.pieces.append((self.name, taken))
            self.output.size += len(taken)
        return len(taken)

    def writable(self) -> bool:
        return self.output.size < self.output.capacity


class Terminal(Stream):
    """`/dev/tty`: reads the session's input and writes its output."""

    tty = True

    def __init__(self, reader: Stream, writer: Stream) -> None:
        super().__init__()
        self.reader, self.writer = reader, writer

    def read(self, limit: int) -> bytes | None:
        return self.reader.read(limit)

    def read_line(self, limit: int) -> bytes | None:
        return self.reader.read_line(limit)

    def readable(self) -> bool:
        return self.reader.readable()

    def line_readable(self) -> bool:
        return self.reader.line_readable()

    def write(self, data: bytes) -> int:
        return self.writer.write(data)

    def writable(self) -> bool:
        return self.writer.writable()


class Data(Stream):
    """Bytes that are all there from the start: a here-document."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data
        self.offset = 0

    def read(self, limit: int) -> bytes | None:
        piece = self.data[self.offset : self.offset + limit]
        self.offset += len(piece)
        return piece

    def read_line(self, limit: int) -> bytes | None:
        newline = self.data.find(b"\n", self.offset, self.offset + limit)
        return self.read(newline + 1 - self.offset if newline >= 0 else limit)


class File(Stream):
    """An open file with its offset."""

    def __init__(self, files: Namespace, path: str, *, reads: bool, writes: bool, append: bool = False) -> None:
        super().__init__()
        self.files, self.path = files, path
        self.reads, self.writes, self.append = reads, writes, append
        self.offset = 0

    def read(self, limit: int) -> bytes | None:
        if not self.reads:
            raise FileError("EBADF")
        piece = self._content()[self.offset : self.offset + limit]
        self.offset += len(piece)
        return piece

    def read_line(self, limit: int) -> bytes | None:
        newline = self._content().find(b"\n", self.offset, self.offset + limit)
        return self.read(newline + 1 - self.offset if newline >= 0 else limit)

    def write(self, data: bytes) -> int:
        if not self.writes:
            raise FileError("EBADF")
        if self.files.lookup(self.path) is None:
            return len(data)  # removed while open: what is written is lost with the file
        size = self.files.info(self.path).size
        if self.append or self.offset == size:
            self.files.write(self.path, data, append=True)
            self.offset = size + len(data)
            return len(data)
        content = self.files.read(self.path).ljust(self.offset, b"\0")
        self.files.write(self.path, content[: self.offset] + data + content[self.offset + len(data) :])
        self.offset += len(data)
        return len(data)

    def _content(self) -> bytes:
        return self.files.read(self.path) if self.files.lookup(self.path) else b""


class Null(Stream):
    """`/dev/null`."""

    def read(self, limit: int) -> bytes | None:
        return b""

    def read_line(self, limit: int) -> bytes | None:
        return b""

    def write(self, data: bytes) -> int:
        return len(data)


class Zero(Null):
    """`/dev/zero`."""

    def read(self, limit: int) -> bytes | None:
        return bytes(min(limit, limits.READ_SIZE))

    def read_line(self, limit: int) -> bytes | None:
        return self.read(limit)


class Noise(Null):
    """`/dev/urandom`, from the machine's seeded generator so that runs repeat."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def read(self, limit: int) -> bytes | None:
        return self.generator.take(min(limit, limits.READ_SIZE))

    def read_line(self, limit: int) -> bytes | None:
        return self.read(limit)
