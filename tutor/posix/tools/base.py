"""What tools are made of: registration, functions that do everything in one step, and programs that take many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tutor.posix.commands import Factory
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import BaseProgram, Outcome, Process
from tutor.posix.text import decode
from tutor.posix.tools.options import Options, parse_options
from tutor.posix.waits import Exit

if TYPE_CHECKING:
    from tutor.posix.namespace import Namespace

TOOLS: dict[str, Factory] = {}
"""Every tool there is, by name."""


class Invocation:
    """One run of a tool: its arguments and the process it runs in.

    With `captured`, output goes there instead. `title` is the name in complaints, when that is not the tool's own.
    """

    def __init__(self, process: Process, argv: list[str], captured: list[str] | None = None, title: str = "") -> None:
        self.process = process
        self.argv = argv
        self.captured = captured
        self.title = title or argv[0].rsplit("/", 1)[-1]

    @property
    def files(self) -> Namespace:
        return self.process.files

    def options(self, letters: str, names: dict[str, str] | None = None, *, mixed: bool = True) -> Options:
        return parse_options(self.argv, letters, names, mixed=mixed)

    def path(self, name: str) -> str:
        return self.process.path(name)

    def out(self, text: str | bytes) -> None:
        """Write to standard output."""
        if self.captured is not None:
            self.captured.append(text if isinstance(text, str) else decode(text))
        else:
            self.process.write(1, text)

    def complain(self, message: str) -> None:
        """Write a problem to standard error, after the tool's name."""
        if 2 in self.process.streams:
            self.process.write(2, f"{self.title}: {message}\n")

    def require(self, operands: list[str], least: int = 1, most: int | None = None) -> None:
        """Raise ToolError unless the number of operands is right."""
        if len(operands) < least:
            raise ToolError("missing operand")
        if most is not None and len(operands) > most:
            raise ToolError(f"extra operand '{operands[most]}'")


Function = Callable[[Invocation], int]


class FunctionProgram(BaseProgram):
    """A tool that does everything in one step."""

    def __init__(self, function: Function, argv: list[str]) -> None:
        self.function = function
        self.argv = argv

    def step(self, process: Process) -> Outcome:
        invocation = Invocation(process, self.argv)
        try:
            return Exit(self.function(invocation))
        except ToolError as error:
            invocation.complain(error.message)
            return Exit(error.status)
        except FileError as error:
            invocation.complain(describe(error))
            return Exit(1)


def describe(error: FileError) -> str:
    return f"{error.path}: {error.reason}" if error.path else f"write error: {error.reason}"


def tool(*names: str) -> Callable[[Function], Function]:
    """Decorator: register a function that does everything in one step under these names."""

    def register(function: Function) -> Function:
        for name in names:
            TOOLS[name] = partial(FunctionProgram, function)
        return function

    return register


T = TypeVar("T", bound="type[Tool]")


def tool_class(*names: str) -> Callable[[T], T]:
    """Decorator: register a Tool class under these names."""

    def register(program: T) -> T:
        for name in names:
            TOOLS[name] = program
        return program

    return register


class Tool(BaseProgram):
    """A tool that runs over many steps: `begin` once, then `work` until it says how to go on or `Exit`."""

    def __init__(self, argv: list[str]) -> None:
        self.argv = argv
        self.begun = False
        self.status = 0

    def step(self, process: Process) -> Outcome:
        try:
            if self.begun:
                return self.work(process)
            self.begun = True
            return self.begin(process)
        except ToolError as error:
            self.complain(process, error.message)
            return Exit(error.status)
        except FileError as error:
            self.complain(process, describe(error))
            return Exit(1)

    def begin(self, process: Process) -> Outcome:
        """Read the arguments."""
        return None

    def work(self, process: Process) -> Outcome:
        """Do the next piece."""
        raise NotImplementedError

    def complain(self, process: Process, message: str) -> None:
        Invocation(process, self.argv).complain(message)

    def options(self, letters: str, names: dict[str, str] | None = None, *, mixed: bool = True) -> Options:
        return parse_options(self.argv, letters, names, mixed=mixed)
