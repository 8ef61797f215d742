"""Searching all lessons."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.search import Found, search
from tutor.ui.widgets.frame.menu import Menu


class SearchScreen(TutorScreen[None]):
    """Words to look for, and the pages that have them."""

    CSS = """
    SearchScreen Input { margin: 0 1; }
    SearchScreen #count { padding: 0 2; color: $text-muted; }
    SearchScreen Menu { height: 1fr; padding: 0 1; }
    """
    TITLE_TEXT = "Search"
    HELP_TEXT = "Type words; pages with all of them appear below, those with the words in their title first."
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("down", "results", "Results", "Go to the list of pages found."),
        bind("slash", "words", "Change words", "Go back to the words."),
    ]

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder="Words to look for", compact=False)
        yield Static("", id="count")
        yield Menu()

    def on_mount(self) -> None:
        """Let the learner type at once."""
        self.title_bar.show("Search all lessons")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def look(self, event: Input.Changed) -> None:
        """Show what matches the words typed so far."""
        found = search(self.services.pack, event.value)
        menu = self.query_one(Menu)
        menu.set_options([Option(_result(one), id=f"lesson:{one.lesson.id}#{one.page.id}") for one in found])
        menu.mark(0)
        self.query_one("#count", Static).update(_count(event.value, len(found)))

    @on(Input.Submitted)
    def action_results(self) -> None:
        """Go to the list, or open the only page found."""
        menu = self.query_one(Menu)
        if menu.option_count == 1:
            menu.action_select()
        elif menu.option_count:
            menu.focus()

    def action_words(self) -> None:
        """Go back to the words."""
        self.query_one(Input).focus()

    def action_close(self) -> None:
        """Leave at once, also while typing."""
        self.action_leave()

    @on(Menu.OptionSelected)
    def open_page(self, event: Menu.OptionSelected) -> None:
        """Open the page, in the lesson screen the search was opened from if there is one."""
        href = event.option.id or ""
        self.dismiss(None)
        self.app.call_later(self.tutor.action_follow, href)


def _result(found: Found) -> Content:
    return Content.assemble(
        (found.page.title, "bold"), (f"  {found.lesson.title}\n", "$text-muted"), f"  {found.snippet}"
    )


def _count(query: str, number: int) -> str:
    if not query.strip():
        return "For example: selector, or rolling update"
    if number == 0:
        return "No page has all of these words. Try fewer, or other ones."
    return "1 page" if number == 1 else f"{number} pages"
