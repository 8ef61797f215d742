"""The shape of a parsed script.

Every node is frozen: a running shell points into the tree and never changes it, so copies of a machine share it.
Terms follow the POSIX shell command language (XCU chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Node:
    """Anything in the tree. Copying a machine does not copy nodes, because nothing can change them."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        return self


@dataclass(frozen=True, slots=True)
class Literal(Node):
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`$name` and `${name operator operand}`. Operator "length" stands for `${#name}`."""

    name: str
    operator: str = ""
    operand: Word | None = None
    replacement: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution(Node):
    """`$(commands)` or its backquoted form."""

    body: Sequence
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`$((expression))`; the expression is itself expanded first."""

    expression: Word
    quoted: bool = False


Part = Literal | Parameter | Substitution | Arithmetic


@dataclass(frozen=True, slots=True)
class Word(Node):
    parts: tuple[Part, ...]

    def plain(self) -> str | None:
        """The text, when the word is nothing but unquoted text; otherwise None."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Literal) and not self.parts[0].quoted:
            return self.parts[0].text
        return None


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    name: str
    value: Word
    append: bool = False


@dataclass(frozen=True, slots=True)
class Redirect(Node):
    """`fd operator target`. For a here-document the target is its body; `&>` is two redirects."""

    operator: str
    target: Word
    fd: int


@dataclass(frozen=True, slots=True)
class Simple(Node):
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    line: int = 1


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr(Node):
    """`first`, then pairs of "&&" or "||" and a command."""

    first: Command
    rest: tuple[tuple[str, Command], ...]


@dataclass(frozen=True, slots=True)
class Item(Node):
    """One command of a list; `text` is how `jobs` shows it when it runs in the background."""

    command: Command
    background: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group(Node):
    body: Sequence


@dataclass(frozen=True, slots=True)
class Subshell(Node):
    body: Sequence


@dataclass(frozen=True, slots=True)
class If(Node):
    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@dataclass(frozen=True, slots=True)
class While(Node):
    condition: Sequence
    body: Sequence
    until: bool = False


@dataclass(frozen=True, slots=True)
class For(Node):
    """`words` is None for `for name; do`, which runs over the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True, slots=True)
class Clause(Node):
    patterns: tuple[Word, ...]
    body: Sequence
    falls_through: bool = False


@dataclass(frozen=True, slots=True)
class Case(Node):
    word: Word
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Redirected(Node):
    """A compound command with redirections of its own."""

    command: Command
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class ArithmeticCommand(Node):
    """`((expression))`: status 0 when the value is not zero."""

    expression: Word


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """`[[ ... ]]`. `operator` is "!", "&&", "||", a unary or binary test, or "" for a lone word."""

    operator: str
    operands: tuple[Condition | Word, ...]


Command = (
    Simple
    | Pipeline
    | AndOr
    | Sequence
    | Group
    | Subshell
    | If
    | While
    | For
    | Case
    | FunctionDefinition
    | Redirected
    | ArithmeticCommand
    | Condition
)
