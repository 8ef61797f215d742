"""Aligned columns of text, with the rules of Go's `text/tabwriter`, which all of kubectl's tables and descriptions go
through.

A cell is text that a tab ends; what follows a line's last tab is not a cell and widens nothing. A column is a run of
adjacent lines that have a cell there; each such run gets a width of its own.
"""

from __future__ import annotations


class TabWriter:
    """Collects text and returns it aligned.

    `minimum` and `padding` are in characters. With `remember`, later batches are at least as wide as earlier ones,
    which is what keeps the lines of `get --watch` below each other.
    """

    def __init__(self, minimum: int = 0, padding: int = 2, *, remember: bool = False) -> None:
        self._minimum = minimum
        self._padding = padding
        self._remembered: list[int] | None = [] if remember else None
        self._text: list[str] = []

    def write(self, text: str) -> None:
        self._text.append(text)

    def forget_widths(self) -> None:
        if self._remembered is not None:
            self._remembered = []

    def flush(self) -> str:
        """The aligned text of everything written since the last flush."""
        text = "".join(self._text)
        self._text.clear()
        if not text:
            return ""
        lines = [line.split("\t") for line in text.split("\n")]
        widths: list[list[int]] = [[0] * (len(cells) - 1) for cells in lines]
        self._measure(lines, widths, 0, len(lines), 0)
        return "\n".join(_join(cells, line_widths) for cells, line_widths in zip(lines, widths, strict=True))

    def _measure(self, lines: list[list[str]], widths: list[list[int]], start: int, end: int, column: int) -> None:
        """Fixes the width of every run of lines in [start, end) that has a cell at `column`, then looks inside the run."""
        line = start
        while line < end:
            if len(lines[line]) - 1 <= column:
                line += 1
                continue
            last = line
            while last < end and len(lines[last]) - 1 > column:
                last += 1
            self._set_width(lines, widths, line, last, column)
            self._measure(lines, widths, line, last, column + 1)
            line = last

    def _set_width(self, lines: list[list[str]], widths: list[list[int]], start: int, end: int, column: int) -> None:
        width = self._minimum
        for cells in lines[start:end]:
            width = max(width, len(cells[column]) + self._padding)
        width = self._remember(column, width)
        for index in range(start, end):
            widths[index][column] = width

    def _remember(self, column: int, width: int) -> int:
        if self._remembered is None:
            return width
        self._remembered += [0] * (column + 1 - len(self._remembered))
        self._remembered[column] = max(self._remembered[column], width)
        return self._remembered[column]


def _join(cells: list[str], widths: list[int]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)) + cells[-1]


def align(text: str, minimum: int = 0, padding: int = 2) -> str:
    """Aligns a finished text; the defaults are those of `kubectl describe`."""
    writer = TabWriter(minimum, padding)
    writer.write(text)
    return writer.flush()


def table_writer() -> TabWriter:
    """The writer of `kubectl get`: columns of at least 6 characters, 3 between them (cli-runtime printers/tabwriter.go)."""
    return TabWriter(6, 3, remember=True)
