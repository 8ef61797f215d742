"""What is to be done; below it hints, the solution and the debrief as they are asked for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tutor.course.model import Exercise
from tutor.ui.widgets.frame.scroll import Scroll
from tutor.ui.widgets.reading.blocks import markdown_widgets


class TaskPane(Scroll):
    """The task and everything that helps with it."""

    DEFAULT_CSS = """
    TaskPane { padding: 0 1; }
    TaskPane .title { text-style: bold; color: $text-primary; margin: 0 0 1 0; }
    """

    def __init__(self, exercise: Exercise) -> None:
        super().__init__(id="task")
        self.exercise = exercise

    def compose(self) -> ComposeResult:
        exercise = self.exercise
        facts = f"namespace {exercise.namespace}, about {exercise.minutes} minutes"
        yield Static(Content.assemble((exercise.title, "bold"), f"  {facts}"), classes="title")
        yield from markdown_widgets(exercise.task, exercise.folder / "exercise.yaml")

    async def add(self, title: str, markdown: str) -> None:
        """Add a hint, the solution or the debrief below, and bring it into view."""
        heading = Static(Content(title), classes="title")
        widgets = markdown_widgets(markdown, self.exercise.folder / "exercise.yaml")
        await self.mount_all([heading, *widgets])
        self.call_after_refresh(self.scroll_to_widget, heading, animate=False, top=True)
