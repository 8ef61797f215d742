"""An exercise: the task, a shell, the files, the cluster and what happens in it, with the checks always in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.events import Key

from tutor.clusters.actors import YOU
from tutor.ui.keys import bind
from tutor.ui.screens.exercise_clock import change_rate, toggle_pause
from tutor.ui.screens.exercise_own_shell import open_own_shell
from tutor.ui.screens.exercise_typing import GOES_ON_HERE, WHERE_TO_TYPE, StrayTyping
from tutor.ui.screens.exercise_view import READING_SECONDS, ExerciseView
from tutor.ui.widgets.exercise.checks import Checks
from tutor.ui.widgets.exercise.shell import ShellPane
from tutor.ui.widgets.exercise.tabs import PANES
from tutor.ui.widgets.exercise.task import TaskPane

if TYPE_CHECKING:
    from tutor.course.model import Exercise, Lesson, Page
    from tutor.shell.story.telling import Story
    from tutor.ui.exercise_run import ExerciseRun


def _pane_key(key: str, number: int, name: str, *, priority: bool = False) -> Binding:
    what = f"Show the pane {name}."
    return bind(key, f"pane({number - 1})", name, what, show=False, priority=priority, name=f"pane-{name.lower()}")


class ExerciseScreen(ExerciseView):
    """The workspace of one exercise."""

    CSS_PATH = "exercise.tcss"
    TITLE_TEXT = "Exercise"
    HELP_TEXT = (
        "Reach what the task asks for, in the shell or by editing files; any way that works is right. The checks at the "
        "bottom follow the cluster by themselves: mark one with F9 and press enter to see what is wanted and why. "
        "Your files are saved as you type, and everything is as you left it when you come back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before all else, so that what is typed next belongs to the new pane however fast somebody types.
        *(_pane_key(f"f{n}", n, name, priority=True) for n, name in enumerate(PANES, start=1)),
        *(_pane_key(f"{n}", n, name) for n, name in enumerate(PANES, start=1)),
        bind("n,ctrl+n", "next", "Next exercise", "Go on to the next exercise."),
        bind("e,ctrl+t", "story", "Explain", "Tell what your last command did, and who reacted to it."),
        bind("h", "hint", "Hint", "Show the next hint."),
        bind("u", "undo", "Undo", "Take the cluster back to before your last command."),
        # The editor has uses of its own for these two, which nobody would miss there.
        bind("f6", "hint", "Hint", "Show the next hint.", priority=True),
        bind("f7", "undo", "Undo", "Take the cluster back to before your last command.", priority=True),
        bind("space,f8", "pause", "Pause", "Stop the cluster's clock, or let it go on."),
        bind("plus", "rate(1)", "Faster", "Let the cluster's clock run faster.", name="faster", show=False),
        bind("minus", "rate(-1)", "Slower", "Let the cluster's clock run slower.", name="slower", show=False),
        bind("c,f9", "checks", "Checks", "Go to the checks; enter shows what one wants and why."),
        bind("m,ctrl+g", "picture", "Picture", "Show the cluster as a live picture.", name="picture"),
        bind("x", "faults", "Faults", "Break a part of the cluster on purpose, or install an add-on.", show=False),
        bind(
            "o", "own_shell", "Own shell", "Open your own shell on this cluster, in the exercise's folder.", show=False
        ),
        bind("R", "reset", "Reset", "Begin the exercise again."),
        bind("S", "solution", "Solution", "Show the solution. It is recorded that you saw it.", show=False),
        bind("l", "lesson", "Lesson", "Open the lesson of this exercise.", show=False),
        bind("t", "retry", "Try again", "Try once more to set the exercise up."),
        bind("c", "cluster", "Cluster", "Choose another cluster, and try again there."),
    ]

    def __init__(self, exercise: Exercise) -> None:
        super().__init__(exercise)
        self._stray = StrayTyping()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what this cluster and this moment allow."""
        cluster = self.run.cluster if self.run else None
        match action:
            case "hint":
                return self.is_ready and self.run is not None and self.run.hints_shown < len(self.exercise.hints)
            case "undo":
                return self.is_ready and cluster is not None and cluster.snapshots is not None
            case "pause" | "rate":
                return self.is_ready and cluster is not None and cluster.clock is not None
            case "faults":
                return self.is_ready and cluster is not None and cluster.levers is not None
            case "own_shell":
                return self.is_ready and not self.app.is_web
            case "picture" | "story":
                return self.is_ready
            case "next":
                return self._is_solved and self._next_exercise() is not None
            case "retry" | "cluster":
                return self.failed
            case "reset" | "solution" | "checks":
                return self.is_ready
        return True

    # Keys that are no commands --------------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Bring what looks like a command to the shell, and say of other letters without a meaning where commands are typed."""
        if not event.character or not event.is_printable:
            return
        line = self.query_one(ShellPane).line
        if self.focused is line:  # it was on its way here when the cursor went to the shell
            line.insert_text_at_cursor(event.character)
        elif not self.is_typing and (typed := self._stray.take(event)):
            self.action_pane(PANES.index("Shell"))
            line.insert_text_at_cursor(typed)
            self._say(GOES_ON_HERE, READING_SECONDS)
        elif not (self.is_typing or self._is_saying or event.key in self.active_bindings):
            self._say(WHERE_TO_TYPE, READING_SECONDS)
        else:
            return
        event.stop()

    # Help with the exercise ------------------------------------------------------------------------------------------

    def action_hint(self) -> None:
        """Show the next hint below the task."""
        hint = self.run.next_hint() if self.run else None
        if hint is not None and self.run is not None:
            self._add_to_task(self._hint_title(self.run.hints_shown), hint)
            self.refresh_bindings()

    def action_solution(self) -> None:
        """Show the solution, when asked twice."""
        if self.run is not None and self._is_sure("solution", "Press S again to see the solution. It is recorded."):
            self._add_to_task("Solution", self.run.solution())

    def _add_to_task(self, title: str, markdown: str) -> None:
        if not self.query_one(TaskPane).display:
            self.action_pane(0)
        self.run_worker(self.query_one(TaskPane).add(title, markdown), group="task")

    def _is_sure(self, what: str, question: str) -> bool:
        """Whether a key with consequences has been pressed twice in a row."""
        sure = self._asked == what
        self._asked = None if sure else what
        self._say("" if sure else question)
        if not sure:
            self.set_timer(5, self._forget_question)
        return sure

    def _forget_question(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._say("")

    def action_undo(self) -> None:
        """Take the last command back."""
        if self.run is not None:
            self._do("Taking your last command back", self.run.undo)

    def action_reset(self) -> None:
        """Begin again, when asked twice."""
        if self.run is not None and self._is_sure("reset", "Press R again to begin this exercise again."):
            self._debriefed = False
            self.run_worker(self.query_one(TaskPane).clear_additions(), group="task")
            self._do("Setting the exercise up again", self.run.reset)

    @work(thread=True, exclusive=True, group="action", exit_on_error=False)
    def _do(self, what: str, action: Callable[[], str | None]) -> None:
        """Do something that takes a while; what fails is said on the screen, as is what `action` has to say."""
        tell = self.app.call_from_thread
        tell(self._say, f"{what} …")
        try:
            done = action() or ""
            if self.run is not None:
                self.run.check()
                self.run.look_for_faults()
        except Exception as error:  # shown with its remedy, so that the program goes on
            reason = str(error).rstrip(".") or f"the cluster did not do it ({type(error).__name__})"
            tell(self._say, f"{what}: {reason}.")
        else:
            tell(self._say, done, READING_SECONDS)
        tell(self.show_changed)

    def action_pause(self) -> None:
        """Stop the cluster's clock or let it go on."""
        toggle_pause(self.run)
        self._show_title()

    def action_rate(self, direction: int) -> None:
        """Let the cluster's clock run faster or slower."""
        change_rate(self.run, direction)
        self._show_title()

    def action_picture(self) -> None:
        """Show the cluster as a picture."""
        from tutor.ui.screens.picture import PictureScreen

        if self.run is not None:
            self.app.push_screen(PictureScreen(self.run))

    def action_faults(self) -> None:
        """Open the levers."""
        from tutor.ui.screens.levers import LeversScreen

        if self.run is not None:
            self.app.push_screen(LeversScreen(self.run))

    # Going elsewhere -------------------------------------------------------------------------------------------------

    def action_next(self) -> None:
        """Go on to the next exercise."""
        if following := self._next_exercise():
            self._let_go()
            self.app.switch_screen(ExerciseScreen(following))

    def action_story(self) -> None:
        """Tell what the last command did."""
        from tutor.course.lookup import page_about
        from tutor.ui.screens.story import StoryScreen

        if (run := self.run) is not None:
            pack, near = self.services.pack, self.exercise.lesson

            def page_of(story: Story) -> tuple[Lesson, Page] | None:
                return page_about(pack, story.line, [step.kind for step in story.steps if step.who == YOU], near)

            self.app.push_screen(StoryScreen(run.story, page_of))

    def action_own_shell(self) -> None:
        """Open the learner's own shell, when asked twice, and look afterwards what was done in it."""
        question = "Press o again to open your own shell. It can do everything you can do on this computer."
        if self.run is None or self.run.cluster is None or not self._is_sure("own-shell", question):
            return
        if problem := open_own_shell(self.app, self.run, self.run.cluster):
            self._say(problem)
        else:
            self._look_again(self.run)

    @work(thread=True, exclusive=True, group="action", exit_on_error=False)
    def _look_again(self, run: ExerciseRun) -> None:
        run.check()

    def action_lesson(self) -> None:
        """Open the page about the mistake at the marked check, or else the lesson of this exercise."""
        checks = self.query_one(Checks)
        see = checks.marked_see if checks.has_focus else None
        self.tutor.action_follow(see or f"lesson:{self.exercise.lesson}")

    def action_leave(self) -> None:
        """Leave; the exercise stays as it is."""
        self._let_go()
        super().action_leave()
