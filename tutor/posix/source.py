"""The text of a script while it is read: a position, line numbers, here-document bodies and a depth bound."""

from __future__ import annotations

from collections.abc import Callable

from tutor.posix import limits
from tutor.posix.errors import END_OF_FILE, ShellSyntaxError
from tutor.posix.syntax import Sequence


class Source:
    """Text with a reading position.

    The body of a here-document stands in the text after the line that asks for it. It is taken out of turn:
    `skips` remembers, for the index where a body starts, the index where reading goes on after it.
    """

    def __init__(self, text: str, position: int = 0) -> None:
        self.text = text
        self.position = position
        self.skips: dict[int, int] = {}
        self.depth = 0
        self.not_arithmetic: set[int] = set()
        """Where a `$((` turned out to start a command substitution; each is tried once, or nesting would cost 2^depth."""
        self.commands: Callable[[Source, str], Sequence] | None = None
        """Set by the parser: reads the commands of a substitution up to the given closing text."""

    def peek(self, offset: int = 0) -> str:
        """The character at the position, or "" at the end."""
        index = self.position + offset
        return self.text[index] if index < len(self.text) else ""

    def advance(self) -> str:
        """Take one character; taking a newline steps over here-document bodies that follow it."""
        char = self.text[self.position]
        self.position += 1
        if char == "\n":
            self.position = self.skips.get(self.position, self.position)
        return char

    def take(self, text: str) -> bool:
        """Take this text if it comes next."""
        if not self.text.startswith(text, self.position):
            return False
        self.position += len(text)
        return True

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def line(self) -> int:
        """The number of the current line, from 1."""
        return self.text.count("\n", 0, self.position) + 1

    def error(self, found: str = "", *, expecting: str = "", detail: str = "") -> ShellSyntaxError:
        return ShellSyntaxError(found, expecting=expecting, detail=detail, line=self.line())

    def end_error(self, expecting: str = "") -> ShellSyntaxError:
        return self.error(END_OF_FILE, expecting=expecting)

    def enter(self) -> None:
        """Go one level deeper; raises when the script nests deeper than any sensible one does."""
        self.depth += 1
        if self.depth > limits.SCRIPT_NESTING:
            raise self.error(detail="commands nested too deeply")

    def leave(self) -> None:
        self.depth -= 1

    def nested_commands(self, closing: str) -> Sequence:
        """The commands of a substitution, up to and including the closing text."""
        if self.commands is None:
            raise self.error(detail="command substitution is not allowed here")
        return self.commands(self, closing)

    def here_document(self, delimiter: str, *, strip_tabs: bool) -> str:
        """Take the body of a here-document, which starts after the end of the current line."""
        end_of_line = self.text.find("\n", self.position)
        if end_of_line < 0:
            raise self.error(detail="unterminated here-document")
        start = end_of_line + 1
        index = self.skips.get(start, start)
        lines = list[str]()
        while index < len(self.text):
            end = self.text.find("\n", index)
            end = len(self.text) if end < 0 else end
            line = self.text[index:end]
            index = min(end + 1, len(self.text))
            line = line.lstrip("\t") if strip_tabs else line
            if line == delimiter:
                self.skips[start] = index
                return "".join(line + "\n" for line in lines)
            lines.append(line)
        raise self.error(detail="unterminated here-document")
