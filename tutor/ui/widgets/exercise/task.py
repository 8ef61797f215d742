"""What is to be done; below it hints, the solution and the debrief as they are asked for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.course.model import Exercise
from tutor.ui.widgets.frame.scroll import Scroll
from tutor.ui.widgets.reading.blocks import markdown_widgets


class TaskPane(Scroll):
    """The task and everything that helps with it."""

    DEFAULT_CSS = """
    TaskPane { padding: 0 1; }
    TaskPane .title { text-style: bold; color: $text-primary; margin: 0 0 1 0; }
    TaskPane .addition { height: auto; }
    """

    def __init__(self, exercise: Exercise) -> None:
        super().__init__(id="task")
        self.exercise = exercise
        self._additions: dict[str, Widget] = {}
        self._unseen: Widget | None = None
        """What was added last: it is kept in view while the pane is shown and laid out, until the learner presses a key there."""

    def compose(self) -> ComposeResult:
        exercise = self.exercise
        facts = f"namespace {exercise.namespace}, about {exercise.minutes} minutes"
        yield Static(Content.assemble((exercise.title, "bold"), f"  {facts}"), classes="title")
        yield from markdown_widgets(exercise.task, exercise.folder / "exercise.yaml")

    async def add(self, title: str, markdown: str, *, show: bool = True) -> None:
        """Add a hint, the solution or the debrief below, in the place of one with the same title, and bring it into view or not."""
        if before := self._additions.pop(title, None):
            await before.remove()
        widgets = markdown_widgets(markdown, self.exercise.folder / "exercise.yaml")
        addition = Vertical(Static(Content(title), classes="title"), *widgets, classes="addition")
        self._additions[title] = addition
        if show:
            self._unseen = addition
        await self.mount(addition)
        self.call_after_refresh(self._show_unseen)

    async def clear_additions(self) -> None:
        """Show the task alone again."""
        self._unseen = None
        additions, self._additions = list(self._additions.values()), {}
        await self.remove_children(additions)

    def on_show(self) -> None:
        """Bring what was added meanwhile into view."""
        self._show_unseen()

    def on_resize(self) -> None:
        """Keep it in view."""
        self.call_after_refresh(self._show_unseen)

    def watch_virtual_size(self) -> None:
        """Keep it in view while its text takes its room."""
        self.call_after_refresh(self._show_unseen)

    def on_key(self) -> None:
        """From now on the learner scrolls."""
        self._unseen = None

    def on_mouse_scroll_up(self) -> None:
        """From now on the learner scrolls."""
        self._unseen = None

    def _show_unseen(self) -> None:
        if self._unseen is not None and self.display:
            self.scroll_to_widget(self._unseen, animate=False, top=True)
