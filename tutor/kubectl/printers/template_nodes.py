"""The parsed form of a Go template. `str()` of a node is what messages call it (Go's `text/template/parse/node.go`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.kubectl.printers.go_format import quote


@dataclass(frozen=True)
class Operand:
    """A word of a command.

    `kind` is bool, dot, nil, number, string, field, variable or identifier; `value` is a literal's value or a name;
    `path` are the fields behind a variable, or those of a field.
    """

    kind: str
    position: int
    text: str
    value: Any = None
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Chain:
    """Fields of something in parentheses or of a function's result: `(index . 0).name`."""

    kind = "chain"
    position: int
    base: Operand | Pipeline
    path: tuple[str, ...]

    def __str__(self) -> str:
        base = f"({self.base})" if isinstance(self.base, Pipeline) else str(self.base)
        return base + "".join(f".{name}" for name in self.path)


@dataclass(frozen=True)
class Call:
    """One command of a pipeline: an operand, or a function and its arguments."""

    position: int
    words: tuple[Word, ...]

    def __str__(self) -> str:
        return " ".join(f"({word})" if isinstance(word, Pipeline) else str(word) for word in self.words)


@dataclass(frozen=True)
class Pipeline:
    """Commands with `|` between them, and the variables their value goes to; `assigns` tells `=` from `:=`."""

    kind = "pipeline"
    position: int
    calls: tuple[Call, ...]
    variables: tuple[str, ...] = ()
    assigns: bool = False

    def __str__(self) -> str:
        names = f"{', '.join(self.variables)} {'=' if self.assigns else ':='} " if self.variables else ""
        return names + " | ".join(str(call) for call in self.calls)


Word = Operand | Chain | Pipeline


@dataclass
class Node:
    """`kind` is text, action, if, range, with, template, break, continue, else or end.

    `text` is what a text node prints and what a template node names; `body` and `other` are the parts before and after
    `{{else}}`; `other` is None without one.
    """

    kind: str
    position: int
    text: str = ""
    pipeline: Pipeline | None = None
    body: list[Node] = field(default_factory=list)
    other: list[Node] | None = None

    def __str__(self) -> str:
        if self.kind == "text":
            return self.text
        if self.kind == "action":
            return f"{{{{{self.pipeline}}}}}"
        if self.kind == "template":
            argument = f" {self.pipeline}" if self.pipeline else ""
            return f"{{{{template {quote(self.text)}{argument}}}}}"
        if self.kind not in ("if", "range", "with"):
            return f"{{{{{self.kind}}}}}"
        inner = "".join(map(str, self.body))
        if self.other is not None:
            inner += "{{else}}" + "".join(map(str, self.other))
        return f"{{{{{self.kind} {self.pipeline}}}}}{inner}{{{{end}}}}"
