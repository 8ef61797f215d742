"""Tokens of the shell grammar (POSIX XCU 2.3): operators, words, newlines, and aliases put in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.posix.source import Source
from tutor.posix.syntax import Word
from tutor.posix.words import METACHARACTERS, read_regex, read_word

_OPERATORS = ("<<<", "<<-", "&>>", *(["&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>"]), *"|&;<>()")
"""Longest first, so that the first one that fits is the right one."""
_DESCRIPTOR = re.compile(r"[0-9]{1,3}(?=[<>])")
REDIRECTIONS = frozenset({"<", ">", ">>", "<<", "<<-", "<<<", "<&", ">&", "<>", ">|", "&>", "&>>"})


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "word", "operator", "number" (a file descriptor before a redirection), "newline" or "end"."""

    kind: str
    text: str = ""
    word: Word | None = None
    start: int = 0

    def is_operator(self, *texts: str) -> bool:
        return self.kind == "operator" and self.text in texts

    @property
    def reserved(self) -> str:
        """The text of a word that may be a reserved word, "" for anything quoted or expanded."""
        return self.text if self.kind == "word" else ""

    def describe(self) -> str:
        """How a syntax error names the token."""
        return {"newline": "newline", "end": "end of file"}.get(self.kind, f'"{self.text}"' if self.text else "word")


class Lexer:
    """One token of look-ahead over a source."""

    def __init__(self, source: Source, aliases: Mapping[str, str]) -> None:
        self.source = source
        self.aliases = aliases
        self._queue = list[Token]()
        self._expanded = set[str]()

    def peek(self) -> Token:
        if not self._queue:
            self._queue.append(self._read())
        return self._queue[0]

    def next(self) -> Token:
        token = self.peek()
        self._queue.pop(0)
        return token

    def regex(self) -> Word:
        """Read the next word as a regular expression instead of as a token."""
        if self._queue:
            self.source.position = self._queue[0].start
            self._queue.clear()
        self._skip_blanks()
        return read_regex(self.source)

    def expand_alias(self) -> None:
        """Put an alias in place if the next token, which stands where a command may, names one."""
        while (name := self.peek().reserved) in self.aliases and name not in self._expanded:
            self._expanded.add(name)
            self._queue.pop(0)
            value = self.aliases[name]
            self._queue[:0] = tokens_of(value) or [self._read()]
            if value[-1:].isspace():
                self._expand_following()
        if not self.peek().reserved:
            self._expanded.clear()

    def _expand_following(self) -> None:
        """After an alias that ends in a blank, the next word may be an alias too (POSIX XCU 2.3.1)."""
        following = self._read()
        name = following.reserved
        known = name in self.aliases and name not in self._expanded
        self._queue += tokens_of(self.aliases[name]) if known else [following]

    def end_command(self) -> None:
        """A command is complete: its aliases may be used again."""
        self._expanded.clear()

    def _read(self) -> Token:
        source = self.source
        self._skip_blanks()
        start = source.position
        if source.at_end():
            return Token("end", start=start)
        if source.peek() == "\n":
            source.advance()
            return Token("newline", start=start)
        if match := _DESCRIPTOR.match(source.text, start):
            source.position = match.end()
            return Token("number", match[0], start=start)
        if source.peek() in METACHARACTERS:
            operator = next(text for text in _OPERATORS if source.take(text))
            return Token("operator", operator, start=start)
        word = read_word(source)
        return Token("word", word.plain() or "", word, start)

    def _skip_blanks(self) -> None:
        source = self.source
        while True:
            if source.peek() and source.peek() in " \t":
                source.position += 1
            elif source.peek() == "\\" and source.peek(1) == "\n":
                source.position += 1
                source.advance()
            elif source.peek() == "#":
                end = source.text.find("\n", source.position)
                source.position = len(source.text) if end < 0 else end
            else:
                return


def tokens_of(text: str) -> list[Token]:
    """The tokens of an alias's text."""
    lexer, tokens = Lexer(Source(text), {}), list[Token]()
    while (token := lexer.next()).kind != "end":
        tokens.append(token)
    return tokens
