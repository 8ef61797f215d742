"""What happened since the exercise began."""

from __future__ import annotations

from textual.content import Content

from tutor.ui.live.timeline import Entry, Timeline
from tutor.ui.text import cells, hanging
from tutor.ui.widgets.frame.line_view import LineView

WHO_WIDTH = 20


class TimelinePane(LineView):
    """Events of the cluster and commands of the learner, the latest last."""

    def __init__(self) -> None:
        super().__init__(id="timeline", follow=True, empty="Nothing has happened yet.")
        self._timeline: Timeline | None = None

    def show(self, timeline: Timeline) -> None:
        """Show what has happened so far."""
        self._timeline = timeline
        width = max(30, self.scrollable_content_region.width)
        self.set_lines([line for entry in timeline.entries() for line in entry_lines(entry, width)])

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        if self._timeline is not None:
            self.show(self._timeline)


def entry_lines(entry: Entry, width: int) -> list[Content]:
    """When, who, and what; trouble is marked with an exclamation mark."""
    who = entry.who.removesuffix("-controller")
    head = Content.assemble(
        (f"{format_seconds(entry.at):>8}  ", "$text-muted"),
        (cells(who, WHO_WIDTH), "bold $text-primary" if entry.who == "you" else ""),
        (" ! " if entry.warning else "   ", "bold $text-error"),
    )
    return hanging(head, Content.styled(entry.text, "$text-error" if entry.warning else ""), width)


def format_seconds(seconds: float) -> str:
    """`+0.4 s`, `+2:05`."""
    return f"+{seconds:.1f} s" if seconds < 100 else f"+{int(seconds) // 60}:{int(seconds) % 60:02}"
