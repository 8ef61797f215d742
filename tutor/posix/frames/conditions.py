"""Running `[[ ... ]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import conditions, patterns, regex
from tutor.posix.errors import ToolError
from tutor.posix.fields import Pieces, pattern_of, text_of
from tutor.posix.frames.base import Frame, runs
from tutor.posix.frames.words import WordFrame
from tutor.posix.process import Outcome
from tutor.posix.syntax import Condition, Word
from tutor.posix.tools.testing import binary_test, unary_test

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


@runs(Condition)
class ConditionFrame(Frame):
    """Expand all words in order, then decide."""

    def __init__(self, node: Condition) -> None:
        self.node = node
        self.words = list(_words(node))
        self.values: list[Pieces] = []
        self.waiting = False

    def step(self, shell: Shell) -> Outcome:
        if self.waiting:
            self.values.append(shell.take_pieces())
        self.waiting = len(self.values) < len(self.words)
        if self.waiting:
            shell.push(WordFrame(self.words[len(self.values)], tilde=True))
            return None
        self.values.reverse()
        try:
            shell.complete(self, int(not self._decide(shell, self.node)))
        except ToolError as error:
            shell.complain(error.message)
            shell.complete(self, error.status)
        return None

    def _decide(self, shell: Shell, node: Condition) -> bool:
        results = [
            self._decide(shell, operand) if isinstance(operand, Condition) else False for operand in node.operands
        ]
        if node.operator == "!":
            return not results[0]
        if node.operator in ("&&", "||"):
            return all(results) if node.operator == "&&" else any(results)
        values = [self.values.pop() for _ in node.operands]
        if node.operator == "":
            return text_of(values[0]) != ""
        if node.operator in conditions.UNARY:
            return unary_test(shell.process, node.operator, text_of(values[0]))
        return self._compare(shell, node.operator, *values)

    def _compare(self, shell: Shell, operator: str, left: Pieces, right: Pieces) -> bool:
        text = text_of(left)
        if operator in ("=", "=="):
            return patterns.matches(pattern_of(right), text)
        if operator == "!=":
            return not patterns.matches(pattern_of(right), text)
        if operator == "=~":
            source = "".join(regex.escape(piece.text) if piece.quoted else piece.text for piece in right)
            return regex.compile_regex(source, extended=True).search(text) is not None
        if operator in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
            return binary_test(shell.process, operator, str(shell.evaluate(text)), str(shell.evaluate(text_of(right))))
        return binary_test(shell.process, operator, text, text_of(right))


def _words(node: Condition) -> list[Word]:
    out = list[Word]()
    for operand in node.operands:
        out += [operand] if isinstance(operand, Word) else _words(operand)
    return out
