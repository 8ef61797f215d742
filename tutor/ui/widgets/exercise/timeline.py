"""What happened since the exercise began."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tutor.clusters.actors import YOU
from tutor.ui.live.timeline import Entry, Timeline
from tutor.ui.text import cells, hanging
from tutor.ui.widgets.frame.drawn_once import DrawnOnce
from tutor.ui.widgets.frame.line_view import LineView

NARROW = 100
"""Below this width in cells, names of controllers are written without the word controller."""
WHO_WIDTHS = (14, 22)
"""The widest the column of names gets, in a narrow and in a wide pane."""


class TimelinePane(LineView):
    """Events of the cluster and commands of the learner, the latest last."""

    def __init__(self) -> None:
        super().__init__(id="timeline", follow=True, empty="Nothing has happened yet.")
        self._timeline: Timeline | None = None
        self._drawn: DrawnOnce[Entry] = DrawnOnce()

    def show(self, timeline: Timeline) -> None:
        """Show what has happened so far."""
        self._timeline = timeline
        width = max(30, self.scrollable_content_region.width)
        entries = timeline.entries()
        names = who_width(entries, width)
        self.set_lines(self._drawn.lines(entries, (width, names), lambda entry: entry_lines(entry, width, names)))

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        if self._timeline is not None:
            self.show(self._timeline)


def who_width(entries: Sequence[Entry], width: int) -> int:
    """How wide the column of names has to be in a pane of `width` cells."""
    widest = max((len(_who(entry, width)) for entry in entries), default=0)
    return min(widest, WHO_WIDTHS[width >= NARROW])


def _who(entry: Entry, width: int) -> str:
    return entry.who if width >= NARROW else entry.who.removesuffix("-controller")


def entry_lines(entry: Entry, width: int, names: int) -> list[Content]:
    """When, who in a column of `names` cells, and what; trouble is marked with an exclamation mark."""
    head = Content.assemble(
        (f"{format_seconds(entry.at):>8}  ", "$text-muted"),
        (cells(_who(entry, width), names), "bold $text-primary" if entry.who == YOU else ""),
        (" ! " if entry.warning else "   ", "bold $text-error"),
    )
    return hanging(head, Content.styled(entry.text, "$text-error" if entry.warning else ""), width)


def format_seconds(seconds: float) -> str:
    """`+0.4 s`, `+2:05`."""
    return f"+{seconds:.1f} s" if seconds < 100 else f"+{int(seconds) // 60}:{int(seconds) % 60:02}"
