"""Running text on the screen, with links that the keyboard can reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tutor.course.model import Block
from tutor.ui.keys import bind
from tutor.ui.text import links_of
from tutor.ui.widgets.reading.layout import lay_out


@dataclass(frozen=True)
class _Link:
    """A link as laid out: the pieces it has been broken into, as line, start and end."""

    href: str
    pieces: tuple[tuple[int, int, int], ...]


class Prose(Widget):
    """Paragraphs, lists, tables and quotes. Tab goes from link to link, enter follows the one that is marked."""

    DEFAULT_CSS = "Prose { height: auto; margin: 0 0 1 0; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "open_link", "Open link", "Follow the marked link."),
        bind("tab", "next_link", "Next link", "Mark the next link or block.", show=False),
        bind("shift+tab", "previous_link", "Previous link", "Mark the link or block before.", show=False),
    ]

    marked: reactive[int] = reactive(-1)
    """Which link is marked, counted from 0; -1 for none."""

    def __init__(self, blocks: Sequence[Block], *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.blocks = tuple(blocks)
        self._laid_out: tuple[int, list[Content]] = (-1, [])
        self.can_focus = any(links_of(line) for line in self._lines(1000))

    def _lines(self, width: int) -> list[Content]:
        if self._laid_out[0] != width:
            self._laid_out = (width, lay_out(self.blocks, width))
        return self._laid_out[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        lines = list(self._lines(self.content_size.width))
        links = self._links()
        if self.has_focus and 0 <= self.marked < len(links):
            for line, start, end in links[self.marked].pieces:
                lines[line] = lines[line].stylize("reverse bold", start, end)
        return Content("\n").join(lines)

    def _links(self) -> list[_Link]:
        links: list[_Link] = []
        for number, line in enumerate(self._lines(self.content_size.width)):
            for start, end, href in links_of(line):
                last = links[-1] if links else None
                if last and last.href == href and last.pieces[-1][0] == number - 1:
                    links[-1] = _Link(href, (*last.pieces, (number, start, end)))
                else:
                    links.append(_Link(href, ((number, start, end),)))
        return links

    def on_focus(self) -> None:
        """Mark the first link."""
        self.marked = 0
        self._reveal()

    def action_open_link(self) -> None:
        """Follow the marked link."""
        links = self._links()
        if 0 <= self.marked < len(links):
            self.app.call_later(self.app.run_action, f"app.follow({links[self.marked].href!r})")

    def action_next_link(self) -> None:
        """Mark the next link, or go on to the next block."""
        if self.marked + 1 < len(self._links()):
            self.marked += 1
            self._reveal()
        else:
            self.screen.focus_next()

    def action_previous_link(self) -> None:
        """Mark the link before, or go back to the block before."""
        if self.marked > 0:
            self.marked -= 1
            self._reveal()
        else:
            self.screen.focus_previous()

    def _reveal(self) -> None:
        links = self._links()
        if 0 <= self.marked < len(links):
            line = links[self.marked].pieces[0][0]
            region = self.virtual_region
            parent = self.parent
            if isinstance(parent, Widget):
                parent.scroll_to_region(region.translate((0, line)).crop_size((region.width, 1)), animate=False)
