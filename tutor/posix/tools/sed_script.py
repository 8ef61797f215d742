"""The language of sed: reading a script into commands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.posix import regex
from tutor.posix.errors import ToolError

_ADDRESS_NUMBER = re.compile(r"(\d{1,9})(?:~(\d{1,9}))?")
_LABEL_COMMANDS = frozenset("btT:")
_SIMPLE = frozenset("pPdDnNhHgGxq=l")


@dataclass(frozen=True)
class Address:
    """A line number (`step` for first~step), the last line (`number` -1), or a pattern."""

    number: int = 0
    step: int = 0
    pattern: str | None = None
    ignore_case: bool = False


@dataclass(frozen=True)
class SedCommand:
    """`first` and `last` are its addresses; `jump` is where `{` and branches go (an index)."""

    name: str
    first: Address | None = None
    last: Address | None = None
    negated: bool = False
    text: str = ""
    pattern: str = ""
    replacement: str = ""
    flags: str = ""
    occurrence: int = 1
    jump: int = 0


def parse_script(text: str) -> list[SedCommand]:
    """Commands in order; blocks and labels are resolved to indexes. Raises ToolError for a bad script."""
    return _Reader(text).run()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0
        self.commands: list[SedCommand] = []
        self.labels: dict[str, int] = {}

    def run(self) -> list[SedCommand]:
        blocks = list[int]()
        while True:
            self._skip(" \t\n;")
            if self.index >= len(self.text):
                break
            if self.text[self.index] == "#":
                self.index = self._end_of_line()
                continue
            if self.text[self.index] == "}":
                self._close(blocks)
                continue
            command = self._command()
            if command.name == "{":
                blocks.append(len(self.commands))
            if command.name == ":":
                self.labels[command.text] = len(self.commands)
                continue
            self.commands.append(command)
        if blocks:
            raise ToolError("unterminated {")
        return [self._resolve(command) for command in self.commands]

    def _close(self, blocks: list[int]) -> None:
        self.index += 1
        if not blocks:
            raise ToolError("unexpected }")
        start = blocks.pop()
        self.commands[start] = _with_jump(self.commands[start], len(self.commands))

    def _resolve(self, command: SedCommand) -> SedCommand:
        if command.name not in ("b", "t", "T"):
            return command
        if command.text and command.text not in self.labels:
            raise ToolError(f"can't find label for jump to '{command.text}'")
        return _with_jump(command, self.labels[command.text] if command.text else len(self.commands))

    def _skip(self, chars: str) -> None:
        while self.index < len(self.text) and self.text[self.index] in chars:
            self.index += 1

    def _end_of_line(self) -> int:
        end = self.text.find("\n", self.index)
        return len(self.text) if end < 0 else end

    def _command(self) -> SedCommand:
        first = self._address()
        last = None
        if first is not None and self.text.startswith(",", self.index):
            self.index += 1
            self._skip(" ")
            last = self._address()
            if last is None:
                raise ToolError("unexpected ','")
        self._skip(" \t")
        negated = self.text.startswith("!", self.index)
        if negated:
            self.index += 1
            self._skip(" \t!")
        name = self.text[self.index : self.index + 1]
        self.index += 1
        command = SedCommand(name, first, last, negated)
        return self._arguments(command)

    def _address(self) -> Address | None:
        if match := _ADDRESS_NUMBER.match(self.text, self.index):
            self.index = match.end()
            return Address(int(match[1]), int(match[2] or 0))
        if self.text.startswith("$", self.index):
            self.index += 1
            return Address(-1)
        if not self.text.startswith(("/", "\\"), self.index):
            return None
        self.index += self.text[self.index] == "\\"
        if self.index >= len(self.text):
            raise ToolError("unterminated address regex")
        pattern = self._delimited(self.text[self.index], "address regex")
        ignore_case = self.text.startswith("I", self.index)
        self.index += ignore_case
        return Address(pattern=pattern, ignore_case=ignore_case)

    def _delimited(self, delimiter: str, what: str) -> str:
        """Text from a delimiter at the position to its next occurrence that is not escaped or in brackets."""
        out, self.index, bracket = list[str](), self.index + 1, False
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == "\\" and self.index + 1 < len(self.text):
                following = self.text[self.index + 1]
                out.append(following if following == delimiter and delimiter not in "()|{}+?" else char + following)
                self.index += 2
                continue
            bracket = (bracket or char == "[") and not (bracket and char == "]" and out[-1:] not in (["["], ["^"]))
            self.index += 1
            closes = not bracket or what != "address regex" or "]" not in self.text[self.index : self._end_of_line()]
            if char == delimiter and closes:
                return "".join(out)
            out.append(char)
        raise ToolError(f"unterminated {what}")

    def _arguments(self, command: SedCommand) -> SedCommand:
        name = command.name
        if name == "s":
            return self._substitute(command)
        if name == "y":
            return self._transliterate(command)
        if name in ("a", "i", "c"):
            return _replace(command, text=self._text())
        if name in _LABEL_COMMANDS and name:
            end = self._end_of_line()
            label, _, _ = self.text[self.index : end].partition(";")
            self.index += len(label)
            return _replace(command, text=label.strip().rstrip("}").strip() if name != ":" else label.strip())
        if name in ("r", "w"):
            end = self._end_of_line()
            text, self.index = self.text[self.index : end].strip(), end
            return _replace(command, text=text)
        if name == "{":
            return command
        if name == "q" and (match := _ADDRESS_NUMBER.match(self.text, self.index)):
            self.index = match.end()
            command = _replace(command, occurrence=int(match[1]))
        elif name == "q":
            command = _replace(command, occurrence=0)
        if name not in _SIMPLE or not name:
            raise ToolError(f"unsupported command {name}" if name else "missing command")
        self._end_of_command()
        return command

    def _end_of_command(self) -> None:
        self._skip(" \t")
        if self.index < len(self.text) and self.text[self.index] not in ";\n}#":
            raise ToolError(f"extra characters after command: {self.text[self.index :]}")

    def _text(self) -> str:
        """The text of a, i, c: on the same line (as GNU allows) or after a backslash and a newline."""
        self._skip(" \t")
        if self.text.startswith("\\", self.index):
            self.index += 1
            self._skip(" \t")
            self.index += self.text.startswith("\n", self.index)
        out = list[str]()
        while self.index < len(self.text) and self.text[self.index] != "\n":
            if self.text[self.index] == "\\" and self.index + 1 < len(self.text):
                self.index += 1
            out.append(self.text[self.index])
            self.index += 1
        return "".join(out)

    def _substitute(self, command: SedCommand) -> SedCommand:
        delimiter = self.text[self.index : self.index + 1]
        if not delimiter or delimiter in "\\\n":
            raise ToolError("unterminated `s' command")
        pattern = self._delimited(delimiter, "`s' command")
        self.index -= 1
        replacement = self._delimited(delimiter, "`s' command")
        flags, occurrence = "", 1
        while self.index < len(self.text) and (self.text[self.index] in "gpiIe" or self.text[self.index].isdigit()):
            if match := _ADDRESS_NUMBER.match(self.text, self.index):
                occurrence, self.index = int(match[1]), match.end()
                continue
            flags += self.text[self.index]
            self.index += 1
        if "e" in flags:
            raise ToolError("the e flag of s is not simulated")
        self._end_of_command()
        return _replace(
            command, pattern=pattern, replacement=replacement, flags=flags.lower(), occurrence=max(occurrence, 1)
        )

    def _transliterate(self, command: SedCommand) -> SedCommand:
        delimiter = self.text[self.index : self.index + 1] or "/"
        source = self._delimited(delimiter, "`y' command")
        self.index -= 1
        target = self._delimited(delimiter, "`y' command")
        source, target = (text.replace("\\n", "\n").replace("\\\\", "\\") for text in (source, target))
        if len(source) != len(target):
            raise ToolError("y command strings have different lengths")
        return _replace(command, pattern=source, replacement=target)


def _replace(command: SedCommand, **changes: object) -> SedCommand:
    return SedCommand(**{**command.__dict__, **changes})


def _with_jump(command: SedCommand, jump: int) -> SedCommand:
    return _replace(command, jump=jump)


def expand_replacement(text: str, match: regex.Match) -> str:
    """The replacement of `s`: `&`, `\\1` to `\\9`, `\\n`, `\\t`, and other characters escaped."""
    out, index = list[str](), 0
    while index < len(text):
        char = text[index]
        if char == "&":
            out.append(match.group(0) or "")
        elif char == "\\" and index + 1 < len(text):
            index += 1
            following = text[index]
            out.append(
                (match.group(int(following)) or "")
                if following.isdecimal()
                else {"n": "\n", "t": "\t"}.get(following, following)
            )
        else:
            out.append(char)
        index += 1
    return "".join(out)
