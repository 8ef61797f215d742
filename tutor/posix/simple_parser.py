"""Reading simple commands: assignments, words, redirections and here-documents; the base of the whole grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutor.posix.lexer import REDIRECTIONS, Lexer, Token
from tutor.posix.source import Source
from tutor.posix.syntax import Assignment, Command, FunctionDefinition, Literal, Redirect, Simple, Word
from tutor.posix.words import parse_here_document

RESERVED_WORDS = frozenset(
    ["!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while"]
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")


class SimpleParser:
    """Tokens of a source, and the commands without structure."""

    def __init__(self, source: Source, aliases: Mapping[str, str]) -> None:
        self.source = source
        self.lexer = Lexer(source, aliases)

    def unexpected(self, token: Token, expecting: str = "") -> Exception:
        if token.kind == "end":
            return self.source.end_error(expecting)
        return self.source.error(token.describe(), expecting=expecting)

    def _newlines(self) -> None:
        while self.lexer.peek().kind == "newline":
            self.lexer.next()

    def _word(self) -> Word:
        token = self.lexer.next()
        if token.word is None:
            raise self.unexpected(token, "word" if token.kind == "end" else "")
        return token.word

    def command(self) -> Command:
        """Read any command; the whole grammar says how."""
        raise NotImplementedError

    def _simple(self) -> Command:
        line = self.source.line()
        assignments, words, redirects = list[Assignment](), list[Word](), list[Redirect]()
        while True:
            token = self.lexer.peek()
            if self._starts_redirect(token):
                redirects += self._redirects()
            elif token.word is not None:
                self.lexer.next()
                assignment = None if words else as_assignment(token.word)
                if assignment:
                    assignments.append(assignment)
                else:
                    words.append(token.word)
            elif token.is_operator("(") and len(words) == 1 and not assignments and not redirects:
                return self._function(words[0])
            elif token.is_operator("("):
                raise self.unexpected(token)
            else:
                return Simple(tuple(assignments), tuple(words), tuple(redirects), line)

    def _function(self, word: Word) -> Command:
        token, name = self.lexer.next(), word.plain()
        if not self.lexer.peek().is_operator(")"):
            raise self.unexpected(token if self.lexer.peek().kind != "end" else self.lexer.peek(), "")
        self.lexer.next()
        if name is None or name in RESERVED_WORDS or not re.fullmatch(r"[^\s=$`'\"\\/]+", name):
            raise self.source.error(detail="bad function name")
        self._newlines()
        return FunctionDefinition(name, self.command())

    def _starts_redirect(self, token: Token) -> bool:
        return token.kind == "number" or token.is_operator(*REDIRECTIONS)

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects = list[Redirect]()
        while self._starts_redirect(self.lexer.peek()):
            redirects += self._redirect()
        return tuple(redirects)

    def _redirect(self) -> list[Redirect]:
        token = self.lexer.next()
        number = int(token.text) if token.kind == "number" else None
        operator = self.lexer.next().text if token.kind == "number" else token.text
        target = self._word()
        fd = (0 if operator[0] == "<" else 1) if number is None else number
        if operator in ("<<", "<<-"):
            return [Redirect("<<", self._here_document(target, operator), fd)]
        if operator in ("&>", "&>>"):
            both = Word((Literal("1"),))
            return [Redirect(operator[1:], target, 1), Redirect(">&", both, 2)]
        return [Redirect(operator, target, fd)]

    def _here_document(self, delimiter: Word, operator: str) -> Word:
        parts = [part for part in delimiter.parts if isinstance(part, Literal)]
        body = self.source.here_document("".join(part.text for part in parts), strip_tabs=operator == "<<-")
        if any(part.quoted for part in parts):
            return Word((Literal(body, quoted=True),))
        return parse_here_document(body, self.source)


def as_assignment(word: Word) -> Assignment | None:
    """The assignment a word stands for at the start of a simple command or after `export`."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Literal) or first.quoted or not (match := _ASSIGNMENT.match(first.text)):
        return None
    rest = first.text[match.end() :]
    parts = ((Literal(rest),) if rest else ()) + word.parts[1:]
    return Assignment(match[1], Word(parts), append=bool(match[2]))
