"""The language of awk: its words, and what a program consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tutor.posix.errors import ToolError

KEYWORDS = frozenset(
    [
        "BEGIN",
        "END",
        "function",
        "func",
        "if",
        "else",
        "while",
        "for",
        "do",
        "break",
        "continue",
        "next",
        "exit",
        "return",
        "delete",
        "in",
        "getline",
        "print",
        "printf",
    ]
)
FUNCTIONS = frozenset(
    [
        "length",
        "substr",
        "index",
        "split",
        "sub",
        "gsub",
        "match",
        "sprintf",
        "tolower",
        "toupper",
        "int",
        "sqrt",
        "exp",
        "log",
        "sin",
        "cos",
        "atan2",
        "rand",
        "srand",
        "systime",
    ]
)
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_OPERATORS = (
    "**=", "&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>", "**",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
)  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "/": "/", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_BEFORE_DIVISION = frozenset((")", "]", "$", "++", "--"))


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: "number", "string", "regex", "name", "call" (a name right before a parenthesis), "keyword", "function", "newline",
    "end", or an operator, which is its own kind."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a program: what it is, a text that belongs to it, and its parts."""

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, or two for a range, and its action; without one the record is printed."""

    patterns: tuple[Node, ...]
    action: Node | None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program's own."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(slots=True)
class Program:
    """All of it."""

    begin: list[Node] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    end: list[Node] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)


def tokens(text: str) -> list[Token]:
    """The words of a program. Raises ToolError."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r":
            at += 1
        elif text[at] == "\\" and text[at + 1 : at + 2] == "\n":
            at += 2
        elif text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text[at] == "\n":
            found.append(Token("newline"))
            at += 1
        else:
            token, at = _token(text, at, found[-1] if found else Token("newline"))
            found.append(token)
    return [*found, Token("newline"), Token("end")]


def _token(text: str, at: int, before: Token) -> tuple[Token, int]:
    if text[at] == '"':
        return _quoted(text, at)
    number = _NUMBER.match(text, at)
    if number:
        return Token("number", number[0]), number.end()
    name = _NAME.match(text, at)
    if name:
        return _word(name[0], text[name.end() : name.end() + 1]), name.end()
    if text[at] == "/" and before.kind not in _BEFORE_DIVISION | {"number", "string", "name", "regex"}:
        return _regex(text, at)
    for operator in _OPERATORS:
        if text.startswith(operator, at):
            return Token({"**": "^", "**=": "^="}.get(operator, operator)), at + len(operator)
    raise ToolError(f"unexpected character '{text[at]}'", 2)


def _word(word: str, after: str) -> Token:
    if word in KEYWORDS:
        return Token("keyword", "function" if word == "func" else word)
    if word in FUNCTIONS:
        return Token("function", word)
    return Token("call" if after == "(" else "name", word)


def _quoted(text: str, at: int) -> tuple[Token, int]:
    out, at = "", at + 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\n":
            break
        if text[at] == "\\" and at + 1 < len(text):
            octal = re.compile(r"[0-7]{1,3}").match(text, at + 1)
            if octal:
                out, at = out + chr(int(octal[0], 8) & 255), octal.end()
                continue
            out += _ESCAPES.get(text[at + 1], "\\" + text[at + 1])
            at += 2
            continue
        out, at = out + text[at], at + 1
    if text[at : at + 1] != '"':
        raise ToolError("unterminated string", 2)
    return Token("string", out), at + 1


def _regex(text: str, at: int) -> tuple[Token, int]:
    out, at, bracket = "", at + 1, False
    while at < len(text) and (text[at] != "/" or bracket):
        if text[at] == "\n":
            break
        if text[at] == "\\" and at + 1 < len(text):
            out += "/" if text[at + 1] == "/" else text[at : at + 2]
            at += 2
            continue
        bracket = text[at] == "[" or (bracket and text[at] != "]")
        out, at = out + text[at], at + 1
    if text[at : at + 1] != "/":
        raise ToolError("unterminated regex", 2)
    return Token("regex", out), at + 1
