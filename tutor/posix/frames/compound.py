"""Compound commands: if, while, until, for, case, functions, and redirections of a whole compound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import patterns
from tutor.posix.fields import pattern_of, text_of
from tutor.posix.frames.base import Frame, frame_of, runs
from tutor.posix.frames.redirects import RedirectsFrame, SavedStreams
from tutor.posix.frames.words import FieldsFrame, WordFrame
from tutor.posix.process import Outcome
from tutor.posix.syntax import ArithmeticCommand, Case, For, FunctionDefinition, If, Redirected, While, Word

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


@runs(If)
class IfFrame(Frame):
    def __init__(self, node: If) -> None:
        self.node = node
        self.branch = -1

    def step(self, shell: Shell) -> Outcome:
        if self.branch >= 0 and shell.status == 0:
            shell.replace(frame_of(self.node.branches[self.branch][1], tail=self.tail, quiet=self.quiet))
            return None
        self.branch += 1
        if self.branch < len(self.node.branches):
            shell.push(frame_of(self.node.branches[self.branch][0], quiet=True))
        elif self.node.otherwise is not None:
            shell.replace(frame_of(self.node.otherwise, tail=self.tail, quiet=self.quiet))
        else:
            shell.status = 0
            shell.pop()
        return None


class LoopFrame(Frame):
    """A loop; `break` and `continue` look for these on the stack and have unwound everything above."""

    status = 0

    def leave(self, shell: Shell) -> None:
        """`break`: end the loop."""
        shell.status = 0
        shell.pop()

    def again(self, shell: Shell) -> None:
        """`continue`: go on with the next round."""
        shell.status = 0
        self.status = 0


@runs(While)
class WhileFrame(LoopFrame):
    def __init__(self, node: While) -> None:
        self.node = node
        self.stage = "start"

    def step(self, shell: Shell) -> Outcome:
        if self.stage == "condition":
            if (shell.status == 0) == self.node.until:
                shell.status = self.status
                shell.pop()
                return None
            self.stage = "body"
            shell.push(frame_of(self.node.body))
            return None
        if self.stage == "body":
            self.status = shell.status
        self.stage = "condition"
        shell.push(frame_of(self.node.condition, quiet=True))
        return None

    def again(self, shell: Shell) -> None:
        super().again(shell)
        self.stage = "body"


@runs(For)
class ForFrame(LoopFrame):
    def __init__(self, node: For) -> None:
        self.node = node
        self.values: list[str] | None = None
        self.expanding = False
        self.index = 0

    def step(self, shell: Shell) -> Outcome:
        if self.values is None:
            if self.node.words is not None and not self.expanding:
                self.expanding = True
                shell.push(FieldsFrame(self.node.words))
                return None
            self.values = list(shell.variables.positional) if self.node.words is None else shell.take_fields()
            shell.status = 0
        if self.index == len(self.values):
            shell.pop()
            return None
        shell.variables.set(self.node.name, self.values[self.index])
        self.index += 1
        shell.push(frame_of(self.node.body))
        return None


@runs(Case)
class CaseFrame(Frame):
    def __init__(self, node: Case) -> None:
        self.node = node
        self.value: str | None = None
        self.expanding = False
        self.clause = self.pattern = 0

    def step(self, shell: Shell) -> Outcome:
        if not self.expanding:
            self.expanding = True
            shell.push(WordFrame(self.node.word if self.value is None else self._pattern(), tilde=True))
            return None
        self.expanding = False
        if self.value is None:
            self.value = text_of(shell.take_pieces())
            self._settle(shell)
        elif patterns.matches(pattern_of(shell.take_pieces()), self.value):
            self._run(shell)
        else:
            self._advance()
            self._settle(shell)
        return None

    def _pattern(self) -> Word:
        return self.node.clauses[self.clause].patterns[self.pattern]

    def _advance(self) -> None:
        self.pattern += 1
        if self.pattern == len(self.node.clauses[self.clause].patterns):
            self.clause, self.pattern = self.clause + 1, 0

    def _settle(self, shell: Shell) -> None:
        if self.clause == len(self.node.clauses):
            shell.status = 0
            shell.pop()

    def _run(self, shell: Shell) -> None:
        shell.pop()
        shell.status = 0
        bodies = [self.node.clauses[self.clause].body]
        while self.node.clauses[self.clause].falls_through and self.clause + 1 < len(self.node.clauses):
            self.clause += 1
            bodies.append(self.node.clauses[self.clause].body)
        for body in reversed(bodies):
            shell.push(frame_of(body, tail=self.tail and len(bodies) == 1, quiet=self.quiet))


@runs(FunctionDefinition)
class DefineFrame(Frame):
    def __init__(self, node: FunctionDefinition) -> None:
        self.node = node

    def step(self, shell: Shell) -> Outcome:
        shell.functions[self.node.name] = self.node.body
        shell.status = 0
        shell.pop()
        return None


@runs(ArithmeticCommand)
class ArithmeticFrame(Frame):
    def __init__(self, node: ArithmeticCommand) -> None:
        self.node = node
        self.expanded = False

    def step(self, shell: Shell) -> Outcome:
        if not self.expanded:
            self.expanded = True
            shell.push(WordFrame(self.node.expression))
            return None
        shell.complete(self, int(shell.evaluate(text_of(shell.take_pieces())) == 0))
        return None


@runs(Redirected)
class RedirectedFrame(Frame):
    """Open the redirections of a compound, run it, put the descriptors back."""

    def __init__(self, node: Redirected) -> None:
        self.node = node
        self.stage = "expand"
        self.saved = SavedStreams()

    def step(self, shell: Shell) -> Outcome:
        if self.stage == "expand":
            self.stage = "run"
            shell.push(RedirectsFrame(self.node.redirects))
        elif self.stage == "run":
            self.stage = "end"
            if self.saved.redirect(shell, shell.take_targets()):
                shell.push(frame_of(self.node.command))
            else:
                shell.complete(self, 1)
        else:
            shell.pop()
        return None

    def close(self, shell: Shell) -> None:
        self.saved.restore(shell.process)
