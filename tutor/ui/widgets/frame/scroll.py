"""Text that may be longer than its place, scrolled with the keyboard."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from tutor.ui.keys import bind


class Scroll(VerticalScroll, inherit_bindings=False):
    """A column of widgets that scrolls with the arrow and page keys."""

    DEFAULT_CSS = "Scroll { scrollbar-size-vertical: 1; padding: 0 1; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("down,j", "scroll_down", "Down", "Scroll a line down.", show=False, name="scroll-line-down"),
        bind("up,k", "scroll_up", "Up", "Scroll a line up.", show=False, name="scroll-line-up"),
        bind("pagedown", "page_down", "Page down", "Scroll a page down.", show=False, name="scroll-page-down"),
        bind("pageup", "page_up", "Page up", "Scroll a page up.", show=False, name="scroll-page-up"),
        bind("home", "scroll_home", "Top", "Go to the top.", show=False, name="scroll-top"),
        bind("end", "scroll_end", "End", "Go to the end.", show=False, name="scroll-end"),
    ]
