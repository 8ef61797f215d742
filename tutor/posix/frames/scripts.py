"""Running text: a script, `eval`, `.`, a function's body, a trap's action, and commands typed at a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import limits
from tutor.posix.errors import ShellError, ShellSyntaxError
from tutor.posix.frames.base import Frame, frame_of
from tutor.posix.parser import parse_next
from tutor.posix.process import Outcome
from tutor.posix.prompts import prompt
from tutor.posix.syntax import Command
from tutor.posix.text import decode
from tutor.posix.waits import Readable

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


class ScriptFrame(Frame):
    """Parse and run text, one complete command at a time. `returns`: a `return` in it ends it (`.`)."""

    def __init__(self, text: str, *, tail: bool = False, returns: bool = False) -> None:
        self.text = text
        self.position = 0
        self.tail = tail
        self.returns = returns

    def step(self, shell: Shell) -> Outcome:
        if shell.run_pending_trap():
            return None
        command, self.position = parse_next(self.text, self.position, shell.active_aliases())
        if command is None:
            shell.pop()
            return None
        last = self.tail and not self.text[self.position :].strip()
        shell.push(frame_of(command, tail=last))
        return None


class NestedFrame(Frame):
    """Base of what counts towards the bound on calls inside each other."""

    def enter(self, shell: Shell) -> None:
        if shell.nesting >= limits.FUNCTION_NESTING:
            raise ShellError("maximum function nesting level exceeded", 2)
        shell.nesting += 1

    def close(self, shell: Shell) -> None:
        shell.nesting -= 1


class EvalFrame(NestedFrame):
    """Text given to `eval` or read by `.`; `arguments` replace the positional parameters meanwhile."""

    def __init__(self, shell: Shell, text: str, *, returns: bool = False, arguments: list[str] | None = None) -> None:
        self.text = text
        self.returns = returns
        self.arguments = arguments
        self.outer: list[str] | None = None
        self.started = False
        self.enter(shell)

    def step(self, shell: Shell) -> Outcome:
        if self.started:
            shell.pop()
            return None
        self.started = True
        if self.arguments is not None:
            self.outer, shell.variables.positional = shell.variables.positional, self.arguments
        shell.status = 0
        shell.push(ScriptFrame(self.text))
        return None

    def close(self, shell: Shell) -> None:
        super().close(shell)
        if self.outer is not None:
            shell.variables.positional = self.outer


class FunctionFrame(NestedFrame):
    """A function's body with its own positional parameters and local names."""

    def __init__(self, body: Command, argv: list[str]) -> None:
        self.body = body
        self.argv = argv
        self.outer: list[str] | None = None

    def step(self, shell: Shell) -> Outcome:
        if self.outer is not None:
            shell.pop()
            return None
        self.enter(shell)
        self.outer, shell.variables.positional = shell.variables.positional, self.argv[1:]
        shell.variables.push_scope()
        shell.push(frame_of(self.body))
        return None

    def close(self, shell: Shell) -> None:
        if self.outer is not None:
            super().close(shell)
            shell.variables.pop_scope()
            shell.variables.positional = self.outer


class TrapFrame(NestedFrame):
    """A trap's action; `$?` is afterwards what it was before."""

    def __init__(self, shell: Shell, action: str) -> None:
        self.action = action
        self.status = shell.status
        self.started = False
        self.enter(shell)

    def step(self, shell: Shell) -> Outcome:
        if self.started:
            shell.status = self.status
            shell.pop()
        else:
            self.started = True
            shell.push(ScriptFrame(self.action))
        return None


class PromptFrame(Frame):
    """Commands read from standard input, line by line; an interactive shell prompts for them."""

    def __init__(self) -> None:
        self.buffer = ""
        self.prompted = False

    def step(self, shell: Shell) -> Outcome:
        if shell.run_pending_trap():
            return None
        if shell.interactive and not self.prompted:
            shell.report_jobs()
            shell.write_error(prompt(shell, continued=bool(self.buffer)))
            self.prompted = True
            return None
        line = shell.process.read_line(0)
        if line is None:
            return Readable(fd=0, line=True, prompt=True)
        self.prompted = False
        return self._end(shell) if not line else self._line(shell, decode(line))

    def abandon(self) -> None:
        """Ctrl-C: forget what was typed so far."""
        self.buffer = ""
        self.prompted = False

    def _line(self, shell: Shell, line: str) -> Outcome:
        self.buffer += line
        if len(self.buffer) > limits.EXPANSION_SIZE:
            self.buffer = ""
            raise ShellError("command too long", 2)
        if self._is_complete(shell):
            text, self.buffer = self.buffer, ""
            shell.push(ScriptFrame(text))
        return None

    def _is_complete(self, shell: Shell) -> bool:
        """Whether the text can be run; text that is wrong can, and fails when it is."""
        position = 0
        if self.buffer.endswith("\\\n") and not self.buffer.endswith("\\\\\n"):
            return False
        try:
            while True:
                command, position = parse_next(self.buffer, position, shell.active_aliases())
                if command is None:
                    return True
        except ShellSyntaxError as error:
            return not error.incomplete

    def _end(self, shell: Shell) -> Outcome:
        if self.buffer:
            text, self.buffer = self.buffer, ""
            shell.push(ScriptFrame(text))
            return None
        if shell.interactive:
            shell.write_error("\n" if shell.dialect.kind == "busybox" else "exit\n")
        shell.exit(shell.status)
        return None
