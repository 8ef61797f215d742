"""A simple command: expand, redirect, assign, then run a builtin, a function or a program (POSIX XCU 2.9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.builtins.table import BUILTINS, DECLARATIONS, SPECIAL
from tutor.posix.commands import DEFAULT_PATH
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ShellError, ToolError
from tutor.posix.fields import text_of
from tutor.posix.frames.base import Frame, runs
from tutor.posix.frames.pipelines import WaitFrame
from tutor.posix.frames.redirects import RedirectsFrame, SavedStreams
from tutor.posix.frames.scripts import FunctionFrame
from tutor.posix.frames.words import FieldsFrame, WordFrame
from tutor.posix.process import Outcome
from tutor.posix.syntax import Simple
from tutor.posix.tracing import trace

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


@runs(Simple)
class SimpleFrame(Frame):
    def __init__(self, node: Simple) -> None:
        self.node = node
        self.stage = "words"
        self.argv: list[str] = []
        self.values: list[str] = []
        self.saved = SavedStreams()
        self.scoped = False

    def step(self, shell: Shell) -> Outcome:
        if self.stage == "words":
            self._expand_words(shell)
        elif self.stage == "redirects":
            self.argv = shell.take_fields()
            self.stage = "redirect"
            shell.push(RedirectsFrame(self.node.redirects))
        elif self.stage == "redirect":
            self._redirect(shell)
        elif self.stage == "assign":
            self._assign(shell)
        else:
            shell.complete(self, shell.status)
        return None

    def close(self, shell: Shell) -> None:
        if self.scoped:
            shell.variables.pop_scope()
            self.scoped = False
        self.saved.restore(shell.process)

    def _expand_words(self, shell: Shell) -> None:
        self.stage = "redirects"
        shell.line = self.node.line
        shell.substituted = 0
        name = self.node.words[0].plain() if self.node.words else None
        shell.push(FieldsFrame(self.node.words, declares=name in DECLARATIONS))

    def _redirect(self, shell: Shell) -> None:
        self.stage = "assign"
        if not self.saved.redirect(shell, shell.take_targets()):
            if self.argv and self.argv[0] in SPECIAL and not shell.interactive:
                raise ShellError("", 1 if shell.dialect.kind == "busybox" else 2)
            shell.complete(self, 1 if shell.dialect.kind != "dash" else 2)
            return
        self._next_value(shell)

    def _assign(self, shell: Shell) -> None:
        assignment = self.node.assignments[len(self.values)]
        value = text_of(shell.take_pieces())
        self.values.append((shell.variables.get(assignment.name) or "") + value if assignment.append else value)
        if not self.argv:
            shell.variables.set(assignment.name, self.values[-1], export="a" in shell.options)
        self._next_value(shell)

    def _next_value(self, shell: Shell) -> None:
        if len(self.values) < len(self.node.assignments):
            shell.push(WordFrame(self.node.assignments[len(self.values)].value, assignment=True))
            return
        self.stage = "end"
        self._run(shell)

    def _assigned(self) -> dict[str, str]:
        names = (assignment.name for assignment in self.node.assignments)
        return dict(zip(names, self.values, strict=True))

    def _run(self, shell: Shell) -> None:
        if "x" in shell.options:
            trace(shell, self._assigned(), self.argv)
        if not self.argv:
            shell.complete(self, shell.substituted)
        elif self.argv[0] in SPECIAL:
            for name, value in self._assigned().items():
                shell.variables.set(name, value)
            self._builtin(shell)
        elif self.argv[0] in shell.functions:
            self._scope(shell)
            shell.push(FunctionFrame(shell.functions[self.argv[0]], self.argv))
        elif self.argv[0] in BUILTINS:
            self._scope(shell)
            self._builtin(shell)
        else:
            self.external(shell, self.argv, self.tail)

    def _scope(self, shell: Shell) -> None:
        """Assignments before a function or builtin hold while it runs."""
        if not self.node.assignments:
            return
        shell.variables.push_scope()
        self.scoped = True
        for name, value in self._assigned().items():
            shell.variables.make_local(name)
            shell.variables.set(name, value, export=True)

    def _builtin(self, shell: Shell) -> None:
        shell.command = self.argv[0]
        try:
            result = BUILTINS[self.argv[0]](shell, self.argv)
        except FileError as error:
            shell.complain(f"write error: {error.reason}")
            result = 1
        except ToolError as error:
            shell.write_error(f"{shell.tool_title(self.argv[0])}: {error.message}\n")
            result = error.status
        shell.command = ""
        if isinstance(result, int):
            shell.complete(self, result)
        elif result is not None:
            shell.push(result)

    def external(self, shell: Shell, argv: list[str], in_place: bool) -> None:
        """Run a program, as a child or in the shell's own place."""
        environment = {**shell.variables.environment(), **self._assigned()}
        try:
            if in_place and shell.may_be_replaced():
                shell.become(argv, environment)
                self.saved.keep(shell.process)
                return
            search = environment.get("PATH", shell.variables.get("PATH") or DEFAULT_PATH)
            pid = shell.spawn(argv, {**environment, "PATH": search})
        except CommandNotFound:
            shell.complain(shell.dialect.not_found(argv[0]))
            shell.complete(self, 127)
        except NotExecutable as error:
            shell.complain(shell.dialect.cannot_run(argv[0], error.reason))
            shell.complete(self, 126)
        else:
            self.saved.restore(shell.process)
            shell.replace(WaitFrame([pid]), quiet=self.quiet)

    def keep_redirections(self, shell: Shell) -> None:
        """`exec` without a command: the redirections stay."""
        self.saved.keep(shell.process)
