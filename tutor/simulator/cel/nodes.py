"""What expressions are made of, and what can be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `op` says which kind, `parts` what it is made of, `at` where in the text it stands (from 0).

    literal (value), name (text), select (operand, field), index (operand, key), call (function, target or None, arguments),
    list (items), map (pairs), message (type, fields), has (operand, field), and macro (name, range, variable, arguments).
    """

    op: str
    at: int
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps an expression from being compiled, and where."""

    at: int
    text: str


class CelError(Exception):
    """An expression cannot be evaluated with the values it has met."""


class BadSyntax(Exception):
    """The text is no expression."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].text)
        self.problems = problems


class Unsupported(Exception):
    """The expression uses what is not simulated; the message names it."""
