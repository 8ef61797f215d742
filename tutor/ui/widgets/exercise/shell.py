"""The practice shell: what it printed, and the line being typed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.ui.exercise_run import ExerciseRun
from tutor.ui.text import columns, hanging
from tutor.ui.widgets.exercise.output_search import OutputSearch
from tutor.ui.widgets.exercise.shell_input import ShellInput
from tutor.ui.widgets.frame.drawn_once import DrawnOnce
from tutor.ui.widgets.frame.line_view import LineView

if TYPE_CHECKING:
    from tutor.shell import Completion

STYLES = {"input": "bold", "stdout": "", "stderr": "$text-warning", "tip": "italic $text-muted"}
MAX_CANDIDATES = 60


class ShellPane(Vertical):
    """Output above, prompt and line below. Shows and drives the shell of an exercise's run."""

    DEFAULT_CSS = """
    ShellPane { padding: 0 1; }
    ShellPane LineView { height: 1fr; padding: 0; scrollbar-gutter: stable; }
    ShellPane Horizontal { height: 1; }
    ShellPane #prompt { width: auto; max-width: 45%; height: 1; }
    ShellPane ShellInput { width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="shell")
        self.run: ExerciseRun | None = None
        self._drawn: DrawnOnce[tuple[str, str]] = DrawnOnce()
        self._query: str | None = None
        self._early: list[str] = []
        """Lines entered before there was a shell."""

    def compose(self) -> ComposeResult:
        log = LineView(follow=True, empty="Type a command such as kubectl get pods.", id="log")
        yield log
        yield OutputSearch(log)
        with Horizontal():
            yield Static("", id="prompt")
            yield ShellInput()

    @property
    def line(self) -> ShellInput:
        """The line being typed."""
        return self.query_one(ShellInput)

    @property
    def output(self) -> LineView:
        """What was printed."""
        return self.query_one("#log", LineView)

    def attach(self, run: ExerciseRun) -> None:
        """Show this run's shell."""
        self.run = run
        self.line.history = lambda: run.shell.history if run.shell else ()
        self.line.completer = self._complete
        early, self._early = self._early, []
        for line in early:
            run.run_line(line)
        self.show()

    def _complete(self, line: str, cursor: int) -> Completion | None:
        """What can stand at the cursor; a completion that fails only means that there is none."""
        shell = self.run.shell if self.run else None
        with suppress(Exception):
            return shell.complete(line, cursor) if shell else None
        return None

    def show(self) -> None:
        """Show what has been printed so far and whether a command is running."""
        if self.run is None:
            return
        width = max(20, self.output.scrollable_content_region.width)
        if self.run.shell is not None:
            self.run.shell.width = width
        asked = self._asked(width)
        printed = self.run.log.everything(unended=not asked)
        self.output.set_lines(self._drawn.lines(printed, width, lambda line: _folded(*line, width)))
        shell = self.run.shell
        running = shell is not None and shell.running
        prompt = "" if shell is None else asked if running else shell.prompt
        if self._query is not None:
            prompt = f"(search: {self._query}) "
        self._show_prompt(prompt, running=running and not asked)

    def _show_prompt(self, prompt: str, *, running: bool) -> None:
        """Show what stands before the line. While a command runs that asks for nothing its room stays empty: laying the screen out
        anew for that would take longer than most commands."""
        shown = self.query_one("#prompt", Static)
        before = str(shown.content)
        if running and self._query is None:
            prompt = " " * len(before)
        if prompt != before:
            shown.update(Content(prompt), layout=len(prompt) != len(before))
        self.line.placeholder = "running; ctrl+c stops it" if running else ""

    @on(ShellInput.SearchChanged)
    def show_search(self, event: ShellInput.SearchChanged) -> None:
        """Say what the history is searched for."""
        event.stop()
        self._query = None if event.query is None else event.query + ("" if event.found else ", not found")
        self.show()

    @on(ShellInput.OutputSearchWanted)
    def search_output(self, event: ShellInput.OutputSearchWanted) -> None:
        """Begin to search the output."""
        event.stop()
        self.query_one(OutputSearch).begin()

    @on(OutputSearch.Ended)
    def end_search(self, event: OutputSearch.Ended) -> None:
        """Go back to the command line; what was found stays in view."""
        event.stop()
        self.line.focus()

    def _asked(self, width: int) -> str:
        """What the running command has printed last without ending the line, such as the prompt of a shell in a container: it
        stands before the line being typed, unless it is too long for that."""
        run = self.run
        if run is None or run.shell is None or not run.shell.running or run.log.partial is None:
            return ""
        text = run.log.partial[1]
        return text if len(text) <= width * 2 // 5 else ""

    def on_resize(self) -> None:
        """Fold long lines anew."""
        self.show()

    @on(ShellInput.Entered)
    def run_line(self, event: ShellInput.Entered) -> None:
        """Run what was typed."""
        event.stop()
        if self.run is None or self.run.shell is None:
            self._early.append(event.line)
        else:
            self.run.run_line(event.line)
            self.show()
            self.output.show_end()

    @on(ShellInput.Interrupted)
    def interrupt(self, event: ShellInput.Interrupted) -> None:
        """Stop the running command, or drop what has been typed of one."""
        event.stop()
        if self.run is not None and self.run.shell is not None:
            prompt = "" if self.run.shell.running else self.run.shell.prompt
            self.run.log.add("input", f"{prompt}{event.line}^C\n")
            self.run.shell.interrupt()
        self.show()

    @on(ShellInput.InputEnded)
    def end_input(self) -> None:
        """Tell the running command that no more input comes."""
        if self.run is not None and self.run.shell is not None and self.run.shell.running:
            self.run.shell.end_input()

    @on(ShellInput.CandidatesFound)
    def list_candidates(self, event: ShellInput.CandidatesFound) -> None:
        """Show what could stand at the cursor."""
        if self.run is None or self.run.shell is None:
            return
        words = list(event.candidates[:MAX_CANDIDATES])
        more = len(event.candidates) - len(words)
        across = max(1, self.output.size.width // (max(map(len, words)) + 2))
        words += [""] * (-len(words) % across)
        table = columns([words[i : i + across] for i in range(0, len(words), across)])
        tail = [f"and {more} more"] if more else []
        self.run.log.add("input", f"{self.run.shell.prompt}{self.line.value}\n")
        self.run.log.add("stdout", "\n".join([*table, *tail]) + "\n")
        self.show()

    @on(ShellInput.Told)
    def tell(self, event: ShellInput.Told) -> None:
        """Say something beside what the commands print."""
        event.stop()
        if self.run is not None:
            self.run.log.add("tip", f"{event.text}\n")

    @on(ShellInput.LogScrolled)
    def scroll_log(self, event: ShellInput.LogScrolled) -> None:
        """Scroll or clear the output."""
        if event.direction > 0:
            self.output.action_page_down()
        elif event.direction < 0:
            self.output.action_page_up()
        elif self.run is not None:
            self.run.log.add("clear", "")
            self.show()


def _folded(stream: str, text: str, width: int) -> list[Content]:
    """A line of output as it is drawn. Tips are told by a word as well as by their look, and broken between words."""
    content = Content.styled(text, STYLES.get(stream, ""))
    if stream == "tip" and text:
        return hanging(Content.styled("Tip: ", "bold $text-muted"), content, width)
    return content.fold(width) if content.cell_length > width else [content]
