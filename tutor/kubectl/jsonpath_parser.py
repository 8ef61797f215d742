"""Parses kubectl's JSONPath templates into nodes; see `jsonpath` for the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class JsonPathError(ValueError):
    """The template is wrong, or does not fit the data."""


class Node:
    """A part of a template."""


@dataclass(frozen=True)
class Text(Node):
    text: str


@dataclass(frozen=True)
class Field(Node):
    name: str


@dataclass(frozen=True)
class Identifier(Node):
    """A word without a dot before it, which means nothing."""

    name: str


@dataclass(frozen=True)
class Wildcard(Node):
    pass


@dataclass(frozen=True)
class Recursive(Node):
    pass


@dataclass(frozen=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True)
class Index(Node):
    """`[3]` when `single`, otherwise a slice `[start:end:step]`."""

    start: int | None
    end: int | None
    step: int | None
    single: bool


@dataclass(frozen=True)
class Path(Node):
    steps: tuple[Node, ...]


@dataclass(frozen=True)
class Union(Node):
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Filter(Node):
    left: Path
    operator: str
    right: Path | None


@dataclass(frozen=True)
class RangeStart(Node):
    path: Path


@dataclass(frozen=True)
class RangeEnd(Node):
    pass


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/", "b": "\b", "f": "\f"}
_SLICE = re.compile(r"(-?\d+)?(?:(:)(-?\d+)?(?::(-?\d+)?)?)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_COMPARISON = re.compile(r"==|!=|<=|>=|<|>")
_STOP = set(".[]{}'\"@$ \t\n,()?*=!<>&|")


def parse(template: str) -> Iterator[Node]:
    """The nodes of a template; JsonPathError when it is not one."""
    position = 0
    while position < len(template):
        opening = template.find("{", position)
        if opening < 0:
            yield Text(template[position:])
            return
        if opening > position:
            yield Text(template[position:opening])
        closing = _closing_brace(template, opening + 1)
        yield from _action(template[opening + 1 : closing].strip())
        position = closing + 1


def _closing_brace(template: str, start: int) -> int:
    position = start
    while position < len(template):
        character = template[position]
        if character in "'\"":
            position = _end_of_quote(template, position)
        elif character == "\\":
            position += 1
        elif character == "}":
            return position
        position += 1
    raise JsonPathError("unclosed action")


def _end_of_quote(text: str, start: int) -> int:
    """The index of the quote that closes the one at `start`."""
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == text[start]:
            return position
        position += 1
    raise JsonPathError("unterminated quoted string")


def _action(text: str) -> Iterator[Node]:
    if text == "end":
        yield RangeEnd()
    elif text == "range" or text.startswith(("range ", "range\t")):
        yield RangeStart(_Scanner(text[5:].strip()).path())
    else:
        yield _Scanner(text).path()


class _Scanner:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def path(self) -> Path:
        steps: list[Node] = []
        while self.position < len(self.text):
            node = self._next()
            if isinstance(node, Identifier) and steps and isinstance(steps[-1], Recursive):
                node = Field(node.name)  # `..name`: the dots before it are enough
            if node is not None:
                steps.append(node)
        return Path(tuple(steps))

    def _next(self) -> Node | None:
        text, start = self.text, self.position
        character = text[start]
        self.position += 1
        if character in "@$ \t\n":
            return None
        if character == ".":
            return self._after_dot()
        if character == "[":
            return self._bracket()
        if character == "*":
            return Wildcard()
        if character in "'\"":
            end = _end_of_quote(text, start)
            self.position = end + 1
            return Literal(unquote(text[start + 1 : end]))
        return self._word(start)

    def _after_dot(self) -> Node | None:
        if self.text.startswith(".", self.position):
            self.position += 1
            return Recursive()
        if self.position < len(self.text) and self.text[self.position] not in _STOP:
            return Field(self._name())
        return None

    def _word(self, start: int) -> Node:
        number = _NUMBER.match(self.text, start)
        if number and number.end() == len(self.text):
            self.position = number.end()
            return Literal(float(number[0]) if number[1] or number[2] else int(number[0]))
        if self.text[start] in _STOP or self.text[start] == "\\":
            raise JsonPathError(f"unrecognized character in action: U+{ord(self.text[start]):04X} '{self.text[start]}'")
        self.position = start
        name = self._name()
        if name in ("true", "false") and self.position == len(self.text):
            return Literal(name == "true")
        return Identifier(name)

    def _name(self) -> str:
        out: list[str] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == "\\" and self.position + 1 < len(self.text):
                self.position += 1
                character = self.text[self.position]
            elif character in _STOP:
                break
            out.append(character)
            self.position += 1
        return "".join(out)

    def _bracket(self) -> Node:
        end = self._closing_bracket()
        inner = self.text[self.position : end].strip()
        self.position = end + 1
        if inner.startswith("?"):
            return _filter(inner)
        if inner == "*":
            return Wildcard()
        parts = _split(inner, ",")
        if len(parts) > 1:
            return Union(tuple(Path((_element(part.strip()),)) for part in parts))
        return _element(inner)

    def _closing_bracket(self) -> int:
        depth, position = 1, self.position
        while position < len(self.text):
            character = self.text[position]
            if character in "'\"":
                position = _end_of_quote(self.text, position)
            depth += {"[": 1, "]": -1}.get(character, 0)
            if not depth:
                return position
            position += 1
        raise JsonPathError("unterminated array")


def _element(inner: str) -> Node:
    """What stands in brackets: a quoted name, an index or a slice."""
    if len(inner) > 1 and inner[0] == inner[-1] == "'":
        return _Scanner(f".{inner[1:-1]}").path()  # dots go deeper here too, unless they are escaped
    match = _SLICE.fullmatch(inner)
    if match and inner:
        start, colon, end, step = match.groups()
        return Index(_int(start), _int(end), _int(step), single=colon is None)
    if inner and re.fullmatch(r"[\w.-]+", inner):
        raise JsonPathError(f"invalid array index {inner}")
    raise JsonPathError(f"invalid array index {inner}" if inner else "empty array index")


def _int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _filter(inner: str) -> Filter:
    body = inner[1:].strip()
    if not (body.startswith("(") and body.endswith(")")):
        raise JsonPathError("unterminated filter")
    body = body[1:-1]
    position = 0
    while position < len(body):
        if body[position] in "'\"":
            position = _end_of_quote(body, position)
        operator = _COMPARISON.match(body, position)
        if operator:
            left, right = body[:position].strip(), body[operator.end() :].strip()
            return Filter(_Scanner(left).path(), operator[0], _Scanner(right).path())
        position += 1
    return Filter(_Scanner(body.strip()).path(), "exists", None)


def _split(text: str, separator: str) -> list[str]:
    """Splits outside quotes."""
    parts, start, position = [], 0, 0
    while position < len(text):
        if text[position] in "'\"":
            position = _end_of_quote(text, position)
        elif text[position] == separator:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def unquote(text: str) -> str:
    """Resolves `\\n` and its like."""
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text, flags=re.DOTALL)
