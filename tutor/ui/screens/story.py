"""What a command did: its requests, the changes, who reacted and why, and the page of the course about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.text import cells, hanging
from tutor.ui.widgets.exercise.timeline import format_seconds
from tutor.ui.widgets.frame.line_view import LineView

if TYPE_CHECKING:
    from tutor.course.model import Lesson, Page
    from tutor.shell.story.telling import Step, Story

REFRESH_SECONDS = 0.5
"""The cluster goes on reacting while the story is read."""
WHO_WIDTH = 21


class StoryScreen(TutorScreen[None]):
    """The story of the last command, which grows while the cluster goes on."""

    TITLE_TEXT = "What happened"
    HELP_TEXT = (
        "What your last command asked the API server, what changed in the exercise's namespace since, and which part of "
        "Kubernetes did it and why. It goes on as long as the cluster does."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter,l", "read", "Read about it", "Open the page of the course about this command.", name="story-page"),
        bind("ctrl+t,e", "leave", "Back", "Go back to the exercise.", show=False, name="close-story"),
    ]

    def __init__(self, story: Callable[[], Story | None], page: Callable[[Story], tuple[Lesson, Page] | None]) -> None:
        super().__init__()
        self._story, self._page_of = story, page
        self._page: tuple[Lesson, Page] | None = None

    def compose_body(self) -> ComposeResult:
        yield LineView(empty="You have not run a command yet. Run one in the shell and come back.")

    def on_mount(self) -> None:
        """Tell it now, and whenever there may be more of it."""
        self.title_bar.show("What happened")
        self.query_one(LineView).focus()
        self.tell()
        self.set_interval(REFRESH_SECONDS, self.tell)

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        self.tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A page can only be opened where there is one."""
        return self._page is not None if action == "read" else True

    def tell(self) -> None:
        """Tell the story as it is now."""
        story = self._story()
        if story is None or not self.is_current:
            return
        page = self._page_of(story)
        if page != self._page:
            self._page = page
            self.refresh_bindings()
        view = self.query_one(LineView)
        view.set_lines(story_lines(story, max(40, view.scrollable_content_region.width), page))

    def action_read(self) -> None:
        """Open the page about this command."""
        if self._page is not None:
            lesson, page = self._page
            self.tutor.action_follow(f"lesson:{lesson.id}#{page.id}")


def story_lines(story: Story, width: int, page: tuple[Lesson, Page] | None = None) -> list[Content]:
    """The story as lines of at most `width` cells."""
    lines = [Content.assemble(("$ ", "$text-muted"), (story.line, "bold")), Content()]
    lines += [*_request_lines(story, width), Content(), *_step_lines(story, width)]
    if story.duties:
        lines += [Content(), Content.styled("Why they did it", "bold $text-primary")]
        for actor, duty in story.duties.items():
            lines += hanging(Content.styled(f"  {cells(actor, WHO_WIDTH)}  ", "bold"), duty, width)
    if page is not None:
        lesson, about = page
        head = Content.styled("Read about it: ", "$text-muted")
        lines += [Content(), *hanging(head, f"{lesson.title}, {about.title} (enter)", width)]
    return lines


def _request_lines(story: Story, width: int) -> list[Content]:
    if not story.requests:
        return [Content.styled("It sent no request to the API server.", "$text-muted")]
    lines = [Content.styled("What it asked the API server", "bold $text-primary")]
    for request in story.requests:
        style = "$text-error" if request.code >= 400 else "bold" if request.changes else "$text-muted"
        head = Content.assemble(f"  {request.code}  ", (f"{request.method:<6} ", style))
        lines += hanging(head, request.short_path, width)
    return lines


def _step_lines(story: Story, width: int) -> list[Content]:
    lines = [Content.styled("What happened in the namespace since", "bold $text-primary")]
    if not story.steps:
        nothing = "Nothing has changed: the command only reads." if story.only_read else "Nothing has changed so far."
        return [*lines, Content(f"  {nothing}")]
    if not story.exact:
        note = "This was put together by watching. A real cluster does not say which controller did what, so that is concluded."
        lines += hanging("  ", Content.styled(note, "$text-muted"), width)
    for number, step in enumerate(story.steps, start=1):
        lines += _lines_of(number, step, width)
    if story.left_out:
        lines.append(Content.styled(f"  and {story.left_out} more steps", "$text-muted"))
    return lines


def _lines_of(number: int, step: Step, width: int) -> list[Content]:
    style = "bold $text-primary" if step.who == "you" else "bold"
    head = Content.assemble(
        (f"{number:>3} {format_seconds(step.after):>8} ", "$text-muted"),
        (cells(step.who, WHO_WIDTH), style),
        ("! " if step.trouble else "  ", "bold $text-error"),
    )
    text = Content.assemble((step.subject, "bold"), ": ", (step.text, "$text-error" if step.trouble else ""))
    if head.cell_length + 30 > width:
        return [head, *hanging("      ", text, width)]
    return hanging(head, text, width)
