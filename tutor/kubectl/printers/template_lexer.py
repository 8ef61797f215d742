"""Cuts a Go template into tokens: text, and what stands between `{{` and `}}`.

The rules and the words of its complaints are those of Go's `text/template/parse/lex.go`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.kubectl.printers.go_format import quote

KEYWORDS = frozenset(("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"))
_SPACE = " \t\r\n"
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)"
)
_QUOTED = {
    '"': ("string", re.compile(r'"(?:\\[^\n]|[^"\\\n])*"'), "unterminated quoted string"),
    "`": ("string", re.compile(r"`[^`]*`"), "unterminated raw quoted string"),
    "'": ("char", re.compile(r"'(?:\\[^\n]|[^'\\\n])*'"), "unterminated character constant"),
}
_WORD = re.compile(r"\w*")


@dataclass(frozen=True)
class Token:
    """A piece of a template; `kind` is text, left, right, a keyword, or the kind of an operand or sign."""

    kind: str
    text: str
    position: int
    line: int

    def __str__(self) -> str:
        """How a message names it (lex.go, `item.String`)."""
        if self.kind == "EOF":
            return "EOF"
        if self.kind in KEYWORDS or self.kind == "dot":
            return f"<{self.text}>"
        return f"{quote(self.text[:10])}..." if len(self.text) > 10 else quote(self.text)


class LexError(Exception):
    """The text cannot be cut further; the parser meets this when it gets there."""


class Lexer:
    """All tokens of a template, in order; the last one is `EOF` or `error`, whose text is the complaint."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        try:
            while self._at < len(self._text):
                self._one_text_and_action()
            self._add("EOF", self._at)
        except LexError as problem:
            self.tokens.append(Token("error", str(problem), self._at, self._line(self._at)))
        return self.tokens

    def _line(self, position: int) -> int:
        return 1 + self._text.count("\n", 0, position)

    def _add(self, kind: str, end: int) -> None:
        self.tokens.append(Token(kind, self._text[self._at : end], self._at, self._line(self._at)))
        self._at = end

    def _one_text_and_action(self) -> None:
        opening = self._text.find("{{", self._at)
        if opening < 0:
            self._add("text", len(self._text))
            return
        trims = self._text[opening + 2 : opening + 3] == "-" and self._text[opening + 3 : opening + 4] in tuple(_SPACE)
        piece = self._text[self._at : opening]
        kept = piece.rstrip(_SPACE) if trims else piece
        if kept:
            self._add("text", self._at + len(kept))
        self._at = opening
        if self._text.startswith("/*", opening + (4 if trims else 2)):
            self._at = opening + (4 if trims else 2)
            self._comment()
            return
        self._add("left", opening + 2)
        self._at += 1 if trims else 0
        self._action()

    def _comment(self) -> None:
        end = self._text.find("*/", self._at + 2)
        if end < 0:
            raise LexError("unclosed comment")
        self._at = end + 2
        if not self._closing():
            raise LexError("comment ends before closing delimiter")
        self._close()

    def _closing(self) -> str:
        """The closing delimiter that stands here, with its trim marker; empty when there is none."""
        rest = self._text[self._at : self._at + 4]
        if rest[:1] in tuple(_SPACE) and rest[1:] == "-}}":
            return rest
        return rest[:2] if rest.startswith("}}") else ""

    def _close(self) -> None:
        """Passes the closing delimiter, and the space after it when it says so."""
        delimiter = self._closing()
        self._at += len(delimiter)
        if len(delimiter) == 4:
            rest = self._text[self._at :]
            self._at += len(rest) - len(rest.lstrip(_SPACE))

    def _action(self) -> None:
        depth = 0
        while not self._closing():
            if not depth and self._text.startswith(")", self._at):
                raise LexError("unexpected right paren")
            depth += self._one_inside()
        if depth:
            raise LexError("unclosed left paren")
        place = self._at
        self.tokens.append(Token("right", "}}", place, self._line(place)))
        self._close()

    def _one_inside(self) -> int:
        """Adds one token of an action and says by how much the depth of parentheses changes."""
        letter = self._text[self._at : self._at + 1]
        if not letter:
            raise LexError("unclosed action")
        if letter in _SPACE:
            self._spaces()
        elif letter in _QUOTED:
            self._quoted(letter)
        elif letter in "=|()":
            self._add({"=": "assign", "|": "pipe", "(": "open", ")": "close"}[letter], self._at + 1)
            return {"(": 1, ")": -1}.get(letter, 0)
        elif letter == ":":
            if self._text[self._at + 1 : self._at + 2] != "=":
                raise LexError("expected :=")
            self._add("declare", self._at + 2)
        elif (
            letter in "+-"
            or letter.isdecimal()
            or (letter == "." and self._text[self._at + 1 : self._at + 2].isdecimal())
        ):
            self._number()
        elif letter in "$." or letter == "_" or letter.isalnum():
            self._name(letter)
        elif letter.isascii() and letter.isprintable():
            self._add("char-sign", self._at + 1)
        else:
            raise LexError(f"unrecognized character in action: {_code_point(letter)}")
        return 0

    def _spaces(self) -> None:
        end = self._at
        while self._text[end : end + 1] in tuple(_SPACE):
            end += 1
        if self._text.startswith("-}}", end):
            end -= 1  # the last space belongs to the delimiter
        if end > self._at:
            self._add("space", end)

    def _quoted(self, quote: str) -> None:
        kind, pattern, complaint = _QUOTED[quote]
        match = pattern.match(self._text, self._at)
        if match is None:
            raise LexError(complaint)
        self._add(kind, match.end())

    def _number(self) -> None:
        match = _NUMBER.match(self._text, self._at)
        end = match.end() if match else self._at
        following = self._text[end : end + 1]
        if following.isalnum() or following == "_":
            raise LexError(f"bad number syntax: {quote(self._text[self._at : end + 1])}")
        self._add("number", end)

    def _name(self, letter: str) -> None:
        match = _WORD.match(self._text, self._at + (letter in "$."))
        end = match.end() if match else self._at
        following = self._text[end : end + 1]
        if following and following not in f"{_SPACE}.,|:)(" and not self._text.startswith("}}", end):
            raise LexError(f"bad character {_code_point(following)}")
        word = self._text[self._at : end]
        if letter == "$":
            self._add("variable", end)
        elif letter == ".":
            self._add("dot" if word == "." else "field", end)
        elif word in KEYWORDS:
            self._add(word, end)
        else:
            self._add("bool" if word in ("true", "false") else "identifier", end)


def _code_point(letter: str) -> str:
    return f"U+{ord(letter):04X}" + (f" '{letter}'" if letter.isprintable() else "")
