"""Reading POSIX regular expressions (base definitions chapter 9) into a tree, with the common GNU escapes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.posix import limits
from tutor.posix.charsets import ANYTHING, Charset, parse_bracket
from tutor.posix.errors import ToolError

_BOUND = re.compile(r"(\d{0,4})(,?)(\d{0,4})")
_MAX_REPEAT = 255
_WORD = Charset(singles=frozenset("_"), classes=("alnum",))
_NAMED = {
    "w": _WORD,
    "W": Charset(negated=True, singles=frozenset("_"), classes=("alnum",)),
    "s": Charset(classes=("space",)),
    "S": Charset(negated=True, classes=("space",)),
    "d": Charset(classes=("digit",)),
}
_ANCHORS = frozenset("<>bB")


@dataclass(frozen=True, slots=True)
class Empty:
    pass


@dataclass(frozen=True, slots=True)
class One:
    what: str | Charset


@dataclass(frozen=True, slots=True)
class Anchor:
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    number: int
    body: Node


@dataclass(frozen=True, slots=True)
class Concat:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    body: Node
    least: int
    most: int | None


Node = Empty | One | Anchor | Group | Concat | Alternative | Repeat


def parse(pattern: str, *, extended: bool) -> tuple[Node, int]:
    """The tree of a pattern and the number of its groups. Raises ToolError (status 2) for a bad pattern."""
    parser = _Parser(pattern, extended)
    node = parser.alternatives(0)
    if parser.index < len(pattern):
        raise ToolError(f"bad regex '{pattern}': Unmatched ) or \\)", 2)
    return node, parser.groups


class _Parser:
    def __init__(self, pattern: str, extended: bool) -> None:
        self.pattern = pattern
        self.extended = extended
        self.index = 0
        self.groups = 0

    def _next_is(self, operator: str) -> bool:
        return self.pattern.startswith(operator if self.extended else "\\" + operator, self.index)

    def _take(self, operator: str) -> bool:
        found = self._next_is(operator)
        if found:
            self.index += len(operator) + (not self.extended)
        return found

    def _error(self, words: str) -> ToolError:
        return ToolError(f"bad regex '{self.pattern}': {words}", 2)

    def alternatives(self, depth: int) -> Node:
        if depth > limits.EXPRESSION_NESTING:
            raise self._error("nested too deeply")
        branches = [self._branch(depth)]
        while self._take("|"):
            branches.append(self._branch(depth))
        return branches[0] if len(branches) == 1 else Alternative(tuple(branches))

    def _branch(self, depth: int) -> Node:
        parts = list[Node]()
        while self.index < len(self.pattern) and not self._next_is("|") and not (depth and self._next_is(")")):
            if not depth and self.extended and self._next_is(")"):
                break
            atom = self._atom(depth, first=not parts)
            parts.append(self._repeated(atom) if not isinstance(atom, Anchor) else atom)
        return parts[0] if len(parts) == 1 else Concat(tuple(parts)) if parts else Empty()

    def _atom(self, depth: int, *, first: bool) -> Node:
        if self._take("("):
            return self._group(depth)
        char = self.pattern[self.index]
        if char == "[":
            bracket = parse_bracket(self.pattern, self.index, negators="^", escapes=False)
            if bracket is None:
                raise self._error("Unmatched [, [^, [:, [., or [=")
            self.index = bracket[1]
            return One(bracket[0])
        self.index += 1
        if char == ".":
            return One(ANYTHING)
        if char == "^" and (self.extended or first):
            return Anchor("^")
        if char == "$" and (self.extended or self._at_branch_end()):
            return Anchor("$")
        if char == "\\":
            return self._escape()
        if char in "*+?{" and self.extended and first and char != "{":
            raise self._error("Invalid preceding regular expression")
        return One(char)

    def _at_branch_end(self) -> bool:
        return self.index == len(self.pattern) or self._next_is(")") or self._next_is("|")

    def _escape(self) -> Node:
        if self.index >= len(self.pattern):
            raise self._error("Trailing backslash")
        char = self.pattern[self.index]
        self.index += 1
        if char in _ANCHORS:
            return Anchor(char)
        if char in _NAMED:
            return One(_NAMED[char])
        if char in "123456789":
            raise self._error("back-references in a pattern are not supported here")
        return One({"n": "\n", "t": "\t"}.get(char, char))

    def _group(self, depth: int) -> Node:
        self.groups += 1
        number = self.groups
        body = self.alternatives(depth + 1)
        if not self._take(")"):
            raise self._error("Unmatched ( or \\(")
        return Group(number, body)

    def _repeated(self, atom: Node) -> Node:
        while True:
            if self.pattern.startswith("*", self.index):
                self.index += 1
                atom = Repeat(atom, 0, None)
            elif self._take("+"):
                atom = Repeat(atom, 1, None)
            elif self._take("?"):
                atom = Repeat(atom, 0, 1)
            elif self._next_is("{") and (
                self.pattern[self.index + 1 + (not self.extended) :][:1].isdigit() or not self.extended
            ):
                self._take("{")
                atom = self._bounded(atom)
            else:
                return atom

    def _bounded(self, atom: Node) -> Node:
        match = _BOUND.match(self.pattern, self.index)
        assert match is not None
        self.index = match.end()
        if not self._take("}") or not (match[1] or match[3]):
            raise self._error("Invalid content of \\{\\}")
        least = int(match[1] or 0)
        most = None if match[2] and not match[3] else int(match[3]) if match[2] else least
        if least > _MAX_REPEAT or (most or 0) > _MAX_REPEAT or (most is not None and most < least):
            raise self._error("Invalid content of \\{\\}")
        return Repeat(atom, least, most)
