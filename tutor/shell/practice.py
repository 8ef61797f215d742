"""The practice shell: what the screens and the graders use of this package."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tutor.shell import world
from tutor.shell.commands import handlers_for
from tutor.shell.commands.kubectl import ClusterAccess, Editor
from tutor.shell.completion import Completer, Completion
from tutor.shell.display import CLEAR, OUTPUT_LIMIT, Display
from tutor.shell.engine import Engine
from tutor.shell.history import History
from tutor.shell.incomplete import is_incomplete
from tutor.shell.interpreter import start_shell
from tutor.shell.pasted import without_prompt
from tutor.shell.recall import EventNotFound, recalled
from tutor.shell.story.requests import SentRequest
from tutor.shell.tips import lookalike, tip_for_line

Output = Callable[[str, str], None]
END = "end"
"""The stream that says, with an empty text, that a line has been run and `running` is false."""
TIP = "tip"
"""The stream of hints after a command that failed."""
STOP_TIMEOUT = 10.0
"""Seconds a line that was stopped has to end, which takes milliseconds unless the shell is broken."""
MAX_REQUESTS = 200
"""Requests of one line that are remembered."""
STARTUP = "alias k=kubectl"
_TOO_MUCH = "\nThe command was stopped: it printed more than 1 MiB. Use head, tail or grep, or write to a file.\n"


@dataclass(frozen=True)
class LineResult:
    """How a line ended and what it wrote."""

    status: int
    stdout: str
    stderr: str
    tip: str = ""


class PracticeShell:
    """A shell in the workspace folder whose kubectl talks to the cluster of a kubeconfig.

    `output` is called with a stream's name and text, from the shell's own thread: `stdout`, `stderr`, `tip`, `clear`
    (clear the screen; the text is empty), `input` (the line that is run in place of one with `!!` in it) and `end` (the line is
    done; the text is empty). `editor` lets the learner
    edit a text: called with a file name and its content in a thread of the command, it returns the saved text or None.
    `before_line` is called with each line, in the shell's own thread, before anything of it happens.
    `remember` keeps the history for next time.
    """

    def __init__(
        self,
        kubeconfig: Path,
        workspace: Path,
        *,
        output: Output = lambda stream, text: None,
        editor: Editor | None = None,
        before_line: Callable[[str], None] = lambda line: None,
        remember: bool = True,
        width: int = 80,
    ) -> None:
        workspace.mkdir(parents=True, exist_ok=True)
        self.width = width
        """Columns of the pane."""
        self.status = 0
        """The exit status of the last line."""
        self._output = output
        self._before_line = before_line
        self._access = ClusterAccess(kubeconfig)
        self._access.on_request = self._note
        self._history = History.of(workspace) if remember else History()
        self._idle = threading.Event()
        self._idle.set()
        self._typed = ""
        self._interrupts = 0
        self._displays = {"stdout": Display(), "stderr": Display()}
        self._line = ""
        self._written = 0
        self._captured: list[tuple[str, str]] = []
        self._requests: list[SentRequest] = []
        self._inside = True
        """Whether the shell was in the workspace after the last line."""
        handlers = handlers_for(self._access, editor, lambda: self.width, lambda: self._history.lines)
        machine = world.new_machine(workspace, handlers, self._access.view)
        shell, session = start_shell(machine, world.environment(), world.HOME)
        shell.give(STARTUP)
        self._engine = Engine(machine, shell, session, handlers, self)
        self._completer = Completer(self._engine, self._access)
        if remember:
            self._completer.warm_up()

    # --- lines

    @property
    def running(self) -> bool:
        """Whether a command is running, so that lines typed go to it."""
        return not self._idle.is_set()

    @property
    def history(self) -> list[str]:
        """Lines run before, the latest last."""
        return list(self._history.lines)

    @property
    def prompt(self) -> str:
        """What stands before the line to type: the folder below the workspace, the namespace, and a dollar sign."""
        if self._typed:
            return "> "
        namespace = self._access.namespace
        parts = [self.folder, f"[{namespace}]" if namespace != "default" else "", "$ "]
        return " ".join(part for part in parts if part)

    @property
    def folder(self) -> str:
        """The folder below the workspace commands are run in, empty for the workspace; elsewhere the whole path."""
        cwd = self._engine.shell.process.cwd
        return cwd.removeprefix(world.HOME).lstrip("/") if cwd.startswith(world.HOME) else cwd

    @property
    def requests(self) -> list[SentRequest]:
        """What the last line's kubectl commands asked the API server, as far as they have got an answer."""
        return list(self._requests)

    def _note(self, method: str, path: str, code: int) -> None:
        if len(self._requests) < MAX_REQUESTS:
            self._requests.append(SentRequest(method, path, code))

    def needs_more(self, line: str) -> bool:
        """Whether a line cannot be run yet: an open quote, a here-document without its end, a trailing backslash."""
        return is_incomplete(self._typed + line + "\n", self._engine.shell.active_aliases())

    def start_line(self, line: str) -> None:
        """Run a line. One that is not complete is kept, and the prompt asks for more of it."""
        if not self._typed:
            try:
                line = self._meant(line)
            except EventNotFound as problem:
                self._refuse(str(problem))
                return
        if self.needs_more(line):
            self._typed += line + "\n"
            return
        whole, self._typed = self._typed + line, ""
        self._idle.clear()
        self._interrupts = 0
        self._engine.give(whole)

    def _meant(self, line: str) -> str:
        """The line without a prompt that was copied with it, and with what it brings back from the history, which is then shown."""
        meant = recalled(without_prompt(line), self._history.lines)
        if meant != line:
            self._output("input", f"{meant}\n")
        return meant

    def _refuse(self, problem: str) -> None:
        """End a line that is not run at all."""
        self.status = 1
        self._captured = []
        self._show("stderr", f"{problem}\n")
        self._output(END, "")

    def wait(self, timeout: float | None = None) -> int:
        """Wait until nothing runs; the last exit status. TimeoutError after `timeout` seconds."""
        if not self._idle.wait(timeout):
            raise TimeoutError(f"the command is still running after {timeout:g} seconds")
        return self.status

    def run(self, line: str, timeout: float = 60.0) -> LineResult:
        """Run a line to its end, for hosts without a screen.

        A line still running after `timeout` seconds is stopped; its status is then 130.
        """
        self.start_line(line)
        if self._typed:
            self._typed = ""
            return LineResult(2, "", "bash: syntax error: unexpected end of file\n")
        try:
            self.wait(timeout)
        except TimeoutError:
            self._engine.interrupt(hard=True)
            self.wait(STOP_TIMEOUT)
        return self._engine.ask(self._result)

    # --- keys

    def feed_input(self, text: str) -> None:
        """Give text to the running command."""
        self._interrupts = 0
        self._engine.feed(text)

    def end_input(self) -> None:
        """What ctrl+d does: the running command sees the end of its input."""
        self._engine.end_input()

    def interrupt(self) -> None:
        """What ctrl+c does. A second one in a row ends whatever did not heed the first, background jobs too."""
        self._typed = ""
        self._interrupts += 1
        self._engine.interrupt(hard=self._interrupts > 1)

    def complete(self, line: str, cursor: int) -> Completion:
        """What can stand at the cursor. Answers within a twentieth of a second, with what is known by then."""
        return self._completer.complete(line, cursor)

    def close(self) -> None:
        """End it and what runs in it."""
        self._engine.close()
        self._access.close()
        self._idle.set()

    # --- called by the engine

    def line_started(self, line: str) -> None:
        """A line typed, or typed ahead, is about to be run."""
        self._idle.clear()
        self._history.add(line)
        self._line = line
        self._written = 0
        self._captured = []
        self._requests = []
        self._before_line(line)

    def wrote(self, stream: str, data: bytes) -> None:
        """Show what the terminal got."""
        if self._written > OUTPUT_LIMIT:
            return
        self._written += len(data)
        if self._written > OUTPUT_LIMIT:
            self._show("stderr", _TOO_MUCH)
            self._engine.interrupt(hard=True)
            return
        for clears, text in self._displays[stream].take(data):
            if clears:
                self._show(CLEAR, "")
            self._show(stream, text)

    def line_ended(self, status: int, tip: str) -> None:
        """Show the rest of a line's output and say that it is done."""
        for stream, display in self._displays.items():
            self._show(stream, display.end())
        said = "".join(text for stream, text in self._captured if stream == "stderr")
        odd = lookalike(self._line) if status else ""
        if tip := odd or tip or tip_for_line(self._line, status, said) or self._tip_about_folder():
            self._show(TIP, f"{tip}\n")
        self.status = status
        self._idle.set()
        self._output(END, "")

    def _tip_about_folder(self) -> str:
        """Said once when the learner has gone where their files are not."""
        was_inside, self._inside = self._inside, self.folder == "" or not self.folder.startswith("/")
        return "" if self._inside or not was_inside else "Your files are in another folder. cd brings you back to it."

    def _show(self, stream: str, text: str) -> None:
        if text:
            self._captured.append((stream, text))
        if text or stream == CLEAR:
            self._output(stream, text)

    def _result(self) -> LineResult:
        texts = {
            name: "".join(text for stream, text in self._captured if stream == name)
            for name in ("stdout", "stderr", TIP)
        }
        return LineResult(self.status, texts["stdout"], texts["stderr"], texts[TIP])
