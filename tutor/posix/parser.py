"""The shell grammar (POSIX XCU 2.10), by recursive descent, one complete command at a time.

A script is read the way a shell reads it: a line is parsed and run before the next one is looked at, so an
error further down does not stop what stands above it, and an alias works from the next line on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from tutor.posix.conditions import parse_condition
from tutor.posix.lexer import Token
from tutor.posix.simple_parser import SimpleParser
from tutor.posix.source import Source
from tutor.posix.syntax import (
    AndOr,
    ArithmeticCommand,
    Case,
    Clause,
    Command,
    For,
    FunctionDefinition,
    Group,
    If,
    Item,
    Pipeline,
    Redirected,
    Sequence,
    Subshell,
    While,
    Word,
)
from tutor.posix.words import read_expression

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLOSING = frozenset(["}", "do", "done", "elif", "else", "esac", "fi", "then"])


def parse_next(text: str, position: int, aliases: Mapping[str, str]) -> tuple[Sequence | None, int]:
    """The next complete command of a script and the position after it; None when only blank lines are left.

    Raises ShellSyntaxError; `incomplete` on it means that more text could complete the command.
    """
    if aliases:
        return _parse_next(text, position, aliases)
    return _parse_cached(text, position)


@lru_cache(maxsize=1024)
def _parse_cached(text: str, position: int) -> tuple[Sequence | None, int]:
    return _parse_next(text, position, {})


def _parse_next(text: str, position: int, aliases: Mapping[str, str]) -> tuple[Sequence | None, int]:
    source = Source(text, position)
    source.commands = _nested
    return _Parser(source, aliases).line()


def _nested(source: Source, closing: str) -> Sequence:
    parser = _Parser(source, {})
    source.enter()
    body = parser.commands(frozenset())
    token = parser.lexer.next()
    if closing and not token.is_operator(closing):
        raise parser.unexpected(token, closing)
    if not closing and token.kind != "end":
        raise parser.unexpected(token)
    source.leave()
    return body


class _Parser(SimpleParser):
    def line(self) -> tuple[Sequence | None, int]:
        while self.lexer.peek().kind == "newline":
            self.lexer.next()
        if self.lexer.peek().kind == "end":
            return None, self.source.position
        items = list[Item]()
        while self.lexer.peek().kind not in ("newline", "end"):
            items.append(self._item())
        self.lexer.next()
        return Sequence(tuple(items)), self.source.position

    def commands(self, ends: frozenset[str], expecting: str = "") -> Sequence:
        """Commands up to, not including, one of the reserved words, or a token no command starts with."""
        items = list[Item]()
        while True:
            self._newlines()
            token = self.lexer.peek()
            if token.reserved in ends or token.kind == "end" or token.is_operator(")", ";;", ";&"):
                break
            items.append(self._item())
        if expecting and not items:
            raise self.unexpected(self.lexer.peek(), expecting if self.lexer.peek().kind == "end" else "")
        return Sequence(tuple(items))

    def _item(self) -> Item:
        start = self.lexer.peek().start
        command = self._and_or()
        text = self.source.text[start : self.lexer.peek().start].strip()
        background = self.lexer.peek().is_operator("&")
        if background or self.lexer.peek().is_operator(";"):
            self.lexer.next()
        elif not (self.lexer.peek().kind in ("newline", "end") or self.lexer.peek().is_operator(")", ";;", ";&")):
            raise self.unexpected(self.lexer.peek())
        self.lexer.end_command()
        return Item(command, background, text if background else "")

    def _and_or(self) -> Command:
        first = self._pipeline()
        rest = list[tuple[str, Command]]()
        while self.lexer.peek().is_operator("&&", "||"):
            operator = self.lexer.next().text
            self._newlines()
            rest.append((operator, self._pipeline()))
        return AndOr(first, tuple(rest)) if rest else first

    def _pipeline(self) -> Command:
        negated = False
        self.lexer.expand_alias()
        while self.lexer.peek().reserved == "!":
            self.lexer.next()
            negated = not negated
        commands = [self.command()]
        while self.lexer.peek().is_operator("|"):
            self.lexer.next()
            self._newlines()
            commands.append(self.command())
        return Pipeline(tuple(commands), negated) if negated or len(commands) > 1 else commands[0]

    def command(self) -> Command:
        self.lexer.expand_alias()
        token = self.lexer.peek()
        compound = self._compound_reader(token)
        if compound is None:
            return self._simple()
        self.source.enter()
        command = compound()
        self.source.leave()
        redirects = self._redirects()
        return Redirected(command, redirects) if redirects else command

    def _compound_reader(self, token: Token) -> Callable[[], Command] | None:
        if token.is_operator("("):
            return self._parenthesis
        if (
            token.reserved in _CLOSING
            or token.kind in ("newline", "end")
            or token.is_operator("|", "&&", "||", ";", "&", ")", ";;", ";&")
        ):
            raise self.unexpected(token)
        readers: dict[str, Callable[[], Command]] = {
            "{": self._group,
            "if": self._if,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "case": self._case,
            "function": self._function_keyword,
            "[[": lambda: parse_condition(self.lexer),
        }
        return readers.get(token.reserved)

    def _expect(self, word: str) -> None:
        token = self.lexer.next()
        if token.reserved != word:
            raise self.unexpected(token, word)

    def _body(self, *ends: str) -> Sequence:
        return self.commands(frozenset(ends), ends[0])

    def _group(self) -> Command:
        self.lexer.next()
        body = self._body("}")
        self._expect("}")
        return Group(body)

    def _parenthesis(self) -> Command:
        start = self.lexer.next().start
        if self.source.peek() == "(" and start + 1 == self.source.position:
            self.source.position += 1
            expression = read_expression(self.source)
            if expression is not None:
                return ArithmeticCommand(expression)
            self.source.position -= 1
        body = self.commands(frozenset(), ")")
        token = self.lexer.next()
        if not token.is_operator(")"):
            raise self.unexpected(token, ")")
        return Subshell(body)

    def _if(self) -> Command:
        branches, otherwise = list[tuple[Sequence, Sequence]](), None
        while True:
            self.lexer.next()
            condition = self._body("then")
            self._expect("then")
            branches.append((condition, self._body("fi", "elif", "else")))
            if self.lexer.peek().reserved != "elif":
                break
        if self.lexer.peek().reserved == "else":
            self.lexer.next()
            otherwise = self._body("fi")
        self._expect("fi")
        return If(tuple(branches), otherwise)

    def _while(self) -> Command:
        until = self.lexer.next().text == "until"
        condition = self._body("do")
        return While(condition, self._do_group(), until)

    def _do_group(self) -> Sequence:
        self._expect("do")
        body = self._body("done")
        self._expect("done")
        return body

    def _for(self) -> Command:
        self.lexer.next()
        name = self.lexer.next()
        if not _NAME.fullmatch(name.reserved):
            raise self.source.error(detail="bad for loop variable") if name.kind == "word" else self.unexpected(name)
        self._newlines()
        words: tuple[Word, ...] | None = None
        if self.lexer.peek().reserved == "in":
            self.lexer.next()
            words = self._words()
        if self.lexer.peek().is_operator(";"):
            self.lexer.next()
        self._newlines()
        return For(name.text, words, self._do_group())

    def _words(self) -> tuple[Word, ...]:
        words = list[Word]()
        while (word := self.lexer.peek().word) is not None:
            words.append(word)
            self.lexer.next()
        if not (self.lexer.peek().kind in ("newline", "end") or self.lexer.peek().is_operator(";")):
            raise self.unexpected(self.lexer.peek())
        return tuple(words)

    def _case(self) -> Command:
        self.lexer.next()
        word = self._word()
        self._newlines()
        self._expect("in")
        clauses = list[Clause]()
        self._newlines()
        while self.lexer.peek().reserved != "esac":
            clauses.append(self._clause())
            self._newlines()
        self.lexer.next()
        return Case(word, tuple(clauses))

    def _clause(self) -> Clause:
        if self.lexer.peek().is_operator("("):
            self.lexer.next()
        patterns = [self._word()]
        while self.lexer.peek().is_operator("|"):
            self.lexer.next()
            patterns.append(self._word())
        token = self.lexer.next()
        if not token.is_operator(")"):
            raise self.unexpected(token, ")")
        body = self.commands(frozenset({"esac"}))
        end = self.lexer.peek()
        if end.is_operator(";;", ";&"):
            self.lexer.next()
        elif end.reserved != "esac":
            raise self.unexpected(end, ";;")
        return Clause(tuple(patterns), body, end.is_operator(";&"))

    def _function_keyword(self) -> Command:
        self.lexer.next()
        name = self._word().plain()
        if name is None:
            raise self.source.error(detail="bad function name")
        if self.lexer.peek().is_operator("("):
            self.lexer.next()
            self._close_parenthesis()
        self._newlines()
        return FunctionDefinition(name, self.command())

    def _close_parenthesis(self) -> None:
        token = self.lexer.next()
        if not token.is_operator(")"):
            raise self.unexpected(token, ")")
