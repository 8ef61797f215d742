"""The shell as a program: a stack of frames, variables and options, and the operations frames and builtins use.

Nothing here waits or recurses into a script: each step looks at the top frame only. That is what lets a copy of a
machine, taken at any moment, go on by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tutor.posix import arithmetic, limits, parameters
from tutor.posix.commands import DEFAULT_PATH
from tutor.posix.dialect import Dialect
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ShellError, ShellSyntaxError
from tutor.posix.fields import Pieces
from tutor.posix.frames.base import Frame, frame_of
from tutor.posix.frames.redirects import Target
from tutor.posix.frames.scripts import PromptFrame, TrapFrame
from tutor.posix.frames.words import CaptureFrame
from tutor.posix.jobs import Job
from tutor.posix.process import BaseProgram, Outcome, Process, spare_descriptor
from tutor.posix.signals import status_of
from tutor.posix.streams import Null, Pipe, PipeReader, PipeWriter, Stream
from tutor.posix.syntax import Command, Sequence
from tutor.posix.variables import Variables
from tutor.posix.waits import Child, Exit, Readable

if TYPE_CHECKING:
    from collections.abc import Mapping

F = TypeVar("F", bound=Frame)


class Shell(BaseProgram):
    """A running shell. `name` is `$0`; `script` says that `name` is a script file."""

    process: Process

    def __init__(
        self, variables: Variables, *, name: str = "sh", dialect: Dialect | None = None, interactive: bool = False
    ) -> None:
        self.variables: Variables = variables
        self.name = name
        self.dialect = dialect or Dialect()
        self.interactive: bool = interactive
        self.at_prompt: bool = interactive
        """Whether its messages look as at a prompt, which those of an interactive shell's subshells do too."""
        self.script = False
        self.frames: list[Frame] = []
        self.functions: dict[str, Command] = {}
        self.aliases: dict[str, str] = {}
        self.options: set[str] = set()
        self.traps: dict[str, str] = {}
        self.pending: list[str] = []
        self.interrupted = False
        self.jobs: list[Job] = []
        self.status: int = 0
        self.substituted = 0
        self.leaving: int | None = None
        self.shell_pid: int | None = None
        self.last_background: str | None = None
        self.nesting = 0
        self.line: int = 1
        self.command = ""
        self.pieces: Pieces = []
        self.fields: list[str] = []
        self.text = ""
        self.targets: list[Target] = []
        self.option_index = self.option_place = 1

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on as a copy, in another process too, where nobody has brought in yet what runs its commands."""
        from tutor.posix.loader import standard_commands

        standard_commands()
        self.__dict__.update(state)

    # --- the program

    def step(self, process: Process) -> Outcome:
        self.process = process
        self.shell_pid = self.shell_pid or process.pid
        try:
            if self.interrupted:
                self._back_to_prompt(130)
            if self.frames:
                return self.frames[-1].step(self)
            return self._finish()
        except ShellError as error:
            self._fail(error.message, error.status)
        except ShellSyntaxError as error:
            self.line = error.line
            self._fail(self.dialect.syntax_error(error), 2)
        except FileError as error:
            self._fail(error.reason if error.code != "EAGAIN" else f"can't fork: {error.reason}", 2)
        return None

    def catches(self, signal: str) -> bool:
        if signal in self.traps:
            self.pending.append(signal)
        elif self.interactive and signal == "INT":
            self.interrupted = True
        elif not (self.interactive and signal in ("TERM", "QUIT", "TSTP")):
            return False
        if hasattr(self, "process"):
            self.process.wait = None
        return True

    def write_failed(self, process: Process, reason: str) -> Exit | None:
        self.status = 1
        self.complain(f"write error: {reason}")
        return None

    def _finish(self) -> Outcome:
        """All is run: the EXIT trap comes last."""
        action = self.traps.pop("EXIT", "")
        if not action:
            return Exit(self.status if self.leaving is None else self.leaving)
        self.leaving = self.status if self.leaving is None else self.leaving
        self.status = self.leaving
        self.push(TrapFrame(self, action))
        return None

    def _fail(self, message: str, status: int) -> None:
        if message:
            self.complain(message)
        self.command = ""
        if self.interactive:
            self._back_to_prompt(status)
        else:
            self.exit(status)

    def _back_to_prompt(self, status: int) -> None:
        self.interrupted = False
        while self.frames and not isinstance(self.frames[-1], PromptFrame):
            self.pop()
        self.status = status
        if self.frames:
            frame = self.frames[-1]
            assert isinstance(frame, PromptFrame)
            frame.abandon()

    # --- the stack

    def push(self, frame: Frame) -> None:
        if len(self.frames) >= limits.FRAMES:
            raise ShellError("commands nested too deeply", 2)
        frame.quiet = frame.quiet or (bool(self.frames) and self.frames[-1].quiet)
        self.frames.append(frame)

    def pop(self) -> None:
        self.frames.pop().close(self)

    def replace(self, frame: Frame, *, quiet: bool = False) -> None:
        """Put a frame in the place of the top one."""
        self.pop()
        frame.quiet = frame.quiet or quiet
        self.push(frame)

    def complete(self, frame: Frame, status: int) -> None:
        """The top frame's command has ended: pop it, set `$?`, and leave if `set -e` says so."""
        quiet = frame.quiet
        self.pop()
        self.status = status
        if status and not quiet and "e" in self.options:
            self.exit(status)

    def unwind_to(self, frame: Frame) -> None:
        """Drop everything above a frame."""
        while self.frames[-1] is not frame:
            self.pop()

    def exit(self, status: int) -> None:
        """Leave the shell: drop all frames; the EXIT trap still runs."""
        while self.frames:
            self.pop()
        self.status = self.leaving = status & 255

    # --- results of expansions

    def take_pieces(self) -> Pieces:
        taken, self.pieces = self.pieces, []
        return taken

    def take_fields(self) -> list[str]:
        taken, self.fields = self.fields, []
        return taken

    def take_text(self) -> str:
        taken, self.text = self.text, ""
        return taken

    def take_targets(self) -> list[Target]:
        taken, self.targets = self.targets, []
        return taken

    def evaluate(self, expression: str) -> int:
        """The value of an arithmetic expression."""
        return arithmetic.evaluate(expression, lambda name: parameters.required(self, name), self.variables.set)

    # --- other processes

    def inherited(self) -> dict[int, Stream]:
        """The descriptors a command gets: all but the shell's own, which are numbered from 10."""
        return {fd: stream for fd, stream in self.process.streams.items() if fd < 10}

    def fork_run(self, frame: Frame, streams: Mapping[int, Stream], *, background: bool = False) -> int:
        """Run a frame in a copy of this shell and return its pid."""
        child = self._fork()
        child.frames = [frame]
        argv = list(self.process.argv)
        return self.process.spawn(
            argv, program=child, environment=self.process.environment, streams=streams, background=background
        )

    def _fork(self) -> Shell:
        child = Shell(self.variables.copy(), name=self.name, dialect=self.dialect)
        child.script, child.shell_pid, child.at_prompt = self.script, self.shell_pid, self.at_prompt or self.interactive
        child.functions, child.aliases = dict(self.functions), dict(self.aliases)
        child.options, child.status, child.line = set(self.options), self.status, self.line
        child.last_background, child.nesting = self.last_background, self.nesting
        return child

    def spawn(self, argv: list[str], environment: Mapping[str, str]) -> int:
        """Start a program as a child."""
        return self.process.spawn(argv, environment=environment, streams=self.inherited())

    def may_be_replaced(self) -> bool:
        """Whether a last command may take this shell's place: nothing is left to do, not even a trap."""
        return not self.interactive and not self.traps and not self.pending

    def become(self, argv: list[str], environment: dict[str, str]) -> None:
        """Replace this shell by a program (`exec`). Raises CommandNotFound and NotExecutable."""
        process = self.process
        before, process.environment = (
            process.environment,
            {"PATH": self.variables.get("PATH") or DEFAULT_PATH, **environment},
        )
        try:
            process.become(argv)
        except (CommandNotFound, NotExecutable):
            process.environment = before
            raise
        for fd in [fd for fd in process.streams if fd >= 10]:
            process.close(fd)

    def start_background(self, command: Command, text: str) -> None:
        streams = self.inherited()
        streams[0] = Null()
        pid = self.fork_run(frame_of(command, tail=True), streams, background=True)
        self.last_background = str(pid)
        self.jobs = [job for job in self.jobs if job.pids[-1] in self.process.children]
        self.jobs.append(Job(max((job.number for job in self.jobs), default=0) + 1, (pid,), text))
        self.status = 0
        if self.interactive:
            self.write_error(f"[{self.jobs[-1].number}] {pid}\n")

    def report_jobs(self) -> None:
        """At a prompt, tell of background jobs that have ended."""
        for job in list(self.jobs):
            status = job.status(self.process.children)
            if status is not None:
                self.write_error(self.describe_job(job, status))
                self.forget(job)

    def describe_job(self, job: Job, status: int | None) -> str:
        """A line about a job in this shell's style."""
        return job.describe(status, current=job is self.jobs[-1], bash=self.dialect.kind == "bash")

    def forget(self, job: Job) -> None:
        """Take a job off the list, with the statuses of its processes."""
        self.jobs.remove(job)
        for pid in job.pids:
            self.process.children.pop(pid, None)

    def capture(self, body: Sequence) -> None:
        """Run commands and collect their output, which `take_text` gives when the frame is done."""
        pipe, fd = Pipe(), spare_descriptor(self.process)
        streams = {**self.inherited(), 1: PipeWriter(pipe)}
        self.process.attach(fd, PipeReader(pipe))
        pid = self.fork_run(frame_of(body, tail=True), streams)
        self.push(CaptureFrame(fd, pid))

    @staticmethod
    def readable(fd: int) -> Outcome:
        return Readable(fd=fd)

    @staticmethod
    def child(*pids: int) -> Outcome:
        return Child(pids=pids)

    # --- signals and messages

    def run_pending_trap(self) -> bool:
        """Start the action of a signal that has come in; called between commands."""
        if not self.pending:
            return False
        action = self.traps.get(self.pending.pop(0), "")
        if action:
            self.push(TrapFrame(self, action))
        return bool(action)

    def next_signal_status(self) -> int | None:
        """The status of a `wait` that a signal interrupts; None when there is none."""
        return status_of(self.pending[0]) if self.pending else None

    def active_aliases(self) -> dict[str, str]:
        """Aliases in force; bash ignores them in scripts."""
        return self.aliases if self.interactive or self.dialect.kind != "bash" else {}

    def complain(self, text: str) -> None:
        """Write a message to standard error in this shell's style."""
        self.write_error(
            self.dialect.message(
                self.name,
                text,
                line=self.line,
                command=self.command,
                script=self.script,
                interactive=self.interactive or self.at_prompt,
            )
        )

    def tool_title(self, name: str) -> str:
        """Who complains when a tool the shell runs itself has a problem: in busybox the shell, elsewhere the tool."""
        title = self.name.rsplit("/", 1)[-1]
        return title if self.dialect.kind == "busybox" else f"{title}: {name}"

    def write_error(self, text: str) -> None:
        if 2 in self.process.streams:
            self.process.write(2, text)

    def write(self, text: str) -> None:
        """Write to standard output. Raises FileError when it is closed."""
        self.process.write(1, text)
