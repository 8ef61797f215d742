"""What happened since the exercise began."""

from __future__ import annotations

from textual.content import Content

from tutor.ui.live.timeline import Entry, Timeline
from tutor.ui.text import cells
from tutor.ui.widgets.frame.line_view import LineView

WHO_WIDTH = 24


class TimelinePane(LineView):
    """Events of the cluster and commands of the learner, the latest last."""

    def __init__(self) -> None:
        super().__init__(id="timeline", follow=True, empty="Nothing has happened yet.")

    def show(self, timeline: Timeline) -> None:
        """Show what has happened so far."""
        self.set_lines([entry_line(entry) for entry in timeline.entries()])


def entry_line(entry: Entry) -> Content:
    """When, who, and what; trouble is marked with an exclamation mark."""
    who = entry.who.removesuffix("-controller") if entry.who != "you" else "you"
    return Content.assemble(
        (f"{format_seconds(entry.at):>8}  ", "$text-muted"),
        (cells(who, WHO_WIDTH), "bold $text-primary" if entry.who == "you" else ""),
        ("! " if entry.warning else "  ", "bold $text-error"),
        (entry.text, "$text-error" if entry.warning else ""),
    )


def format_seconds(seconds: float) -> str:
    """`+0.4 s`, `+2:05`."""
    return f"+{seconds:.1f} s" if seconds < 100 else f"+{int(seconds) // 60}:{int(seconds) % 60:02}"
