"""What an exercise looks like: its panes, its checks, and how they are kept up to date."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from tutor.course.model import Exercise
from tutor.ui.exercise_run import ExerciseRun
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.exercise_clock import clock_words
from tutor.ui.screens.exercise_editing import apply_in_shell, edit_text
from tutor.ui.screens.exercise_standing import is_solved, standing
from tutor.ui.widgets.exercise.checks import Checks
from tutor.ui.widgets.exercise.cluster import ClusterPane
from tutor.ui.widgets.exercise.files import FilesPane
from tutor.ui.widgets.exercise.shell import ShellPane
from tutor.ui.widgets.exercise.tabs import PANES, PaneTabs
from tutor.ui.widgets.exercise.task import TaskPane
from tutor.ui.widgets.exercise.timeline import TimelinePane

if TYPE_CHECKING:
    from tutor.clusters.context import ConsentNeeded
    from tutor.grading import Report

SET_UP_ANEW = (
    "The cluster you had was ended with the program, so the exercise has been set up again. "
    "Your files are as you left them."
)
BESIDE_ANOTHER = (
    "Another k8s-tutor is using your cluster, so this one has a cluster of its own, which is not kept when you leave. "
    "Your files are the same in both."
)
REFRESH_SECONDS = 0.25
"""The live panes are drawn anew at most this often."""
READING_SECONDS = 12.0
"""Time to read what is said once; afterwards the panes have its room."""
PANE_IDS = tuple(name.lower() for name in PANES)


class SetUpCancelled(Exception):
    """The learner has left while the exercise was being set up; what waits for the cluster ends at its next word."""


class ExerciseView(TutorScreen[None]):
    """The panes of an exercise and its run. What keys do with them is in `ExerciseScreen`."""

    AUTO_FOCUS = ""

    class Changed(Message):
        """The checks or the shell have something new; one such message stands for all before it."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ExerciseView.Changed)

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.run: ExerciseRun | None = None
        self.failed = False
        self._stale = True
        self._said_solved = self._debriefed = False
        self._shown_report: Report | None = None
        self._asked: str | None = None
        self._said = self._about_checks = 0
        """How many messages there were, so that each is taken back only while it stands there; and which of them came last
        from the checks."""

    def compose_body(self) -> ComposeResult:
        yield PaneTabs()
        with Container(id="panes"):
            yield TaskPane(self.exercise)
            yield ClusterPane()
            yield FilesPane()
            yield TimelinePane()
            yield ShellPane()
        yield Static("", id="message")
        yield Checks(self.exercise.checks)

    def on_mount(self) -> None:
        """Set the exercise up beside, and show the task meanwhile."""
        for place, pane_id in enumerate(PANE_IDS):
            pane = self.query_one(f"#{pane_id}")
            pane.border_title = f"F{place + 1} {pane_id.capitalize()}"
        self.action_pane(0)
        self._show_title()
        self.set_interval(REFRESH_SECONDS, self.refresh_live)
        self._open()

    def on_resize(self) -> None:
        """A larger screen may show panes that have not been drawn."""
        self._stale = True

    def on_screen_resume(self) -> None:
        """Take in what has changed while another screen was open, which may have used or closed the same run."""
        self._stale = True
        if self.run is None:
            return
        if self.run.ready:
            self._listen(self.run)
            self._changed()
        else:
            self._open()

    @property
    def is_ready(self) -> bool:
        """Whether the exercise has been set up."""
        return self.run is not None and self.run.ready

    @property
    def _is_solved(self) -> bool:
        return is_solved(self.run)

    def _next_exercise(self) -> Exercise | None:
        return self.services.pack.next_exercise(self.exercise.id)

    # Setting up ------------------------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self) -> None:
        """Start the cluster and the exercise; whatever fails is said on the screen."""
        tell, worker = self.app.call_from_thread, get_current_worker()

        def report(text: str) -> None:
            if worker.is_cancelled:
                raise SetUpCancelled
            tell(self._say, f"{text[:1].upper()}{text[1:]} … (q leaves)")

        try:
            report("opening")
            run = self.services.run_of(self.exercise)
            if not run.ready:
                run.open(report)
        except SetUpCancelled:
            return
        except Exception as error:  # shown in the pane with its remedy, so that the program goes on
            if not worker.is_cancelled:
                self._tell_failure(error)
        else:
            if not worker.is_cancelled:
                tell(self._show_run, run)

    def _tell_failure(self, error: Exception) -> None:
        from tutor.clusters.context import ConsentNeeded

        if isinstance(error, ConsentNeeded):
            self.app.call_from_thread(self._ask_consent, error)
        else:
            self.app.call_from_thread(self._show_failure, error)

    def _show_failure(self, error: Exception) -> None:
        self.failed = True
        self._say(
            f"This exercise could not be set up: {str(error).rstrip('.')}.\nt tries again; c chooses another cluster; q leaves."
        )
        self.refresh_bindings()

    def _ask_consent(self, error: ConsentNeeded) -> None:
        """The cluster is the learner's own and has not been agreed to: ask, and go on if they agree."""
        from tutor.ui.screens.consent import ConsentScreen

        def answered(agreed: bool | None) -> None:
            if agreed:
                self.services.agree(error.info)
                self._open()
            else:
                self._show_failure(error)

        self.app.push_screen(ConsentScreen(error.info), answered)

    def _show_run(self, run: ExerciseRun) -> None:
        self.run, self.failed = run, False
        self._listen(run)
        self.query_one(ShellPane).attach(run)
        files = self.query_one(FilesPane)
        files.manifest.schemas = run.schemas
        files.open_folder(run.workspace)
        self._say(BESIDE_ANOTHER if run.beside_another else SET_UP_ANEW if run.set_up_anew else "", READING_SECONDS)
        run.set_up_anew = run.beside_another = False
        self.run_worker(self._show_hints_seen(run), group="task")
        self._show_report()
        self._stale = True
        self.refresh_live()
        self.refresh_bindings()

    async def _show_hints_seen(self, run: ExerciseRun) -> None:
        """Whoever comes back finds the hints that were shown before."""
        for number, hint in enumerate(run.hints_seen(), start=1):
            await self.query_one(TaskPane).add(self._hint_title(number), hint, show=False)

    def _hint_title(self, number: int) -> str:
        return f"Hint {number} of {len(self.exercise.hints)}"

    def _listen(self, run: ExerciseRun) -> None:
        run.on_report = lambda report: self._changed()
        run.on_output = self._changed
        run.on_cluster = self._note_stale
        run.on_edit = self._edit

    def _changed(self) -> None:
        self.post_message(self.Changed())

    def _edit(self, name: str, text: str) -> str | None:
        """Let the learner edit a text. Called by a command in a thread of its own, which waits for the result."""
        return edit_text(self.app, self.services.settings, self.run, name, text) if self.run else None

    def _note_stale(self) -> None:
        self._stale = True

    def action_retry(self) -> None:
        """Try once more to set the exercise up."""
        self.failed = False
        self._say("Trying again …")
        self._open()

    def action_cluster(self) -> None:
        """Choose where exercises are played, and try once more there."""
        from tutor.ui.screens.clusters import ClusterScreen

        self.app.push_screen(ClusterScreen(), lambda _: self.action_retry())

    # Showing ---------------------------------------------------------------------------------------------------------

    def _say(self, text: str, seconds: float | None = None) -> None:
        """Show a message above the checks, for good or until something else is said or `seconds` have gone by."""
        message = self.query_one("#message", Static)
        message.update(Content(text))
        message.display = bool(text)
        self._said += 1
        if seconds is not None:
            self.set_timer(seconds, partial(self._take_back, self._said))

    @property
    def _is_saying(self) -> bool:
        return bool(self.query_one("#message").display)

    def _take_back(self, number: int) -> None:
        if number == self._said:
            self._say("")

    @on(Changed)
    def show_changed(self) -> None:
        """Show new output and how the checks stand, and run what was to be run next."""
        if self.run is not None:
            self.run.go_on()
        self.query_one(ShellPane).show()
        self.query_one(FilesPane).refresh_files()
        self._show_report()

    def _show_report(self) -> None:
        report = self.run.report if self.run else None
        self._show_title()
        if report is self._shown_report and report is not None:
            return  # only the shell has something new
        self._shown_report = report
        self.query_one(Checks).show(report)
        if report is None:
            return
        if self._is_solved != self._said_solved:
            self._said_solved = self._is_solved
            if self._is_solved:
                self._congratulate()
            else:
                self._take_back(self._about_checks)  # what an undo says, which was the reason, stays
        if report.note and not self._is_solved:
            self._say(report.note)
            self._about_checks = self._said
        self.refresh_bindings()

    def _congratulate(self) -> None:
        next_key = " ctrl+n: next exercise." if self._next_exercise() else ""
        self._say(f"✓ Solved. F1 shows what happened, step by step.{next_key}")
        self._about_checks = self._said
        if not self._debriefed:
            self._debriefed = True
            self.run_worker(self.query_one(TaskPane).add("Solved", self.exercise.debrief), group="task")

    def _show_title(self) -> None:
        self.title_bar.show(self.exercise.title, Content(f"{standing(self.run)}   {clock_words(self.run)}".rstrip()))

    def refresh_live(self) -> None:
        """Draw the live panes anew if the cluster has changed since."""
        if not self._stale or self.run is None or not self.is_current:
            return
        self._stale = False
        cluster, timeline = self.query_one(ClusterPane), self.query_one(TimelinePane)
        try:
            if cluster.display:
                cluster.show(self.run.state)
            if timeline.display:
                timeline.show(self.run.timeline)
        except Exception as error:  # an object that cannot be drawn must not end the program
            self._say(f"The live view cannot be drawn, which is a fault of the tutor: {error!r}")

    @on(FilesPane.ApplyWanted)
    def apply_file(self, event: FilesPane.ApplyWanted) -> None:
        """Run kubectl apply in the shell, where the learner sees what comes of it."""
        event.stop()
        if problem := apply_in_shell(self.run, event.name):
            self._say(problem)
            return
        self.action_pane(PANE_IDS.index("shell"))
        self.query_one(ShellPane).show()

    # Panes -----------------------------------------------------------------------------------------------------------

    def action_pane(self, place: int) -> None:
        """Show a pane, and put the cursor where its keys go."""
        self.query_one(PaneTabs).active = place
        for number, pane_id in enumerate(PANE_IDS):
            self.query_one(f"#{pane_id}").set_class(number == place, "-shown")
        self.query_one("#panes").set_class(PANE_IDS[place] == "files", "-editing")
        self._stale = True
        self.refresh_live()
        # At once: what is typed next must not go to the pane that was shown before.
        self.set_focus(self._focus_of(place))

    def _focus_of(self, place: int) -> Widget:
        if PANE_IDS[place] == "shell":
            return self.query_one(ShellPane).line
        if PANE_IDS[place] == "files":
            return self.query_one(FilesPane).editor
        return self.query_one(f"#{PANE_IDS[place]}")

    def action_checks(self) -> None:
        """Go to the checks."""
        self.query_one(Checks).focus()

    @on(Checks.OptionSelected, "#checks")
    def open_check(self, event: Checks.OptionSelected) -> None:
        """Show what the check wants and why, or close it again."""
        event.stop()
        self.query_one(Checks).toggle(event.option.id or "")

    def action_close(self) -> None:
        """From the checks or a text field back to the task's keys, else leave."""
        if self.is_typing or self.query_one(Checks).has_focus:
            self.set_focus(None)
        else:
            self.action_leave()

    def _let_go(self) -> None:
        self.query_one(FilesPane).action_save(quiet=True)
        if self.run is not None:
            self.run.on_report = lambda report: None
            self.run.on_output = self.run.on_cluster = lambda: None
            self.run.on_edit = lambda name, text: None
