"""The page of a lesson that is open."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.course.model import Page
from tutor.ui.widgets.reading.blocks import widgets_for
from tutor.ui.widgets.reading.prose import Prose
from tutor.ui.widgets.reading.wide import CodeBlock, DiagramBlock


class PageView(VerticalScroll, can_focus=False):
    """One page, scrolled by the screen's keys when it is longer than the window."""

    DEFAULT_CSS = """
    PageView { height: 1fr; padding: 0 2; }
    PageView > .page-title { margin: 0 0 1 0; text-style: bold; color: $text-primary; }
    PageView > * { max-width: 100; }
    """

    async def show(self, page: Page, after: list[Widget], *, diagrams_as_text: bool, ascii_only: bool) -> None:
        """Replace what is shown by a page, with some widgets below it."""
        title = Static(Content(page.title), classes="page-title")
        blocks = widgets_for(page.blocks, diagrams_as_text=diagrams_as_text, ascii_only=ascii_only)
        async with self.batch():
            await self.remove_children()
            await self.mount_all([title, *blocks, *after])
        self.scroll_home(animate=False)

    @property
    def diagrams(self) -> list[DiagramBlock]:
        """The drawings on the page."""
        return list(self.query(DiagramBlock))

    def chosen_code(self, *, manifest: bool = False) -> CodeBlock | None:
        """The marked code block, or else the first one in view, or else the first of the page."""
        blocks = [block for block in self.query(CodeBlock) if block.code.filename or not manifest]
        focused = self.screen.focused
        if isinstance(focused, CodeBlock) and focused in blocks:
            return focused
        in_view = [block for block in blocks if block.region.overlaps(self.region)]
        return next(iter(in_view or blocks), None)

    def prose(self) -> list[Prose]:
        """The pieces of running text."""
        return list(self.query(Prose))

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        return self.scroll_offset.y >= self.max_scroll_y

    @property
    def at_start(self) -> bool:
        """Whether the first line is in view."""
        return self.scroll_offset.y <= 0
