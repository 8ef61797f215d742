"""A live diagram: a page's subject played step by step in a cluster of its own, forward, back, and with steps of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from tutor.course.model import Scenario
from tutor.ui.keys import bind
from tutor.ui.live.scenario_run import ScenarioRun
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.exercise_clock import clock_words
from tutor.ui.screens.picture import VIEWS, PictureScreen
from tutor.ui.text import inline
from tutor.ui.widgets.frame.line_view import LineView

if TYPE_CHECKING:
    from tutor.ui.services import Services

MAX_PRINTED = 6
"""Lines of what a command has printed that are shown; the picture has the rest."""


class LiveScreen(PictureScreen, inherit_bindings=False):
    """The picture, with what happens above it."""

    CSS = """
    LiveScreen #say { height: auto; max-height: 5; padding: 0 2; margin: 0 0 1 0; }
    LiveScreen #picture { height: 1fr; }
    LiveScreen #printed { height: auto; max-height: 6; padding: 0 2; color: $text-muted; display: none; }
    LiveScreen Input { height: 1; border: none; padding: 0 2; display: none; &:focus { border: none; } }
    """
    TITLE_TEXT = "Live diagram"
    HELP_TEXT = (
        "A cluster made for this page alone. Space does the next step, b takes it back, and what follows is drawn as it "
        "happens. c runs a kubectl command of your own, x breaks a part. Nothing here counts, and nothing is kept."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("space,right,n", "forward", "Next step", "Do the next step.", name="live-forward"),
        bind("b,left,p", "back", "Back", "Go back to before this step.", name="live-back"),
        bind("c", "command", "Command", "Run a kubectl command of your own.", name="live-command"),
        *(
            one
            for one in PictureScreen.BINDINGS
            if isinstance(one, Binding) and one.id not in ("pause", "picture-next")
        ),
        bind("f8", "pause", "Pause", "Stop the cluster's clock, or let it go on.", show=False),
        *TutorScreen.BINDINGS,
    ]

    def __init__(self, services: Services, scenario: Scenario) -> None:
        self.scenario_run = ScenarioRun(services, scenario)
        super().__init__(self.scenario_run, [name.lower() for name in VIEWS].index(scenario.view))

    def compose_body(self) -> ComposeResult:
        yield Static("", id="say")
        yield from super().compose_body()
        yield Static("", id="printed")
        yield Input(placeholder="kubectl ...", compact=True, id="own")

    def on_mount(self) -> None:
        """Set the scene beside."""
        super().on_mount()
        self._do("Setting the scene", lambda: self.scenario_run.open(lambda text: None))

    def on_unmount(self) -> None:
        """End the cluster; that takes a moment, and nobody has to wait for it."""
        import threading

        threading.Thread(target=self.scenario_run.close, name="live-diagram-close", daemon=True).start()

    @work(thread=True, exclusive=True, group="step", exit_on_error=False)
    def _do(self, what: str, action: Callable[[], object]) -> None:
        """Do something that takes a while, and say how it stands then or what went wrong."""
        worker = get_current_worker()
        self.app.call_from_thread(self._say, Content.styled(f"{what} …", "$text-muted"))
        try:
            action()
        except Exception as error:  # said on the screen, so that the program goes on
            said = Content.styled(str(error), "$text-error")
        else:
            said = self._step_words()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._say, said)

    def _say(self, said: Content) -> None:
        self.query_one("#say", Static).update(said)
        self._show_title()
        self.refresh_bindings()
        self.call_after_refresh(self.draw)

    def _step_words(self) -> Content:
        run = self.scenario_run
        lines = [inline(run.step.say), *(Content.styled(f"$ {line}", "$text-accent") for line in run.step.run)]
        return Content("\n").join(lines)

    def _show_title(self) -> None:
        run = self.scenario_run
        place = f"step {run.place + 1} of {len(run.scenario.steps)}"
        self.title_bar.show(f"{run.scenario.title} ─ {place}", clock_words(run))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what this step allows."""
        run = self.scenario_run
        if action == "forward":
            return run.cluster is not None and run.place + 1 < len(run.scenario.steps)
        if action == "back":
            return run.place > 0
        if action == "command":
            return run.cluster is not None
        return super().check_action(action, parameters)

    def action_forward(self) -> None:
        """Do the next step."""
        self._print("")
        self._do("Doing the next step", self.scenario_run.forward)

    def action_back(self) -> None:
        """Take the step back."""
        self._print("")
        self._do("Going back", self.scenario_run.back)

    def action_command(self) -> None:
        """Let the learner type a command."""
        line = self.query_one("#own", Input)
        line.display = True
        line.value, line.cursor_position = "kubectl ", len("kubectl ")
        line.focus()

    def action_close(self) -> None:
        """Close the line for commands, else leave."""
        if self.is_typing:
            self._close_line()
        else:
            self.action_leave()

    def _close_line(self) -> None:
        self.query_one("#own").display = False
        self.query_one(LineView).focus()

    @on(Input.Submitted, "#own")
    def run_line(self, event: Input.Submitted) -> None:
        """Run the command."""
        event.stop()
        self._close_line()
        if event.value.strip():
            self._do("Running it", lambda: self._try(event.value))

    def _try(self, line: str) -> None:
        printed = self.scenario_run.try_line(line).rstrip("\n").split("\n")
        self.app.call_from_thread(self._print, "\n".join([f"$ {line}", *printed][:MAX_PRINTED]))

    def _print(self, text: str) -> None:
        printed = self.query_one("#printed", Static)
        printed.update(Content(text))
        printed.display = bool(text)
