"""awk: runs a program over the records of its input."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.posix import escapes, limits
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode, encode
from tutor.posix.tools.awk_machine import AwkMachine, Jump
from tutor.posix.tools.awk_parser import parse
from tutor.posix.tools.awk_values import Input, number, text
from tutor.posix.tools.base import tool_class
from tutor.posix.tools.inputs import InputTool
from tutor.posix.waits import Exit

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


@tool_class("awk")
class Awk(InputTool):
    """awk [-F SEPARATOR] [-v NAME=VALUE]... 'PROGRAM' | -f FILE [NAME=VALUE | FILE]..."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("F:v:f:", mixed=False)
        operands = list(options.operands)
        source = "\n".join(decode(process.files.read(process.path(name))) for name in options.values.get("f", []))
        if not options.values.get("f"):
            if not operands:
                raise ToolError("usage: awk [-F SEPARATOR] [-v NAME=VALUE] PROGRAM [FILE]...", 1)
            source = operands.pop(0)
        self.machine = AwkMachine(parse(source))
        self.machine.now = process.now
        self.text = ""
        self.ended = False
        self.written: set[str] = set()
        self._arguments(process, operands)
        separator = options.value("F")
        if separator is not None:
            self.machine.set("FS", "\t" if separator == "t" else escapes.expand(separator)[0])
        for assignment in options.values.get("v", []):
            if not self._assign(assignment):
                raise ToolError(f"invalid assignment '{assignment}'", 1)
        self._guarded(process, self._begin)
        return None

    def _arguments(self, process: Process, operands: list[str]) -> None:
        self.assignments: dict[int, list[str]] = {}
        for operand in operands:
            if _ASSIGNMENT.fullmatch(operand):
                self.assignments.setdefault(len(self.inputs), []).append(operand)
            else:
                self.inputs.append(operand)
        self.inputs = self.inputs or ["-"]
        given = ["awk", *operands]
        self.machine.set("ARGC", float(len(given)))
        self.machine.arrays["ARGV"] = {str(at): word for at, word in enumerate(given)}
        self.machine.arrays["ENVIRON"] = {name: Input(value) for name, value in process.environment.items()}

    def _assign(self, assignment: str) -> bool:
        match = _ASSIGNMENT.fullmatch(assignment)
        if match:
            self.machine.set(match[1], Input(escapes.expand(match[2])[0]))
        return match is not None

    def _begin(self) -> None:
        for action in self.machine.program.begin:
            self.machine.steps = 0
            self.machine.run(action)
        if not self.machine.program.rules and not self.machine.program.end:
            self.ended = self.done = True

    def _guarded(self, process: Process, work: Callable[..., None], *arguments: str) -> None:
        """Run a part of the program; `exit` in it leads to the END rules."""
        self.machine.write = lambda kind, name, shown: self._write(process, kind, name, shown)
        self.machine.load = lambda name: self._load(process, name)
        try:
            work(*arguments)
        except Jump as jump:
            if jump.kind != "exit":
                raise ToolError(f"{jump.kind} out of place", 2) from None
            if jump.value is not None:
                self.status = int(number(jump.value)) & 255
            self.done = True
        finally:
            del self.machine.write, self.machine.load

    def _load(self, process: Process, name: str) -> str | None:
        try:
            return decode(process.files.read(process.path(name)))
        except FileError:
            return None

    def _write(self, process: Process, kind: str, name: str, shown: str) -> None:
        if kind == "|":
            raise ToolError("printing to commands is not simulated", 2)
        if kind and name not in ("/dev/stdout", "/dev/stderr", "-"):
            append = kind == ">>" or name in self.written
            self.written.add(name)
            process.files.write(process.path(name), encode(shown), append=append)
            return
        process.write(2 if name == "/dev/stderr" else 1, shown)

    # -- input

    def begin_input(self, process: Process) -> None:
        for assignment in self.assignments.pop(self.index, []):
            self._assign(assignment)
        self.machine.set("FNR", 0.0)
        self.machine.set("FILENAME", "" if self.name() == "-" else self.name())

    def feed(self, process: Process, data: bytes) -> None:
        self.text += decode(data)
        if len(self.text) > limits.INPUT_SIZE:
            raise ToolError("out of memory", 2)
        separator = text(self.machine.get("RS"))[:1]
        if not separator:
            return
        *records, self.text = self.text.split(separator)
        for record in records:
            if self.done:
                return
            self._guarded(process, self.machine.take, record)

    def end_of_input(self, process: Process) -> None:
        rest, self.text = self.text, ""
        if text(self.machine.get("RS")) == "":
            for record in re.split(r"\n\n+", rest.strip("\n")) if rest.strip("\n") else ():
                if not self.done:
                    self._guarded(process, self.machine.take, record)
        elif rest and not self.done:
            self._guarded(process, self.machine.take, rest.removesuffix("\n"))

    def finish(self, process: Process) -> Outcome:
        if not self.ended:
            self.ended = True
            self._guarded(process, self._end)
        return Exit(self.status)

    def _end(self) -> None:
        for assignment in [word for words in self.assignments.values() for word in words]:
            self._assign(assignment)
        for action in self.machine.program.end:
            self.machine.steps = 0
            self.machine.run(action)
