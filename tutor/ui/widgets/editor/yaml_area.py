"""A text area for manifests: colours without a parser, marks beside lines that are wrong, and the habits of YAML editors.

Textual colours text areas with tree-sitter, whose newest release ends the program on some languages; four expressions
are enough for manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.theme import Theme
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from tutor.manifests.layout import STEP, indent_after
from tutor.ui.keys import act_in_turn, bind

_TOKENS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$)
    |(?P<string>"(?:[^"\\]|\\.)*"|'[^']*')
    |(?P<key>[\w./$-]+(?=\s*:(?:\s|$)))
    |(?P<value>(?<=[\s:\[,-])(?:true|false|null|~|-?\d+(?:\.\d+)?)(?=\s*(?:$|[,\]}]|\s\#)))""",
    re.VERBOSE,
)
MARK = "✗"
"""Stands beside the number of a line that is wrong."""

SAVE, LEAVE, DISCARD = "save", "leave", "discard"
VI_COMMANDS = {
    **dict.fromkeys((":w", ":wq", ":x", ":wq!", ":x!"), SAVE),
    **dict.fromkeys((":q", ":qa"), LEAVE),
    **dict.fromkeys((":q!", ":qa!"), DISCARD),
}
"""What fingers that know vi type, and what is meant by it; no line of a manifest is like that."""


def tokens(line: str) -> Iterator[tuple[int, int, str]]:
    """The coloured pieces of a line as start, end (in characters) and kind."""
    for match in _TOKENS.finditer(line):
        yield match.start(), match.end(), str(match.lastgroup)


class YamlArea(TextArea):
    """A text of YAML. The widget around it sets `proposing` while it shows proposals; tab, enter and the arrow keys then
    send it messages about them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind(
            "tab",
            "indent_or_complete",
            "Complete",
            "Complete the word, or indent a line that is blank so far.",
            show=False,
            name="editor-complete",
        ),
        bind("ctrl+home", "text_start", "Start", "Go to the start of the text.", show=False, name="editor-start"),
        bind("ctrl+end", "text_end", "End", "Go to the end of the text.", show=False, name="editor-end"),
    ]

    class CompletionWanted(Message):
        """Tab was pressed behind a word."""

    class Chosen(Message):
        """What is marked among the proposals is to be written."""

    class Closed(Message):
        """Escape was pressed while something was open that it closes."""

    class Moved(Message):
        """Another proposal is to be marked: the next (1) or the one before (-1)."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class ViCommand(Message):
        """Enter was pressed behind a command of vi, which is not in the text any more: `SAVE`, `LEAVE` or `DISCARD` is meant."""

        def __init__(self, meaning: str) -> None:
            super().__init__()
            self.meaning = meaning

    class Pointed(Message):
        """The mouse points at another line, counted from 0, or at none."""

        def __init__(self, row: int | None) -> None:
            super().__init__()
            self.row = row

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(text, show_line_numbers=True, soft_wrap=False, tab_behavior="focus", compact=True, id=id)
        self.proposing = False
        """Whether a list of proposals is open, so that tab and the arrow keys are for it."""
        self.explaining = False
        """Whether an explanation is open, which escape closes."""
        self.enter_chooses = False
        """Whether enter, too, is for the list."""
        self._wrong: Mapping[int, str] = {}
        self._pointed: int | None = None
        self._typed = ""

    def on_mount(self) -> None:
        """Take the colours of the app's look, now and whenever it changes."""
        self._take_colours(self.app.current_theme)
        self.app.theme_changed_signal.subscribe(self, self._take_colours)

    def on_unmount(self) -> None:
        """Hear no more of the app's look, which would keep this area in memory."""
        self.app.theme_changed_signal.unsubscribe(self)

    def mark_lines(self, wrong: Mapping[int, str]) -> None:
        """Put a mark beside these lines, counted from 0; beside all others, none."""
        if set(wrong) != set(self._wrong):
            self._wrong = dict(wrong)
            self._line_cache.clear()
            self.refresh()

    @property
    def before_cursor(self) -> str:
        """What stands before the cursor on its line."""
        row, column = self.cursor_location
        return str(self.document.get_line(row)[:column])

    # The mouse -------------------------------------------------------------------------------------------------------

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell which line is pointed at."""
        row = event.y + self.scroll_offset.y - self.gutter.top
        self._point_at(row if row < self.document.line_count and not event.button else None)

    def on_leave(self) -> None:
        """Nothing is pointed at any more."""
        self._point_at(None)

    def _point_at(self, row: int | None) -> None:
        if row != self._pointed:
            self._pointed = row
            self.post_message(self.Pointed(row))

    # Keys ------------------------------------------------------------------------------------------------------------

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            if meaning := self._take_vi_command():
                self.post_message(self.ViCommand(meaning))
            elif self.proposing and self.enter_chooses:
                self.post_message(self.Chosen())
            else:
                self._new_line()
            return
        self._typed = self._typed + event.character if event.is_printable and event.character else ""
        if event.key == "escape" and (self.proposing or self.explaining):
            event.stop()
            event.prevent_default()
            self.post_message(self.Closed())
            return
        if not await act_in_turn(self, event):
            await super()._on_key(event)

    def _take_vi_command(self) -> str:
        """What is meant by a command of vi that was typed just now in one go; it is taken out of the text."""
        typed, self._typed = self._typed, ""
        meaning = VI_COMMANDS.get(typed, "")
        if not meaning or not self.before_cursor.endswith(typed):
            return ""
        row, column = self.cursor_location
        self._delete_via_keyboard((row, column - len(typed)), (row, column))
        return meaning

    def _new_line(self) -> None:
        start, end = self.selection
        self._replace_via_keyboard("\n" + " " * indent_after(self.before_cursor), start, end)

    def action_indent_or_complete(self) -> None:
        """Take a proposal; else indent a line that is blank before the cursor; else ask for proposals."""
        if self.proposing:
            self.post_message(self.Chosen())
        elif self.before_cursor.strip():
            self.post_message(self.CompletionWanted())
        else:
            self.insert(" " * (STEP - self.cursor_location[1] % STEP))

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up, in the proposals while there are some."""
        self._up_or_down(-1, select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down, in the proposals while there are some."""
        self._up_or_down(1, select)

    def _up_or_down(self, step: int, select: bool) -> None:
        if self.proposing and not select:
            self.post_message(self.Moved(step))
        elif step < 0:
            super().action_cursor_up(select)
        else:
            super().action_cursor_down(select)

    def action_text_start(self) -> None:
        """Go to the start of the text."""
        self.move_cursor((0, 0))

    def action_text_end(self) -> None:
        """Go to the end of the text."""
        self.move_cursor(self.document.end)

    def action_delete_left(self) -> None:
        """Delete what is left of the cursor; in the indentation, a whole step of it."""
        before = self.before_cursor
        if self.selection.is_empty and before and not before.strip():
            row, column = self.cursor_location
            self._delete_via_keyboard((row, (column - 1) // STEP * STEP), (row, column))
        else:
            super().action_delete_left()

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _take_colours(self, theme: Theme) -> None:
        styles = {
            "key": Style(color=theme.primary, bold=True),
            "string": Style(color=theme.success),
            "value": Style(color=theme.warning),
            "comment": Style(color=theme.variables.get("text-muted"), italic=True),
        }
        self.register_theme(TextAreaTheme(f"yaml-{theme.name}", syntax_styles=styles))
        self.theme = f"yaml-{theme.name}"

    def _build_highlight_map(self) -> None:
        """Find what to colour; the base class, which asks tree-sitter, keeps it by line in bytes."""
        self._line_cache.clear()
        self._highlights.clear()
        for number, line in enumerate(self.document.lines):
            for start, end, kind in tokens(line):
                place = len(line[:start].encode()), len(line[:end].encode())
                self._highlights[number].append((*place, kind))

    def _render_line(self, y: int) -> Strip:
        """A line as the base class draws it, with a mark at the end of its number if it is wrong."""
        strip = super()._render_line(y)
        if y + self.scroll_offset.y not in self._wrong:
            return strip
        width = self.gutter_width
        error = Style(color=self.app.current_theme.error, bold=True)
        mark = Strip([Segment(f"{MARK} ", error)], 2)
        return Strip.join([strip.crop(0, width - 2), mark, strip.crop(width)])
