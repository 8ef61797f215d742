"""Rules for diagrams: they must look the same in every terminal, and their boxes must close."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tutor.course.cells import DIAGRAM_CHARACTERS, cell_width
from tutor.course.linting.report import Report
from tutor.course.loading.lessons import read_text

_WIDEST = 70
_UP, _DOWN = "up", "down"
_CORNERS = {
    _DOWN: frozenset("┌┐╭╮┏┓╔╗"),
    _UP: frozenset("└┘╰╯┗┛╚╝"),
}
_MEETS = {
    _DOWN: frozenset("│┃║╎╏┆┇┊┋└┘├┤┴┼╰╯┗┛┣┫┻╋╚╝╠╣╩╬"),
    _UP: frozenset("│┃║╎╏┆┇┊┋┌┐├┤┬┼╭╮┏┓┣┫┳╋╔╗╠╣╦╬"),
}
"""Box drawing that a corner's arm may run into: what has an arm in the opposite direction."""


def check_diagram(path: Path, report: Report) -> None:
    """All rules on one diagram file."""
    text = read_text(path, report.problems, "draw the diagram in this file")
    if text is None:
        return
    lines = text.rstrip("\n").split("\n")
    if not text.strip():
        report.add(path, 1, "the diagram is empty", "draw it, or remove the file")
    for number, line in enumerate(lines, 1):
        _line(path, number, line, report)
    for number, column, corner in _open_corners(lines):
        message = f"the corner {corner} in column {column} meets nothing"
        report.add(path, number, message, "line up the box's edges")


def _line(path: Path, number: int, line: str, report: Report) -> None:
    width = cell_width(line.rstrip())
    if width > _WIDEST:
        report.add(path, number, f"the line is {width} cells wide", f"draw diagrams within {_WIDEST}")
    strange = sorted(set(line) - DIAGRAM_CHARACTERS)
    if strange:
        remedy = "use ASCII, box drawing and the marks ← ↑ → ↓ ▶ ◀ ▲ ▼ ✓ ✗ ● ○ ◐ ◌"
        report.add(path, number, f"the character {strange[0]!r} is not safe in every terminal", remedy)


def _open_corners(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Corners whose vertical arm runs into nothing: (line, column, corner), both from 1.

    It may run into a word, as the branches of a tree do under their stem.
    """
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            for direction, step in ((_DOWN, 1), (_UP, -1)):
                if character in _CORNERS[direction]:
                    other = _at(lines, row + step, column)
                    if other == " " or ("─" <= other <= "╿" and other not in _MEETS[direction]):
                        yield row + 1, column + 1, character


def _at(lines: list[str], row: int, column: int) -> str:
    inside = 0 <= row < len(lines) and column < len(lines[row])
    return lines[row][column] if inside else " "
