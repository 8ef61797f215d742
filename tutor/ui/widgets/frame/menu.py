"""A list to choose from, with its keys named in the key bar and the help."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from tutor.ui.keys import bind


class Menu(OptionList, inherit_bindings=False):
    """Lines to choose from with the arrow keys and enter."""

    DEFAULT_CSS = """
    Menu {
        border: none; padding: 0; background: $background; background-tint: $foreground 0%;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 0%; }
        & > .option-list--option-highlighted { text-style: bold; }
        &:nocolor:focus > .option-list--option-highlighted { text-style: reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "select", "Open", "Open the marked line.", name="open-line"),
        bind("down,j", "cursor_down", "Down", "Mark the next line.", show=False, name="line-down"),
        bind("up,k", "cursor_up", "Up", "Mark the line before.", show=False, name="line-up"),
        bind("home", "first", "First", "Mark the first line.", show=False, name="line-first"),
        bind("end", "last", "Last", "Mark the last line.", show=False, name="line-last"),
        bind("pagedown", "page_down", "Page down", "Move a page down.", show=False, name="lines-down"),
        bind("pageup", "page_up", "Page up", "Move a page up.", show=False, name="lines-up"),
    ]

    def mark(self, index: int) -> None:
        """Mark a line by its place, or the nearest one that can be marked."""
        if self.option_count:
            self.highlighted = min(max(index, 0), self.option_count - 1)

    def mark_id(self, option_id: str | None) -> None:
        """Mark the line with this id, or the first one when there is none of it."""
        known = [option.id for option in self.options]
        self.mark(known.index(option_id) if option_id in known else 0)

    def action_page_down(self) -> None:
        """Move a page down, where there is room for a page: OptionList fails with a KeyError in a terminal that is too small."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call] # OptionList leaves it untyped

    def action_page_up(self) -> None:
        """Move a page up, where there is room for a page."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call] # OptionList leaves it untyped
