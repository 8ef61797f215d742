"""Reading an unfinished command line: which command is being typed, and where the word at the cursor starts."""

from __future__ import annotations

from dataclasses import dataclass, field

_BREAKS = "|;&()\n`"
_OPENERS = frozenset({"!", "{", "if", "then", "elif", "else", "while", "until", "do", "time"})
"""Words after which a command may start."""


@dataclass
class TypedCommand:
    """The command at the end of a line.

    `words` are its words so far, the last being the one typed (maybe empty), without their quotes; `start` is where that
    word starts in the line; `quote` is the quotation mark it is inside of; `after` is a redirection it is the target of.
    """

    words: list[str] = field(default_factory=lambda: [""])
    start: int = 0
    quote: str = ""
    after: str = ""
    mixed: bool = False
    """Whether quotes or backslashes stand within the word, so that it cannot simply be replaced."""

    @property
    def current(self) -> str:
        return self.words[-1]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.command = TypedCommand()
        self.in_word = False

    def read(self) -> TypedCommand:
        while self.place < len(self.text):
            char = self.text[self.place]
            self.place += 1
            self._take(char)
        self.command.words = _from_command(self.command.words)
        return self.command

    def _take(self, char: str) -> None:
        command = self.command
        if command.quote:
            self._quoted(char)
        elif char in "'\"":
            command.mixed = self.in_word
            command.quote = char
            self._begin(self.place)
        elif char == "\\":
            command.mixed = True
            self._begin(self.place - 1)
            self._add(self.text[self.place : self.place + 1])
            self.place += 1
        elif char in " \t":
            self._end_word()
        elif char in _BREAKS:
            self.command = TypedCommand(start=self.place)
            self.in_word = False
        elif char in "<>":
            self._redirect(char)
        else:
            self._begin(self.place - 1)
            self._add(char)

    def _quoted(self, char: str) -> None:
        command = self.command
        if char == command.quote:
            command.quote, command.mixed = "", True
        elif char == "(" and command.quote == '"' and command.current.endswith("$"):
            self.command = TypedCommand(start=self.place)
            self.in_word = False
        else:
            self._add(char)

    def _begin(self, start: int) -> None:
        if not self.in_word:
            self.in_word = True
            self.command.start = start

    def _add(self, char: str) -> None:
        self.command.words[-1] += char

    def _end_word(self) -> None:
        command = self.command
        if self.in_word and command.after:
            command.words[-1] = ""
            command.after = ""
        elif self.in_word:
            command.words.append("")
        self.in_word, command.mixed, command.start = False, False, self.place

    def _redirect(self, char: str) -> None:
        command = self.command
        if self.in_word and command.current.isdecimal():
            command.words[-1] = ""
            self.in_word = False
        self._end_word()
        command.after = (command.after if not self.in_word else "") + char


def _from_command(words: list[str]) -> list[str]:
    """The words from the command's name on: without `if`, `do` and the like, and without assignments before it."""
    index = 0
    while index < len(words) - 1 and (words[index] in _OPENERS or _is_assignment(words[index])):
        index += 1
    return words[index:]


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def typed_command(text: str) -> TypedCommand:
    """Reads a line up to the cursor."""
    return _Reader(text).read()
