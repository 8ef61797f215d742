"""cat, head, tail, wc, tee, tac, rev, nl: tools that pass text on or count it."""

from __future__ import annotations

import re

from tutor.posix import limits
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.streams import Stream
from tutor.posix.text import decode, encode
from tutor.posix.tools.base import Tool, tool_class
from tutor.posix.tools.inputs import GatherTool, InputTool, LineTool
from tutor.posix.tools.options import integer
from tutor.posix.waits import Exit, Readable, Wait

_FOLLOW_EVERY = 1.0
"""Seconds between two looks of `tail -f`."""


@tool_class("cat")
class Cat(InputTool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("nbuevtAET")
        self.numbered, self.nonblank = bool({"n", "b"} & options.flags), "b" in options.flags
        self.ends = bool({"A", "e", "E"} & options.flags)
        self.inputs = options.operands or ["-"]
        self.number, self.at_start = 0, True
        return None

    def feed(self, process: Process, data: bytes) -> None:
        if not (self.numbered or self.ends):
            process.write(1, data)
            return
        for line in data.splitlines(keepends=True):
            if self.at_start and self.numbered and not (self.nonblank and line == b"\n"):
                self.number += 1
                process.write(1, f"{self.number:6}\t")
            self.at_start = line.endswith(b"\n")
            process.write(1, line.replace(b"\n", b"$\n") if self.ends else line)


def _count(text: str) -> tuple[str, int]:
    """A count such as "+5", "-5", "5" or "2k": its sign and its size."""
    match = re.fullmatch(r"([-+]?)(\d{1,12})([kmb]?)", text)
    if not match:
        raise ToolError(f"invalid number '{text}'")
    return match[1], int(match[2]) * {"": 1, "b": 512, "k": 1024, "m": 1 << 20}[match[3]]


def _modern(argv: list[str]) -> list[str]:
    """`head -5` written as `head -n 5`."""
    if len(argv) > 1 and re.fullmatch(r"-\d+", argv[1]):
        return [argv[0], "-n", argv[1][1:], *argv[2:]]
    return argv


@tool_class("head")
class Head(InputTool):
    """head -n N, -n -N (all but the last N), -c N."""

    def begin(self, process: Process) -> Outcome:
        self.argv = _modern(self.argv)
        options = self.options("n:c:qv", {"lines": "n", "bytes": "c"})
        self.inputs = options.operands or ["-"]
        self.bytes = options.value("c") is not None
        sign, self.limit = _count(options.value("c") or options.value("n") or "10")
        self.all_but = sign == "-"
        self.headers = (len(self.inputs) > 1 or "v" in options.flags) and "q" not in options.flags
        self.left, self.kept = self.limit, bytearray()
        return None

    def begin_input(self, process: Process) -> None:
        if self.headers:
            name = "standard input" if self.name() == "-" else self.name()
            process.write(1, ("\n" if self.index else "") + f"==> {name} <==\n")
        self.left, self.kept = self.limit, bytearray()
        self.done = self.left == 0 and not self.all_but and self.index + 1 == len(self.inputs)

    def feed(self, process: Process, data: bytes) -> None:
        if self.all_but:
            self.kept += data
            if len(self.kept) > limits.INPUT_SIZE:
                raise ToolError("out of memory")
            return
        if self.bytes:
            piece = data[: self.left]
            self.left -= len(piece)
        else:
            lines = data.splitlines(keepends=True)[: self.left] if b"\n" in data else [data] if self.left else []
            self.left -= sum(line.endswith(b"\n") for line in lines)
            piece = b"".join(lines)
        process.write(1, piece)
        self.done = self.left == 0 and self.index + 1 == len(self.inputs)

    def end_of_input(self, process: Process) -> None:
        if self.all_but and self.bytes:
            process.write(1, bytes(self.kept[: max(0, len(self.kept) - self.limit)]))
        elif self.all_but:
            lines = bytes(self.kept).splitlines(keepends=True)
            process.write(1, b"".join(lines[: max(0, len(lines) - self.limit)]))


@tool_class("tail")
class Tail(InputTool):
    """tail -n N, -n +N, -c N, and -f, which looks once a second."""

    def begin(self, process: Process) -> Outcome:
        self.argv = _modern(self.argv)
        options = self.options("n:c:fFqvs:", {"lines": "n", "bytes": "c", "follow": "f", "retry": "F"})
        self.inputs = options.operands or ["-"]
        self.follow, self.retry = bool({"f", "F"} & options.flags), "F" in options.flags
        self.bytes = options.value("c") is not None
        sign, self.limit = _count(options.value("c") or options.value("n") or "10")
        self.from_start = sign == "+"
        self.headers = (len(self.inputs) > 1 or "v" in options.flags) and "q" not in options.flags
        self.kept, self.skipped = bytearray(), 0
        self.sizes: dict[str, int] = {}
        self.next_look: float | None = None
        self.shown = ""
        return None

    def cannot_open(self, process: Process, error: FileError) -> None:
        super().cannot_open(process, error)
        self.sizes[self.name()] = 0

    def begin_input(self, process: Process) -> None:
        self.kept, self.skipped = bytearray(), 0
        self._header(process, self.name())

    def _header(self, process: Process, name: str) -> None:
        if self.headers and self.shown != name:
            process.write(1, ("\n" if self.shown else "") + f"==> {'standard input' if name == '-' else name} <==\n")
        self.shown = name

    def feed(self, process: Process, data: bytes) -> None:
        self.sizes[self.name()] = self.sizes.get(self.name(), 0) + len(data)
        if self.from_start:
            process.write(1, self._skip(data))
            return
        self.kept += data
        if self.bytes:
            del self.kept[: -self.limit or None]
        elif len(self.kept) > 2 * limits.READ_SIZE:
            self.kept = bytearray(self._last_lines())
        if len(self.kept) > limits.INPUT_SIZE:
            raise ToolError("out of memory")

    def _skip(self, data: bytes) -> bytes:
        """What is left of the data after the first N-1 lines or bytes."""
        missing = max(0, self.limit - 1 - self.skipped)
        if self.bytes:
            self.skipped += min(missing, len(data))
            return data[missing:]
        lines = data.splitlines(keepends=True)
        self.skipped += sum(line.endswith(b"\n") for line in lines[:missing])
        return b"".join(lines[missing:])

    def _last_lines(self) -> bytes:
        return b"".join(bytes(self.kept).splitlines(keepends=True)[-self.limit or 1 << 40 :])

    def end_of_input(self, process: Process) -> None:
        if not self.from_start:
            process.write(1, bytes(self.kept) if self.bytes else self._last_lines())
        self.sizes.setdefault(self.name(), 0)

    def finish(self, process: Process) -> Outcome:
        if not self.follow or self.inputs == ["-"]:
            return Exit(self.status)
        if self.next_look is not None and process.now >= self.next_look:
            for name in self.inputs:
                self._look(process, name)
        if self.next_look is None or process.now >= self.next_look:
            self.next_look = process.now + _FOLLOW_EVERY
        return Wait(until=self.next_look)

    def _look(self, process: Process, name: str) -> None:
        """Print what a file has gained; start over when it has become shorter."""
        try:
            data = process.files.read(process.path(name))
        except FileError:
            self.sizes[name] = 0
            return
        if len(data) < self.sizes.get(name, 0):
            self.complain(process, f"{name}: file truncated")
            self.sizes[name] = 0
        fresh = data[self.sizes.get(name, 0) :]
        if fresh:
            self._header(process, name)
            process.write(1, fresh)
        self.sizes[name] = len(data)


@tool_class("wc")
class Wc(InputTool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("lwcmL", {"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
        self.inputs = options.operands or ["-"]
        self.named = bool(options.operands)
        self.shown = [letter for letter in "lwmc" if letter in options.flags] or ["l", "w", "c"]
        self.counts, self.totals = dict.fromkeys("lwmc", 0), dict.fromkeys("lwmc", 0)
        self.in_word = False
        return None

    def begin_input(self, process: Process) -> None:
        self.counts, self.in_word = dict.fromkeys("lwmc", 0), False

    def feed(self, process: Process, data: bytes) -> None:
        words = len(data.split())
        if self.in_word and words and not data[:1].isspace():
            words -= 1
        self.in_word = not data[-1:].isspace()
        text = len(decode(data))
        for letter, amount in zip("lwmc", (data.count(b"\n"), words, text, len(data)), strict=True):
            self.counts[letter] += amount
            self.totals[letter] += amount

    def end_of_input(self, process: Process) -> None:
        self._print(process, self.counts, self.name() if self.named else "")

    def _print(self, process: Process, counts: dict[str, int], name: str) -> None:
        if len(self.shown) == 1 and not self.named:
            process.write(1, f"{counts[self.shown[0]]}\n")
            return
        width = 1 if len(self.shown) == 1 else 9
        numbers = " ".join(f"{counts[letter]:{width}}" for letter in self.shown)
        process.write(1, numbers + (f" {name}" if name else "") + "\n")

    def finish(self, process: Process) -> Outcome:
        if len(self.inputs) > 1:
            self._print(process, self.totals, "total")
        return Exit(self.status)


@tool_class("tee")
class Tee(Tool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("ai", {"append": "a"})
        self.targets = list[int]()
        for number, name in enumerate(options.operands, 3):
            try:
                stream: Stream = process.open(name, "a" if "a" in options.flags else "w")
            except FileError as error:
                self.complain(process, f"{name}: {error.reason}")
                self.status = 1
                continue
            process.attach(number, stream)
            self.targets.append(number)
        return None

    def work(self, process: Process) -> Outcome:
        data = process.read(0)
        if data is None:
            return Readable(fd=0)
        if not data:
            return Exit(self.status)
        for fd in (1, *self.targets):
            process.write(fd, data)
        return None


@tool_class("tac")
class Tac(GatherTool):
    def begin(self, process: Process) -> Outcome:
        self.inputs = self.options("").operands or ["-"]
        return None

    def finish(self, process: Process) -> Outcome:
        process.write(1, "".join(line + "\n" for line in reversed(self.lines())))
        return Exit(self.status)


@tool_class("rev")
class Rev(LineTool):
    def begin(self, process: Process) -> Outcome:
        self.inputs = self.options("").operands or ["-"]
        return None

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        process.write(1, encode(line[::-1] + "\n" * ended))


@tool_class("nl")
class Nl(LineTool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("b:w:s:")
        self.inputs = options.operands or ["-"]
        self.every, self.width = options.value("b") == "a", integer(options.value("w") or "6")
        self.separator = "\t" if options.value("s") is None else str(options.value("s"))
        self.number = 0
        return None

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        width = min(self.width, 100)
        if line or self.every:
            self.number += 1
            process.write(1, f"{self.number:{width}}{self.separator}{line}\n")
        else:
            process.write(1, " " * (width + len(self.separator)) + "\n")
