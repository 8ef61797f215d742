"""Everything the learner has done, as the command `k8s-tutor progress` prints it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.frame.scroll import Scroll

MARGIN = 4
"""Columns that padding and scroll bar take."""


class ProgressScreen(TutorScreen[None]):
    """The report of progress."""

    CSS = "ProgressScreen Scroll { padding: 0 1; }"
    TITLE_TEXT = "Progress"
    HELP_TEXT = "What you have read, answered and solved. `k8s-tutor progress` prints the same, and can export it."

    def compose_body(self) -> ComposeResult:
        with Scroll():
            yield Static(id="report")

    def on_resize(self) -> None:
        """Write the report as wide as there is room."""
        columns = self.app.size.width - MARGIN
        lines = self.services.progress.report_lines(self.services.contents, columns)
        self.query_one("#report", Static).update(Content("\n".join(lines)))

    def on_mount(self) -> None:
        """Make the report scroll with the arrow keys."""
        self.title_bar.show("Progress")
        self.query_one(Scroll).focus()
