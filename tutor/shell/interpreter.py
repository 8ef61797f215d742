"""The shell that reads what the learner types: it gets whole command lines from the tutor instead of from a terminal.

So the standard input of the terminal belongs to the command that runs (`read`, `cat`, `kubectl exec -it`), and the
shell outlives `exit`.
"""

from __future__ import annotations

from tutor.posix.dialect import Dialect
from tutor.posix.errors import ShellError
from tutor.posix.frames.scripts import PromptFrame, ScriptFrame
from tutor.posix.machine import Machine
from tutor.posix.process import Outcome, Process
from tutor.posix.sessions import Session
from tutor.posix.shell import Shell
from tutor.posix.variables import Variable, Variables
from tutor.posix.waits import Wait


class LineGiven(Wait):
    """Until the tutor gives the shell a line."""

    def over(self, process: Process) -> bool:
        program = process.program
        return isinstance(program, LearnersShell) and bool(program.typed.lines or program.pending)


class TypedLines(PromptFrame):
    """Stands where a terminal's shell would read lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def step(self, shell: Shell) -> Outcome:
        if shell.run_pending_trap():
            return None
        shell.report_jobs()
        if not self.lines:
            return LineGiven()
        shell.push(ScriptFrame(self.lines.pop(0)))
        return None

    def abandon(self) -> None:
        """Ctrl+c: nothing to forget here, as lines that wait were typed after it."""


class LearnersShell(Shell):
    """An interactive shell that cannot be left. Subshells it forks are ordinary ones."""

    def __init__(self, process: Process) -> None:
        variables = Variables.of(process.environment)
        variables.set("PWD", process.cwd)
        for name, value in (("IFS", " \t\n"), ("OPTIND", "1"), ("PPID", "0")):
            variables.table[name] = Variable(value)
        super().__init__(variables, name="bash", dialect=Dialect("bash"), interactive=True)
        self.process = process
        self.typed = TypedLines()
        self.frames = [self.typed]
        self.left = False
        """Whether `exit` was used since this was last looked at."""

    @property
    def idle(self) -> bool:
        """Whether every line given has been run."""
        waiting = self.process.wait
        return isinstance(waiting, LineGiven) and not waiting.over(self.process) and not self.process.unwritten

    def give(self, line: str) -> None:
        """Run a line (or several) after those given before."""
        self.typed.lines.append(line if line.endswith("\n") else f"{line}\n")

    def exit(self, status: int) -> None:
        """Drop the line that runs, and stay."""
        self.unwind_to(self.typed)
        self.status = status & 255
        self.left = not (status and "e" in self.options)

    def become(self, argv: list[str], environment: dict[str, str]) -> None:
        """`exec` would end the practice shell."""
        raise ShellError("exec: would end the practice shell; run the command without exec", 126)

    def abandon_line(self, status: int) -> None:
        """Stop the line that runs, whatever it does about signals."""
        self.exit(status)
        self.left = self.interrupted = False
        self.pending.clear()
        self.process.discard()
        self.process.wait = None


def start_shell(machine: Machine, environment: dict[str, str], cwd: str) -> tuple[LearnersShell, Session]:
    """The learner's shell and its terminal, whose standard output and error can still be told apart."""
    session = machine.start(["bash"], environment, cwd)
    session.tty = session.reader.tty = session.stdout.tty = session.stderr.tty = True
    process = machine.processes[session.pid]
    shell = LearnersShell(process)
    process.program = shell
    return shell, session
