"""The lines of the course map: one a lesson, with how far its reading, its quiz and its exercises are, at three widths."""

from __future__ import annotations

from enum import Enum

from textual.content import Content

from tutor.progress import LessonSummary, Tally
from tutor.ui.text import cells


class MapWidth(Enum):
    """How much room the map has. In the narrowest the three words stand once, above their columns."""

    NARROW = 0
    USUAL = 80
    WIDE = 100

    @classmethod
    def of(cls, columns: int) -> MapWidth:
        """The widest that fits a screen of so many columns."""
        return max((width for width in cls if width.value <= columns), key=lambda width: width.value)


TITLE_CELLS = {MapWidth.NARROW: 27, MapWidth.USUAL: 30, MapWidth.WIDE: 30}
"""In all but the narrowest map the longest title of a lesson fits."""
TALLY_CELLS = {MapWidth.NARROW: (7, 7, 9), MapWidth.USUAL: (12, 13, 15), MapWidth.WIDE: (13, 14, 15)}
TALLIES = ("read", "quiz", "exercises")


def head_line() -> Content:
    """What the columns of the narrowest map are."""
    words = "".join(cells(word, width) for word, width in zip(TALLIES, TALLY_CELLS[MapWidth.NARROW], strict=True))
    return Content.styled(" " * (TITLE_CELLS[MapWidth.NARROW] + 6) + words, "$text-muted")


def lesson_line(number: int, lesson: LessonSummary, current: bool, width: MapWidth) -> Content:
    """A lesson of the map: number, title, and how far reading, quiz and exercises are."""
    tallies = zip(TALLIES, (lesson.read, lesson.quiz, lesson.exercises), TALLY_CELLS[width], strict=True)
    return Content.assemble(
        ("▸" if current else " ", "bold $text-primary"),
        f"{number:>2}  ",
        (cells(lesson.title, TITLE_CELLS[width]), "bold" if current else ""),
        "  " if width is MapWidth.WIDE else " ",
        *(_tally("" if width is MapWidth.NARROW else f" {word}", tally, room) for word, tally, room in tallies),
    )


def _tally(word: str, tally: Tally, width: int) -> Content:
    """`word` begins with a blank, or is empty where a head line has it."""
    if not tally.total:
        return Content.styled(cells(f"- no{word}" if word else "- none", width), "$text-muted")
    counts = f"{word} {tally.done}/{tally.total}"
    if tally.complete:
        return Content.styled(cells(f"✓{counts}", width), "$text-success")
    if tally.begun:
        return Content.styled(cells(f"◐{counts}", width), "$text-warning")
    return Content.styled(cells(f"○{counts}", width), "$text-muted")
