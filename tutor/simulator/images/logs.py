"""What a container has written, line by line with the time, as a container runtime keeps it."""

from __future__ import annotations

from typing import NamedTuple

MAX_LINES = 20_000
"""How many lines are kept; older ones are dropped, as log rotation does."""


class LogLine(NamedTuple):
    """One line. `text` has no newline; `whole` is false for a last piece without one."""

    at: float
    stream: str
    text: str
    whole: bool = True


class Log:
    """The lines of one run of a container."""

    __slots__ = ("_partial", "lines")

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self._partial: dict[str, str] = {}

    def clone(self) -> Log:
        """A copy that goes its own way."""
        other = Log()
        other.lines, other._partial = list(self.lines), dict(self._partial)
        return other

    def write(self, at: float, stream: str, text: str) -> None:
        """Take in a piece of output; what has no newline yet waits for the rest."""
        text = self._partial.pop(stream, "") + text
        *whole, rest = text.split("\n")
        self.lines.extend(LogLine(at, stream, line) for line in whole)
        if rest:
            self._partial[stream] = rest
        if len(self.lines) > MAX_LINES:
            del self.lines[: len(self.lines) - MAX_LINES]

    def close(self, at: float) -> None:
        """Nothing more will come: unfinished lines count as they are."""
        for stream, rest in self._partial.items():
            self.lines.append(LogLine(at, stream, rest, whole=False))
        self._partial.clear()
