"""The grammar of `[[ ... ]]`, the conditional command bash and ash add to POSIX."""

from __future__ import annotations

from tutor.posix.lexer import Lexer, Token
from tutor.posix.syntax import Condition, Word

BINARY = frozenset({"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"})
UNARY = frozenset("-" + letter for letter in "bcdefghLnprsStuwxz")


def parse_condition(lexer: Lexer) -> Condition:
    """Read from `[[` to `]]`."""
    lexer.next()
    condition = _Conditions(lexer).any_of()
    if lexer.peek().reserved != "]]":
        raise _unexpected(lexer)
    lexer.next()
    return condition


class _Conditions:
    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer

    def any_of(self) -> Condition:
        left = self.all_of()
        while self._take_operator("||"):
            left = Condition("||", (left, self.all_of()))
        return left

    def all_of(self) -> Condition:
        left = self.negation()
        while self._take_operator("&&"):
            left = Condition("&&", (left, self.negation()))
        return left

    def negation(self) -> Condition:
        negated = False
        while self._peek().reserved == "!":
            self.lexer.next()
            negated = not negated
        condition = self.primary()
        return Condition("!", (condition,)) if negated else condition

    def primary(self) -> Condition:
        if self._take_operator("("):
            return self._parenthesis()
        operator = self._peek().reserved
        left = self._word()
        if operator in UNARY and self._peek().word is not None and self._peek().reserved not in ("]]", *BINARY):
            return Condition(operator, (self._word(),))
        following = self._peek()
        binary = following.text if following.is_operator("<", ">") else following.reserved
        if binary not in BINARY:
            return Condition("", (left,))
        self.lexer.next()
        return Condition(binary, (left, self.lexer.regex() if binary == "=~" else self._word()))

    def _parenthesis(self) -> Condition:
        self.lexer.source.enter()
        condition = self.any_of()
        self.lexer.source.leave()
        if not self._take_operator(")"):
            raise _unexpected(self.lexer)
        return condition

    def _peek(self) -> Token:
        while self.lexer.peek().kind == "newline":
            self.lexer.next()
        return self.lexer.peek()

    def _take_operator(self, text: str) -> bool:
        found = self._peek().is_operator(text)
        if found:
            self.lexer.next()
        return found

    def _word(self) -> Word:
        token = self._peek()
        if token.word is None or token.reserved == "]]":
            raise _unexpected(self.lexer)
        self.lexer.next()
        return token.word


def _unexpected(lexer: Lexer) -> Exception:
    token = lexer.peek()
    if token.kind == "end":
        return lexer.source.end_error("]]")
    return lexer.source.error(token.describe())
