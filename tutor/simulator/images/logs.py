"""What a container has written, line by line with the time, as a container runtime keeps it."""

from __future__ import annotations

from typing import NamedTuple

MAX_LINES = 20_000
MAX_BYTES = 10 * 2**20
"""How much is kept: as much as a kubelet lets a log file grow to (containerLogMaxSize). Older lines are dropped."""
KEPT = 0.9
"""What part of it is left after lines were dropped, so that this is not done for each line."""
MAX_PIECE = 16 * 2**10
"""A longer line is written in pieces, as container runtimes do."""


class LogLine(NamedTuple):
    """One line. `text` has no newline; `whole` is false for a last piece without one."""

    at: float
    stream: str
    text: str
    whole: bool = True


class Log:
    """The lines of one run of a container."""

    __slots__ = ("_partial", "_size", "dropped", "lines")

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.dropped = 0
        """How many lines there were before these."""
        self._size = 0
        self._partial: dict[str, str] = {}

    @property
    def written(self) -> int:
        """How many lines there have been."""
        return self.dropped + len(self.lines)

    @property
    def unfinished(self) -> dict[str, str]:
        """The line of each stream that has no newline yet, such as the prompt of a shell."""
        return dict(self._partial)

    def after(self, written: int) -> list[LogLine]:
        """What came after so many lines, as far as it is kept."""
        return self.lines[max(0, written - self.dropped) :]

    def clone(self) -> Log:
        """A copy that goes its own way."""
        other = Log()
        other.lines, other._partial = list(self.lines), dict(self._partial)
        other.dropped, other._size = self.dropped, self._size
        return other

    def write(self, at: float, stream: str, text: str) -> None:
        """Take in a piece of output; what has no newline yet waits for the rest."""
        *whole, rest = (self._partial.pop(stream, "") + text).split("\n")
        for line in whole:
            self._take(at, stream, line, whole=True)
        while len(rest) > MAX_PIECE:
            self._take(at, stream, rest[:MAX_PIECE], whole=False)
            rest = rest[MAX_PIECE:]
        if rest:
            self._partial[stream] = rest
        if len(self.lines) > MAX_LINES or self._size > MAX_BYTES:
            self._rotate()

    def _take(self, at: float, stream: str, text: str, *, whole: bool) -> None:
        self.lines.append(LogLine(at, stream, text, whole))
        self._size += len(text) + 1

    def _rotate(self) -> None:
        """Drop the oldest lines."""
        count = 0
        while len(self.lines) - count > MAX_LINES * KEPT or self._size > MAX_BYTES * KEPT:
            self._size -= len(self.lines[count].text) + 1
            count += 1
        del self.lines[:count]
        self.dropped += count

    def close(self, at: float) -> None:
        """Nothing more will come: unfinished lines count as they are."""
        for stream, rest in self._partial.items():
            self._take(at, stream, rest, whole=False)
        self._partial.clear()
