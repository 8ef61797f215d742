"""`column`, which full Linux systems have beside busybox's tools: text in columns that stand below each other.

Behaviour of util-linux, column(1): without `-t` the entries fill the columns of the pane, top to bottom; with `-t` the words of
each line become the cells of a table.
"""

from __future__ import annotations

import unicodedata
from itertools import zip_longest

from tutor.posix.process import Outcome, Process
from tutor.posix.tools.inputs import GatherTool
from tutor.posix.tools.options import integer
from tutor.posix.waits import Exit

TAB = 8
"""Columns without `-t` begin at multiples of this."""
WIDTH = 80
GAP = "  "


class Column(GatherTool):
    """column [-t] [-s SEPARATORS] [-o TEXT] [-c WIDTH] FILE..."""

    def begin(self, process: Process) -> Outcome:
        names = {"table": "t", "separator": "s", "output-separator": "o", "output-width": "c"}
        options = self.options("ts:o:c:", names)
        self.inputs = options.operands or ["-"]
        self.table = "t" in options.flags
        self.separators = options.value("s")
        self.gap = options.value("o") or GAP
        self.width = max(1, integer(options.value("c") or str(WIDTH)))
        return None

    def finish(self, process: Process) -> Outcome:
        lines = [line for line in self.lines() if line.strip()]
        rows = self._table(lines) if self.table else self._filled(lines)
        process.write(1, "".join(f"{row}\n" for row in rows))
        return Exit(self.status)

    def _table(self, lines: list[str]) -> list[str]:
        rows = [self._cells(line) for line in lines]
        widths = [max(map(_cells_of, column)) for column in zip_longest(*rows, fillvalue="")]
        return [
            self.gap.join([*(_padded(cell, width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]])
            for row in rows
        ]

    def _cells(self, line: str) -> list[str]:
        if not self.separators:
            return line.split()
        for separator in self.separators[1:]:
            line = line.replace(separator, self.separators[0])
        return line.split(self.separators[0])

    def _filled(self, entries: list[str]) -> list[str]:
        if not entries:
            return []
        each = (max(map(_cells_of, entries)) // TAB + 1) * TAB
        across = max(1, self.width // each)
        height = -(-len(entries) // across)
        rows = [entries[top::height] for top in range(height)]
        return ["".join([*(_padded(entry, each) for entry in row[:-1]), row[-1]]) for row in rows]


def _cells_of(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells_of(text))
