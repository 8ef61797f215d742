"""Parses Go templates into a tree; see `gotemplate` for what is supported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


class TemplateError(ValueError):
    """The template is wrong, or does not fit the data."""


@dataclass(frozen=True)
class Word:
    """An operand: `kind` is field, variable, literal, function or pipeline; `path` are the fields that follow."""

    kind: str
    value: Any = None
    path: tuple[str, ...] = ()


Command = tuple[Word, ...]
Pipeline = tuple[Command, ...]


@dataclass
class Node:
    """`kind` is text, action, if, range, with or define-free block; `body` and `other` are the parts before and after else."""

    kind: str
    text: str = ""
    pipeline: Pipeline = ()
    variables: tuple[str, ...] = ()
    body: list[Node] = field(default_factory=list)
    other: list[Node] = field(default_factory=list)


_ACTION = re.compile(r"\{\{(-\s)?\s*(.*?)\s*(\s-)?\}\}", re.DOTALL)
_ASSIGN = re.compile(r"(\$\w*(?:\s*,\s*\$\w+)?)\s*:?=\s*(.*)", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)|(?P<variable>\$\w*)(?P<vpath>(?:\.\w+)*)"""
    r"""|(?P<field>(?:\.\w+)+)|(?P<dot>\.)|(?P<name>\w+)|(?P<pipe>\|)|(?P<open>\()|(?P<close>\)(?P<cpath>(?:\.\w+)*)))"""
)


def parse_template(text: str) -> list[Node]:
    """The nodes of a template; TemplateError when it is not one."""
    parts = list(_split(text))
    nodes, ending = _block(iter(parts))
    if ending:
        raise TemplateError(f"unexpected {{{{{ending}}}}}")
    return nodes


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Text and actions in turn, with `{{-` and `-}}` applied."""
    position, trim = 0, False
    for match in _ACTION.finditer(text):
        piece = text[position : match.start()]
        piece = piece.lstrip() if trim else piece
        yield "text", piece.rstrip() if match[1] else piece
        trim = bool(match[3])
        position = match.end()
        if not match[2].startswith("/*"):
            yield "action", match[2]
    rest = text[position:]
    if "{{" in rest:
        raise TemplateError("unclosed action")
    yield "text", rest.lstrip() if trim else rest


def _block(parts: Iterator[tuple[str, str]]) -> tuple[list[Node], str]:
    """Nodes up to `end` or `else`, and which of them it was."""
    nodes: list[Node] = []
    for kind, content in parts:
        if kind == "text":
            if content:
                nodes.append(Node("text", text=content))
            continue
        word, _, rest = content.partition(" ")
        if word in ("end", "else"):
            return nodes, content
        nodes.append(_control(word, rest, parts) if word in ("if", "range", "with") else _action(content))
    return nodes, ""


def _control(word: str, rest: str, parts: Iterator[tuple[str, str]]) -> Node:
    node = _action(rest)
    node.kind = word
    node.body, ending = _block(parts)
    if ending.startswith("else"):
        following = ending.removeprefix("else").strip()
        if following:
            keyword, _, condition = following.partition(" ")
            node.other = [_control(keyword, condition, parts)]
            return node
        node.other, ending = _block(parts)
    if ending != "end":
        raise TemplateError("unexpected EOF")
    return node


def _action(text: str) -> Node:
    assignment = _ASSIGN.fullmatch(text)
    variables: tuple[str, ...] = ()
    if assignment:
        variables = tuple(name.strip() for name in assignment[1].split(","))
        text = assignment[2]
    return Node("action", pipeline=parse_pipeline(text), variables=variables)


def parse_pipeline(text: str) -> Pipeline:
    """Commands with `|` between them."""
    pipeline, position = _pipeline(text, 0)
    if position != len(text.rstrip()):
        raise TemplateError(f"unexpected {text[position:]!r} in operand")
    return pipeline


def _pipeline(text: str, position: int) -> tuple[Pipeline, int]:
    commands: list[Command] = []
    words: list[Word] = []
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise TemplateError(f"unexpected {text[position:].strip()!r} in operand")
        if match["close"]:
            break
        position = match.end()
        if match["pipe"]:
            commands.append(tuple(words))
            words = []
        elif match["open"]:
            inner, position = _pipeline(text, position)
            closing = _TOKEN.match(text, position)
            if closing is None or not closing["close"]:
                raise TemplateError("unclosed left paren")
            position = closing.end()
            words.append(Word("pipeline", inner, _path(closing["cpath"])))
        else:
            words.append(_word(match))
    if not words:
        raise TemplateError("missing value for command")
    return (*commands, tuple(words)), position


def _word(match: re.Match[str]) -> Word:
    if match["string"]:
        text = match["string"]
        return Word("literal", text[1:-1] if text.startswith("`") else json.loads(text))
    if match["number"]:
        return Word("literal", float(match["number"]) if "." in match["number"] else int(match["number"]))
    if match["variable"]:
        return Word("variable", match["variable"], _path(match["vpath"]))
    if match["field"]:
        return Word("field", None, _path(match["field"]))
    if match["dot"]:
        return Word("field")
    if match["name"] in ("true", "false", "nil"):
        return Word("literal", {"true": True, "false": False, "nil": None}[match["name"]])
    return Word("function", match["name"])


def _path(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(".") if part)
