"""The live picture: the cluster of an exercise drawn as it is, changing as it changes."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tutor.ui.keys import bind
from tutor.ui.live.pictures import nodes_picture, owners_picture, traffic_picture
from tutor.ui.live.pictures.parts import HEADING
from tutor.ui.ports import Played
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.exercise_clock import change_rate, clock_words, toggle_pause
from tutor.ui.widgets.frame.line_view import LineView

REFRESH_SECONDS = 0.25
"""The picture is drawn anew at most this often."""
FAULTS_SECONDS = 1.0
"""How often it is looked whether somebody has broken or mended something."""
VIEWS = ("Nodes", "Owners", "Traffic")
SIDE_BY_SIDE = 150
"""Columns from which owners and traffic stand beside each other."""


class PictureScreen(TutorScreen[None]):
    """Nodes with their Pods, what owns what, and the way of a request. One at a time where there is little room."""

    TITLE_TEXT = "Live picture"
    HELP_TEXT = (
        "The cluster as it is at this moment; only the cluster changes it. ● is a Pod that is ready, ◌ one on its way, "
        "✗ one in trouble. Solid arrows carry requests, dashed ones do not."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            bind(str(n), f"view({n - 1})", name, f"Show the picture {name}.", name=f"picture-{name.lower()}")
            for n, name in enumerate(VIEWS, start=1)
        ),
        bind("tab", "next_view", "Next", "Show the next picture.", show=False, name="picture-next"),
        bind("x", "faults", "Faults", "Break a part of the cluster, or install an add-on."),
        bind("space,f8", "pause", "Pause", "Stop the cluster's clock, or let it go on."),
        bind("plus", "rate(1)", "Faster", "Let the cluster's clock run faster.", name="faster"),
        bind("minus", "rate(-1)", "Slower", "Let the cluster's clock run slower.", name="slower", show=False),
    ]

    def __init__(self, run: Played, view: int = 0) -> None:
        super().__init__()
        self.run = run
        self._view = view
        self._drawn: object = None

    def compose_body(self) -> ComposeResult:
        yield LineView(id="picture", empty="Nothing has been seen of the cluster yet.")

    def on_mount(self) -> None:
        """Draw it, and go on drawing."""
        self.query_one(LineView).focus()
        self.set_interval(REFRESH_SECONDS, self.draw)
        self.set_interval(FAULTS_SECONDS, self._look_for_faults)
        self._look_for_faults()
        self.draw()

    def on_screen_resume(self) -> None:
        """Somebody may have broken something on the screen that was open."""
        self._look_for_faults()

    def on_resize(self) -> None:
        """Lay it out anew."""
        self.refresh_bindings()
        self.call_after_refresh(self.draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what this cluster can do."""
        cluster = self.run.cluster
        if action in ("view", "next_view"):
            return not self.all_at_once
        if action in ("pause", "rate"):
            return cluster is not None and cluster.clock is not None
        if action == "faults":
            return cluster is not None and cluster.levers is not None
        return True

    @work(thread=True, exclusive=True, group="faults", exit_on_error=False)
    def _look_for_faults(self) -> None:
        self.run.look_for_faults()

    def draw(self) -> None:
        """Draw the picture if anything has changed since."""
        view = self.query_one(LineView)
        width = view.scrollable_content_region.width or self.size.width - 2
        now = (self.run.state.version, self.run.broken, self._view, width, self.all_at_once, clock_words(self.run))
        if now == self._drawn:
            return
        self._drawn = now
        self._show_title()
        lines = self._everything(width) if self.all_at_once else self._one(width)
        if self.run.state.problem:
            lines.insert(0, Content.styled(f"! {self.run.state.problem}", "bold $text-warning"))
        view.set_lines(lines)

    @property
    def all_at_once(self) -> bool:
        """Whether there is room for all pictures."""
        return self.size.width >= SIDE_BY_SIDE and self.size.height >= 40

    def _show_title(self) -> None:
        what = "" if self.all_at_once else f" ─ {VIEWS[self._view]}"
        self.title_bar.show(f"Live picture of {self.run.namespace}{what}", clock_words(self.run))

    def _one(self, width: int) -> list[Content]:
        state = self.run.state
        if self._view == 0:
            return nodes_picture(state, width, self.run.broken)
        return (owners_picture if self._view == 1 else traffic_picture)(state, width)

    def _everything(self, width: int) -> list[Content]:
        state, left = self.run.state, width // 2 + 8
        owners = [Content.styled("What owns what", HEADING), Content(), *owners_picture(state, left - 2)]
        traffic = [Content.styled("The way of a request", HEADING), Content(), *traffic_picture(state, width - left)]
        pairs = zip_longest(owners, traffic, fillvalue=Content())
        below = [Content.assemble(one, " " * (left - one.cell_length), other) for one, other in pairs]
        return [*nodes_picture(state, width, self.run.broken), Content(), *below]

    def action_view(self, place: int) -> None:
        """Show one of the pictures."""
        self._view = place
        self.draw()
        self.query_one(LineView).scroll_home(animate=False)

    def action_next_view(self) -> None:
        """Show the next picture."""
        self.action_view((self._view + 1) % len(VIEWS))

    def action_faults(self) -> None:
        """Open the levers."""
        from tutor.ui.screens.levers import LeversScreen

        self.app.push_screen(LeversScreen(self.run))

    def action_pause(self) -> None:
        """Stop the cluster's clock or let it go on."""
        toggle_pause(self.run)
        self.draw()

    def action_rate(self, direction: int) -> None:
        """Let the cluster's clock run faster or slower."""
        change_rate(self.run, direction)
        self.draw()
