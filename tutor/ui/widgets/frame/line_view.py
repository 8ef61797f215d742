"""Any number of lines, of which only those in view are drawn. Cheap to refill several times a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from tutor.ui.keys import bind
from tutor.ui.widgets.frame.own_scroll import OwnScroll

STEP = 8


class LineView(OwnScroll, can_focus=True, inherit_bindings=False):
    """Lines that scroll with the arrow keys. With `follow` the end stays in view as long as the learner is there."""

    DEFAULT_CSS = """
    LineView { background: $background; scrollbar-size: 1 1; overflow-x: auto; overflow-y: auto; padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("down,j", "scroll_down", "Down", "Scroll a line down.", show=False, name="lines-line-down"),
        bind("up,k", "scroll_up", "Up", "Scroll a line up.", show=False, name="lines-line-up"),
        bind("pagedown", "page_down", "Page down", "Scroll a page down.", show=False, name="lines-page-down"),
        bind("pageup", "page_up", "Page up", "Scroll a page up.", show=False, name="lines-page-up"),
        bind("home", "scroll_home", "Top", "Go to the first line.", show=False, name="lines-top"),
        bind("end", "scroll_end", "End", "Go to the last line.", show=False, name="lines-end"),
        bind("right", "sideways(1)", "Right", "Show what is cut off at the right.", show=False, name="lines-right"),
        bind("left", "sideways(-1)", "Left", "Show what is cut off at the left.", show=False, name="lines-left"),
    ]

    def __init__(self, *, follow: bool = False, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.follow = follow
        self.empty = empty
        self.lines: Sequence[Content] = ()
        self._searched = ""
        self._marked: int | None = None
        self._at_end = True
        """Whether the learner has left the end in view. More lines or a smaller pane do not change that."""

    def set_lines(self, lines: Sequence[Content]) -> None:
        """Show other lines; the place stays, or stays at the end when following."""
        self.lines = lines
        self.virtual_size = Size(max((line.cell_length for line in lines), default=0), len(lines))
        if self.follow and self._at_end:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        self.refresh()

    def show_end(self) -> None:
        """Go to the last line, at once: Textual's own `scroll_end` draws what is there first and then everything anew."""
        self._at_end = True
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note whether the end is in view, now that the place has changed."""
        super().watch_scroll_y(old_value, new_value)
        self._at_end = round(new_value) >= self.max_scroll_y

    def find(self, text: str) -> list[int]:
        """The lines that hold a text, whatever the case of its letters."""
        wanted = text.lower()
        return [number for number, line in enumerate(self.lines) if wanted in line.plain.lower()] if wanted else []

    def mark(self, text: str, line: int | None) -> None:
        """Mark a text wherever it stands, most of all in one line, which comes into view. An empty text ends that."""
        self._searched, self._marked = text.lower(), line
        if line is not None:
            self.scroll_to(y=max(0, line - self.scrollable_content_region.height // 2), animate=False)
        self.refresh()

    def _with_marks(self, text: Content, number: int) -> Content:
        plain = text.plain.lower()
        style = "bold reverse" if number == self._marked else "underline"
        start = plain.find(self._searched)
        while start >= 0:
            text = text.stylize(style, start, start + len(self._searched))
            start = plain.find(self._searched, start + len(self._searched))
        return text

    def action_sideways(self, direction: int) -> None:
        """Scroll a step to the right (1) or to the left (-1)."""
        self.scroll_relative(x=direction * STEP, animate=False)

    def action_page_down(self) -> None:
        """Scroll a page down."""
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll a page up."""
        self.scroll_page_up(animate=False)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text of the lines marked with the mouse, and what stands after it when more is marked elsewhere."""
        return selection.extract("\n".join(line.plain for line in self.lines)), "\n"

    def render_line(self, y: int) -> Strip:
        offset = self.scroll_offset
        width = self.scrollable_content_region.width
        style = self.visual_style
        number = y + offset.y
        if self.lines and number >= len(self.lines):
            return Strip.blank(width, style.rich_style)
        text = self._marked_text(number) if self.lines else Content.styled(self.empty if y == 0 else "", "$text-muted")
        # Textual's own way from a text to a strip wraps, aligns and looks for links, which takes ten times as long.
        strip = Strip(text.render_segments(style), text.cell_length)
        return strip.crop_extend(offset.x, offset.x + width, style.rich_style).apply_offsets(offset.x, number)

    def _marked_text(self, number: int) -> Content:
        """A line as it is drawn: what is searched for and what is marked with the mouse stand out."""
        text = self.lines[number].expand_tabs()
        if self._searched:
            text = self._with_marks(text, number)
        selection = self.text_selection
        span = selection.get_span(number) if selection is not None else None
        if span is None:
            return text
        start, end = span
        look = Style.from_styles(self.screen.get_component_styles("screen--selection"))
        return text.stylize(look, start, len(text.plain) if end < 0 else end)
