"""What could be written at the cursor, in a small list over the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Offset
from textual.widget import Widget

from tutor.ui.text import cells

if TYPE_CHECKING:
    from tutor.manifests.completion import Suggestion, Suggestions

ROWS = 8
"""Proposals in view at once."""
BELOW = 3
"""Lines at the bottom of the screen that stay in view: what is said about the proposal, and the keys."""
LABEL_WIDTH, TYPE_WIDTH = 32, 22
"""The widest these columns get, in cells."""


class Proposals(Widget):
    """A list that never has the keyboard: the text area keeps it and says what is to be done."""

    DEFAULT_CSS = """
    Proposals {
        overlay: screen; constrain: inside inflect; display: none; width: auto; height: auto;
        background: $surface; border: none;
    }
    """

    def __init__(self) -> None:
        super().__init__(id="proposals")
        self._found: Sequence[Suggestion] = ()
        self._marked = 0
        self.row = 0
        """The line of the text the proposals are for."""
        self.start = 0
        """The column of the word they replace."""

    @property
    def is_open(self) -> bool:
        """Whether it is in view."""
        return bool(self.display)

    @property
    def marked(self) -> Suggestion:
        """The proposal that is marked."""
        return self._found[self._marked]

    def open_at(self, suggestions: Suggestions, row: int, where: Offset) -> None:
        """Show proposals below a place of the screen, or above it where there is no room below."""
        self._found, self._marked = suggestions.found, 0
        self.row, self.start = row, suggestions.start
        rows = min(ROWS, len(self._found))
        fits_below = where.y + rows < self.screen.size.height - BELOW
        self.absolute_offset = where + Offset(0, 1 if fits_below else -rows)
        self.display = True
        self.refresh(layout=True)

    def close(self) -> None:
        """Take it away."""
        self.display = False

    def move(self, step: int) -> None:
        """Mark the next proposal (1) or the one before (-1); from the last one on to the first."""
        self._marked = (self._marked + step) % len(self._found)
        self.refresh()

    def render(self) -> Content:
        first = max(0, min(self._marked - ROWS // 2, len(self._found) - ROWS))
        rows = [self._row(number) for number in range(first, min(first + ROWS, len(self._found)))]
        return Content("\n").join(rows)

    def _row(self, number: int) -> Content:
        one = self._found[number]
        label, kind = self._widths()
        mark = "▸" if number == self._marked else " "
        star = "*" if one.required else " "
        line = Content.assemble(
            f"{mark}{cells(one.label, label)}{star}", (f" {cells(one.type, kind)}" if kind else "", "$text-muted"), " "
        )
        return line.stylize("bold reverse") if number == self._marked else line

    def _widths(self) -> tuple[int, int]:
        labels, types = [len(one.label) for one in self._found], [len(one.type) for one in self._found]
        return min(LABEL_WIDTH, max(labels, default=0)), min(TYPE_WIDTH, max(types, default=0))
