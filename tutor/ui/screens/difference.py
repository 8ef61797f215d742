"""What applying a manifest would change, line by line."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.frame.line_view import LineView

if TYPE_CHECKING:
    from tutor.manifests.difference import Difference

WIDTH = 76
"""Sentences are broken into lines as long as the smallest terminal shows whole."""
_STYLES = {"+": "$text-success", "-": "$text-error", "@": "$text-muted"}


class DifferenceScreen(TutorScreen[None]):
    """A unified diff between the cluster and a text. Nothing is changed by looking at it."""

    TITLE_TEXT = "Compare with the cluster"
    HELP_TEXT = (
        "What kubectl apply would change. Lines that begin with - are in the cluster now, lines that begin with + would be. "
        "The server worked it out without storing anything."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+r", "leave", "Back", "Go back to the text.", show=False, name="close-difference"),
    ]

    def __init__(self, kubeconfig: Path, name: str, text: str) -> None:
        super().__init__()
        self._kubeconfig, self._subject, self._text = kubeconfig, name, text

    def compose_body(self) -> ComposeResult:
        yield LineView(empty="Asking the cluster …")

    def on_mount(self) -> None:
        """Ask at once."""
        self.title_bar.show(f"What applying {self._subject} would change")
        self.query_one(LineView).focus()
        self._compare()

    @work(thread=True, exit_on_error=False)
    def _compare(self) -> None:
        from tutor.manifests.difference import compare

        self.app.call_from_thread(self._show, compare(self._kubeconfig, self._text))

    def _show(self, difference: Difference) -> None:
        self.query_one(LineView).set_lines(difference_lines(difference))


def difference_lines(difference: Difference) -> list[Content]:
    """The lines, each told by its first character as well as by its colour."""
    if difference.problem:
        head = Content.styled("It cannot be compared. The cluster says:", "bold $text-warning")
        lines = difference.problem.splitlines()
        return [head, Content(), *(Content(part) for line in lines for part in textwrap.wrap(line, WIDTH) or [""])]
    if not difference.lines:
        return [Content.styled("✓ Nothing would change: the cluster has all of this already.", "$text-success")]
    return [_line(line) for line in difference.lines]


def _line(line: str) -> Content:
    if line.startswith(("diff ", "--- ")):
        return Content()
    if line.startswith("+++ "):
        name = line.split("\t")[0].rpartition("/")[2]
        return Content.styled(name, "bold")
    return Content.styled(line, _STYLES.get(line[:1], ""))
