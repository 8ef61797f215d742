"""What tools are made of: registration, options, one-shot functions, and programs that read their input bit by bit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tutor.posix import limits
from tutor.posix.commands import Factory
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import BaseProgram, Outcome, Process
from tutor.posix.text import decode
from tutor.posix.waits import Exit, Readable

if TYPE_CHECKING:
    from tutor.posix.namespace import Namespace

TOOLS: dict[str, Factory] = {}
"""Every tool there is, by name."""

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Options:
    """Parsed options: letters given without a value, values by letter (all of them, in order), and operands."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def value(self, letter: str) -> str | None:
        """The last value given for a letter."""
        return self.values[letter][-1] if letter in self.values else None


def parse_options(argv: list[str], letters: str, names: dict[str, str] | None = None, *, mixed: bool = True) -> Options:
    """getopt: `letters` as in getopt(3) ("nk:" is -n and -k VALUE); `names` gives long options their letters.

    `mixed` lets options stand after operands, as GNU tools do. Raises ToolError for an option there is none of.
    """
    options, words, index = Options(), argv[1:], 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            options.operands += words[index:]
            break
        if word.startswith("--"):
            index = _long_option(options, word, words, index, letters, names or {})
        elif word.startswith("-") and len(word) > 1:
            index = _short_options(options, word, words, index, letters)
        else:
            options.operands.append(word)
            if not mixed:
                options.operands += words[index:]
                break
    return options


def _takes_value(letters: str, letter: str) -> bool:
    at = letters.find(letter)
    return letters[at + 1 : at + 2] == ":"


def _short_options(options: Options, word: str, words: list[str], index: int, letters: str) -> int:
    for position, letter in enumerate(word[1:], 1):
        if letter == ":" or letter not in letters:
            raise ToolError(f"unrecognized option: {letter}")
        if not _takes_value(letters, letter):
            options.flags.add(letter)
            continue
        value = word[position + 1 :]
        if not value:
            if index == len(words):
                raise ToolError(f"option requires an argument: {letter}")
            value, index = words[index], index + 1
        options.values.setdefault(letter, []).append(value)
        break
    return index


def _long_option(options: Options, word: str, words: list[str], index: int, letters: str, names: dict[str, str]) -> int:
    name, equals, value = word[2:].partition("=")
    letter = names.get(name)
    if letter is None:
        raise ToolError(f"unrecognized option: {name}")
    if not _takes_value(letters, letter):
        options.flags.add(letter)
        return index
    if not equals:
        if index == len(words):
            raise ToolError(f"option requires an argument: {name}")
        value, index = words[index], index + 1
    options.values.setdefault(letter, []).append(value)
    return index


class Invocation:
    """One run of a tool: its arguments and the process it runs in. With `captured`, output goes there instead."""

    def __init__(self, process: Process, argv: list[str], captured: list[str] | None = None) -> None:
        self.process = process
        self.argv = argv
        self.captured = captured

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
            self.process.write(2, f"{self.argv[0].rsplit('/', 1)[-1]}: {message}\n")

    def require(self, operands: list[str], least: int = 1, most: int | None = None) -> None:
        """Raise ToolError unless the number of operands is right."""
        if len(operands) < least:
            raise ToolError("missing operand")
        if most is not None and len(operands) > most:
            raise ToolError(f"extra operand '{operands[most]}'")

    @staticmethod
    def integer(text: str) -> int:
        """A whole number an option asks for; raises ToolError for anything else."""
        return integer(text)

    @staticmethod
    def seconds(text: str) -> float:
        return seconds(text)


def integer(text: str) -> int:
    """A whole number, or ToolError in the words tools use."""
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        raise ToolError(f"invalid number '{text}'")
    return int(text)


def seconds(text: str) -> float:
    """A duration such as "5", "0.5" or "2m", in seconds; "inf" is allowed, as in coreutils."""
    if text in ("inf", "infinity"):
        return 1e12
    match = _DURATION.fullmatch(text[:32])
    if not match:
        raise ToolError(f"invalid number '{text}'")
    return float(match[1]) * _UNITS[match[2]]


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
