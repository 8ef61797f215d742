"""Reading one word of a script: quoting and the `$` expansions inside it (POSIX XCU 2.2 and 2.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.posix.escapes import ansi_c
from tutor.posix.source import Source
from tutor.posix.syntax import Arithmetic, Literal, Parameter, Part, Substitution, Word

METACHARACTERS = frozenset(" \t\n|&;<>()")
SPECIAL_PARAMETERS = frozenset("@*#?$!-0123456789")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_OPERATOR = re.compile(r":[-=?+]|%%|##|//|[-=?+%#/:]")


@dataclass(frozen=True)
class Context:
    """Where text stands, which decides what ends it and what a backslash and quotes mean in it."""

    quoted: bool
    ends: frozenset[str]
    double_quote: bool = True
    parentheses: bool = False
    what: str = "unterminated quoted string"


PLAIN = Context(quoted=False, ends=METACHARACTERS)
REGEX = Context(quoted=False, ends=frozenset(" \t\n"))
DOUBLE = Context(quoted=True, ends=frozenset('"'), double_quote=False)
BRACES = Context(quoted=False, ends=frozenset("}"), what="missing '}'")
BRACES_IN_QUOTES = Context(quoted=True, ends=frozenset("}"), what="missing '}'")
PATTERN = Context(quoted=False, ends=frozenset("/}"), what="missing '}'")
HERE_DOCUMENT = Context(quoted=True, ends=frozenset(), double_quote=False)
EXPRESSION = Context(quoted=True, ends=frozenset(")"), parentheses=True)


def read_word(source: Source) -> Word:
    """The word at the position, which must not be at a metacharacter."""
    return _Reader(source, PLAIN).read()


def read_regex(source: Source) -> Word:
    """The word after `=~` in `[[ ]]`, in which parentheses and bars need no quoting."""
    return _Reader(source, REGEX).read()


def read_expression(source: Source) -> Word | None:
    """The expression after `$((` or `((`, taking the closing `))`; None when what follows are commands after all."""
    start = source.position
    if start in source.not_arithmetic:
        return None
    word = _Reader(source, EXPRESSION).read()
    if source.take("))"):
        return word
    source.not_arithmetic.add(start)
    source.position = start
    return None


def parse_here_document(body: str, outer: Source) -> Word:
    """A here-document body with its expansions."""
    inner = Source(body)
    inner.commands, inner.depth = outer.commands, outer.depth
    return _Reader(inner, HERE_DOCUMENT).read()


def parse_prompt(text: str) -> Word:
    """A prompt such as PS1, in which parameters are expanded and commands are not run."""
    return _Reader(Source(text), HERE_DOCUMENT).read()


class _Reader:
    def __init__(self, source: Source, context: Context) -> None:
        self.source = source
        self.context = context
        self.parts = list[Part]()
        self.text = list[str]()
        self.parentheses = 0

    def read(self) -> Word:
        self.source.enter()
        try:
            while not self._ended():
                self._step()
        finally:
            self.source.leave()
        self._flush()
        return Word(tuple(self.parts))

    def _ended(self) -> bool:
        char = self.source.peek()
        if char:
            return char in self.context.ends and not self.parentheses
        if self.context in (PLAIN, REGEX, HERE_DOCUMENT):
            return True
        if self.context is DOUBLE:
            raise self.source.error(detail=self.context.what)
        raise self.source.end_error("))" if self.context is EXPRESSION else "}")

    def _step(self) -> None:
        char = self.source.peek()
        if char == "\\":
            self._backslash()
        elif char == "$":
            self._dollar()
        elif char == "`":
            self._backquote()
        elif char == "'" and not self.context.quoted:
            self._single_quote()
        elif char == '"' and self.context.double_quote:
            self._double_quote()
        else:
            if self.context.parentheses and char in "()":
                self.parentheses += 1 if char == "(" else -1
            self.text.append(self.source.advance())

    def _flush(self) -> None:
        if self.text:
            self.parts.append(Literal("".join(self.text), self.context.quoted))
            self.text.clear()

    def _add(self, part: Part) -> None:
        self._flush()
        self.parts.append(part)

    def _backslash(self) -> None:
        following = self.source.peek(1)
        if following == "\n":
            self.source.advance()
            self.source.advance()
        elif not following:
            self.text.append(self.source.advance())
        elif not self.context.quoted:
            self.source.advance()
            self._add(Literal(self.source.advance(), quoted=True))
        else:
            escapable = "$`\\" + ('"' if self.context is not HERE_DOCUMENT else "") + "".join(self.context.ends & {"}"})
            if following in escapable:
                self.source.advance()
            self.text.append(self.source.advance())

    def _single_quote(self) -> None:
        source = self.source
        end = source.text.find("'", source.position + 1)
        if end < 0:
            raise source.error(detail="unterminated quoted string")
        self._add(Literal(source.text[source.position + 1 : end], quoted=True))
        source.position = end + 1

    def _double_quote(self) -> None:
        self.source.advance()
        if self.context is EXPRESSION:
            return
        parts = _Reader(self.source, DOUBLE).read().parts
        self.source.advance()
        for part in parts or (Literal("", quoted=True),):
            self._add(part)

    def _dollar(self) -> None:
        source = self.source
        following = source.peek(1)
        if following == "(":
            self._parenthesis()
        elif following == "{":
            source.position += 2
            self._add(self._braced())
        elif following and following in SPECIAL_PARAMETERS:
            source.position += 2
            self._add(Parameter(following, quoted=self.context.quoted))
        elif match := _NAME.match(source.text, source.position + 1):
            source.position = match.end()
            self._add(Parameter(match[0], quoted=self.context.quoted))
        elif following == "'" and not self.context.quoted:
            source.position += 2
            self._add(Literal(self._ansi_c(), quoted=True))
        elif following == '"' and not self.context.quoted:
            source.advance()
        else:
            self.text.append(source.advance())

    def _ansi_c(self) -> str:
        source, start = self.source, self.source.position
        while source.peek() != "'":
            if source.at_end():
                raise source.error(detail="unterminated quoted string")
            source.position += 2 if source.peek() == "\\" else 1
        text = source.text[start : source.position]
        source.position += 1
        return ansi_c(text)

    def _parenthesis(self) -> None:
        source = self.source
        if source.take("$(("):
            expression = read_expression(source)
            if expression is not None:
                self._add(Arithmetic(expression, self.context.quoted))
                return
            source.position -= 3
        source.position += 2
        self._add(Substitution(source.nested_commands(")"), self.context.quoted))

    def _backquote(self) -> None:
        source = self.source
        source.advance()
        text = list[str]()
        escapable = '$`\\"' if self.context is DOUBLE else "$`\\"
        while source.peek() != "`":
            if source.at_end():
                raise source.error(detail="unterminated quoted string")
            if source.peek() == "\\" and source.peek(1) and source.peek(1) in escapable:
                source.advance()
            text.append(source.advance())
        source.advance()
        inner = Source("".join(text))
        inner.commands, inner.depth = source.commands, source.depth + 1
        self._add(Substitution(inner.nested_commands(""), self.context.quoted))

    def _braced(self) -> Parameter:
        source, quoted = self.source, self.context.quoted
        if source.peek() == "#" and (length := self._length()):
            return length
        match = _BRACED_NAME.match(source.text, source.position)
        if not match:
            raise self._bad_substitution()
        source.position = match.end()
        if source.take("}"):
            return Parameter(match[0], quoted=quoted)
        operator = _OPERATOR.match(source.text, source.position)
        if not operator:
            raise self._bad_substitution()
        source.position = operator.end()
        return self._operand(match[0], operator[0])

    def _length(self) -> Parameter | None:
        source = self.source
        match = _BRACED_NAME.match(source.text, source.position + 1)
        if match and source.text.startswith("}", match.end()):
            source.position = match.end() + 1
            return Parameter(match[0], "length", quoted=self.context.quoted)
        return None

    def _operand(self, name: str, operator: str) -> Parameter:
        source, quoted = self.source, self.context.quoted
        if operator in ("/", "//"):
            pattern = _Reader(source, PATTERN).read()
            replacement = _Reader(source, BRACES).read() if source.take("/") else Word(())
            source.advance()
            return Parameter(name, operator, pattern, replacement, quoted)
        as_pattern = operator[0] in "%#"
        operand = _Reader(source, BRACES_IN_QUOTES if quoted and not as_pattern else BRACES).read()
        source.advance()
        return Parameter(name, operator, operand, quoted=quoted)

    def _bad_substitution(self) -> Exception:
        if self.source.text.find("}", self.source.position) < 0:
            return self.source.end_error("}")
        return self.source.error(detail="bad substitution")
