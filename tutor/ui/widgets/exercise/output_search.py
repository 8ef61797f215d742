"""Searching the output of the shell: a line to type in, shown only while one searches."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tutor.ui.keys import bind
from tutor.ui.widgets.frame.line_view import LineView


class OutputSearch(Horizontal):
    """Marks what is searched for in a LineView and goes from one place to the next, the latest first."""

    DEFAULT_CSS = """
    OutputSearch { height: 1; display: none; }
    OutputSearch #search-label { width: auto; color: $text-primary; }
    OutputSearch Input { width: 1fr; height: 1; border: none; padding: 0; &:focus { border: none; } }
    OutputSearch #search-count { width: auto; padding: 0 0 0 1; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("up,enter,ctrl+s", "step(-1)", "Earlier", "Go to the place before.", name="search-earlier"),
        bind("down", "step(1)", "Later", "Go to the place after.", name="search-later"),
        bind("escape,ctrl+c", "end", "End search", "Go back to the command line.", name="search-end"),
    ]

    class Ended(Message):
        """The search is over."""

    def __init__(self, view: LineView) -> None:
        super().__init__()
        self._view = view
        self._places: list[int] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Static("search output: ", id="search-label")
        yield Input(compact=True, id="search-text")
        yield Static("", id="search-count")

    def begin(self) -> None:
        """Begin to search."""
        self.display = True
        field = self.query_one(Input)
        field.value = ""
        field.focus()
        self._look("")

    @on(Input.Changed)
    def look(self, event: Input.Changed) -> None:
        """Search for what is typed so far, from the end."""
        event.stop()
        if self.display:
            self._look(event.value)

    def _look(self, text: str) -> None:
        self._places = self._view.find(text)
        self._at = len(self._places) - 1
        self._show(text)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Enter goes to the place before."""
        event.stop()
        self.action_step(-1)

    def action_step(self, step: int) -> None:
        """Go to the place before (-1) or after (1); from the first one on to the last."""
        if self._places:
            self._at = (self._at + step) % len(self._places)
            self._show(self.query_one(Input).value)

    def _show(self, text: str) -> None:
        count = f"{self._at + 1} of {len(self._places)}" if self._places else "nothing found" if text else ""
        self.query_one("#search-count", Static).update(Content(count))
        self._view.mark(text, self._places[self._at] if self._places else None)

    def action_end(self) -> None:
        """Stop searching."""
        self.display = False
        self._view.mark("", None)
        self.post_message(self.Ended())
