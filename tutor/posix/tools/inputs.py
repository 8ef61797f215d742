"""Tools that read files or standard input bit by bit: as they come, by lines, or all of it first."""

from __future__ import annotations

from tutor.posix import limits
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode
from tutor.posix.tools.base import Tool
from tutor.posix.waits import Exit, Readable


class InputTool(Tool):
    """A tool that reads the files it is given, one after the other, or standard input ("-" or nothing given)."""

    def __init__(self, argv: list[str]) -> None:
        super().__init__(argv)
        self.inputs: list[str] = []
        self.index = 0
        self.open = False
        self.done = False

    def work(self, process: Process) -> Outcome:
        if self.done or self.index == len(self.inputs):
            self._close(process)
            return self.finish(process)
        if not self.open and not self._open(process):
            self.index += 1
            return None
        data = process.read(self._descriptor())
        if data is None:
            return Readable(fd=self._descriptor())
        if data:
            self.feed(process, data)
        else:
            self.end_of_input(process)
            self._close(process)
            self.index += 1
        return None

    def name(self) -> str:
        """The current input as it was given."""
        return self.inputs[self.index]

    def _descriptor(self) -> int:
        return 0 if self.name() == "-" else 3

    def _open(self, process: Process) -> bool:
        try:
            if self.name() != "-":
                if process.files.is_directory(process.path(self.name())):
                    raise FileError("EISDIR", self.name())
                process.attach(3, process.open(self.name(), "r"))
        except FileError as error:
            self.cannot_open(process, error)
            return False
        self.open = True
        self.begin_input(process)
        return True

    def _close(self, process: Process) -> None:
        if self.open and self._descriptor() == 3:
            process.close(3)
        self.open = False

    def cannot_open(self, process: Process, error: FileError) -> None:
        self.complain(process, f"can't open '{self.name()}': {error.reason}")
        self.status = 1

    def begin_input(self, process: Process) -> None:
        """A new input has been opened."""

    def feed(self, process: Process, data: bytes) -> None:
        """Some input has come. Set `done` to want no more."""
        raise NotImplementedError

    def end_of_input(self, process: Process) -> None:
        """The current input is at its end."""

    def finish(self, process: Process) -> Outcome:
        """All input is read."""
        return Exit(self.status)


class LineTool(InputTool):
    """An InputTool that works on lines."""

    def __init__(self, argv: list[str]) -> None:
        super().__init__(argv)
        self.partial = b""

    def feed(self, process: Process, data: bytes) -> None:
        lines = (self.partial + data).split(b"\n")
        self.partial = lines.pop()
        if len(self.partial) > limits.LINE_SIZE:
            raise ToolError("line too long")
        for line in lines:
            if self.done:
                return
            self.line(process, decode(line), ended=True)

    def end_of_input(self, process: Process) -> None:
        if self.partial and not self.done:
            self.line(process, decode(self.partial), ended=False)
        self.partial = b""

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        """One line without its newline; `ended` is False for a last line that has none."""
        raise NotImplementedError


class GatherTool(InputTool):
    """An InputTool that needs all of its input before it can say anything."""

    def __init__(self, argv: list[str]) -> None:
        super().__init__(argv)
        self.data = bytearray()

    def feed(self, process: Process, data: bytes) -> None:
        self.data += data
        if len(self.data) > limits.INPUT_SIZE:
            raise ToolError("out of memory")

    def lines(self) -> list[str]:
        """All lines, without their newlines."""
        text = decode(bytes(self.data))
        lines = text.split("\n")
        return lines[:-1] if text.endswith("\n") or not text else lines
