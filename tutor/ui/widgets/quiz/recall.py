"""An open question: a place to write, then the model answer beside what was written."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tutor.quiz import Coverage, PointCoverage, Rating
from tutor.ui.widgets.reading.blocks import markdown_widgets


class RecallAnswer(Vertical):
    """Where the learner writes. Writing is optional: thinking the answer through is enough."""

    DEFAULT_CSS = """
    RecallAnswer { height: auto; max-width: 100; }
    RecallAnswer TextArea { height: 8; margin: 0 0 1 0; }
    RecallAnswer .hint { color: $text-muted; }
    """

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        yield Static("Write your answer, or just think it through. F2 shows a model answer.", classes="hint")
        yield TextArea(self._draft, compact=False, show_line_numbers=False, tab_behavior="focus")

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self.query_one(TextArea).text


class RecallReview(Vertical):
    """What was written, the model answer, and which of its points were found."""

    DEFAULT_CSS = """
    RecallReview { height: auto; max-width: 100; }
    RecallReview Static { margin: 0 0 1 0; }
    """

    def __init__(self, written: str, model: str, coverage: Coverage, path: Path) -> None:
        super().__init__()
        self._written, self._model, self._coverage, self._path = written.strip(), model, coverage, path

    def compose(self) -> ComposeResult:
        if self._written:
            yield Static(Content.assemble(("You wrote\n", "bold"), self._written))
        yield Static(Content.styled("Model answer", "bold"))
        yield from markdown_widgets(self._model, self._path)
        if self._coverage.points:
            yield Static(self._points())
        yield Static(self._question())

    def _points(self) -> Content:
        head = "Points" if not self._written else f"Points found in your text: {self._coverage.covered}"
        lines = [Content.styled(head, "bold"), *(self._point(point) for point in self._coverage.points)]
        return Content("\n").join(lines)

    def _point(self, point: PointCoverage) -> Content:
        if not self._written:
            return Content.assemble("  - ", point.point)
        if point.covered:
            return Content.assemble(("  ✓ found      ", "$text-success"), point.point)
        word = "not found" if point.checkable else "look       "
        return Content.assemble((f"  ○ {word}  ", "$text-muted"), point.point)

    def _question(self) -> Content:
        parts: list[Content | str | tuple[str, str]] = [
            ("Did you know it?  ", "bold"),
            ("1", "bold $text-primary"),
            " Again, ask me soon   ",
            ("2", "bold $text-primary"),
            " Good, I knew it",
        ]
        if self._written:
            suggested = "2" if self._coverage.suggested is Rating.GOOD else "1"
            parts.append((f"\nYour text suggests {suggested}; you decide.", "$text-muted"))
        return Content.assemble(*parts)
