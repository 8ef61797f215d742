"""Parses the pipelines of Go templates: commands, operands, variables. See Go's `text/template/parse/parse.go`."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from tutor.kubectl.printers.go_format import GoInt, quote, unquote
from tutor.kubectl.printers.template_lexer import Lexer, Token
from tutor.kubectl.printers.template_nodes import Call, Chain, Operand, Pipeline, Word

NAME = "output"  # what kubectl calls its template
_OPERANDS = frozenset(
    ("bool", "char", "dot", "field", "identifier", "number", "nil", "string", "variable", "open"),
)
_LITERALS = frozenset(("bool", "string", "number", "nil", "dot"))


class TemplateError(ValueError):
    """The template is wrong, or does not fit the data."""


class PipelineParser:
    """Reads pipelines from the tokens of a template, and knows which variables there are."""

    def __init__(self, text: str, functions: Collection[str]) -> None:
        self._tokens = Lexer(text).run()
        self._next = 0
        self._functions = functions
        self._variables = ["$"]
        self._action_line = 0

    def _peek(self, *, spaces: bool = False) -> Token:
        if not spaces and self._tokens[self._next].kind == "space":
            self._next += 1
        return self._tokens[self._next]

    def _take(self, *, spaces: bool = False) -> Token:
        token = self._peek(spaces=spaces)
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _expect(self, kind: str, context: str) -> Token:
        token = self._take()
        if token.kind != kind:
            raise self._unexpected(token, context)
        return token

    def _error(self, message: str) -> TemplateError:
        return TemplateError(f"template: {NAME}:{self._tokens[max(self._next - 1, 0)].line}: {message}")

    def _unexpected(self, token: Token, context: str) -> TemplateError:
        if token.kind != "error":
            return self._error(f"unexpected {token} in {context}")
        where = ""
        if self._action_line and self._action_line != token.line:
            where = f"started at {NAME}:{self._action_line}"
            where = f" {where}" if token.text.endswith(" action") else f" in action {where}"
        self._next = len(self._tokens)
        return self._error(token.text + where)

    def _unquoted(self, token: Token) -> str:
        try:
            return unquote(token.text)
        except ValueError as problem:
            raise self._error(str(problem)) from None

    def _pipeline(self, context: str, end: str) -> Pipeline:
        position = self._peek().position
        variables, assigns = self._declarations(context)
        calls: list[Call] = []
        while (token := self._peek()).kind != end:
            if token.kind not in _OPERANDS:
                self._take()
                raise self._unexpected(token, context)
            calls.append(self._call())
        self._take()
        if not calls:
            raise self._error(f"missing value for {context}")
        for stage, call in enumerate(calls[1:], start=2):
            if call.words[0].kind in _LITERALS:
                raise self._error(f"non executable command in pipeline stage {stage}")
        return Pipeline(position, tuple(calls), variables, assigns)

    def _declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        """The variables a pipeline's value goes to; two of them with a comma in a range."""
        names: list[str] = []
        while self._peek().kind == "variable":
            start = self._next
            token = self._take()
            following = self._peek()
            if following.kind in ("assign", "declare"):
                self._take()
                names.append(token.text)
                self._variables.append(token.text)
                return tuple(names), following.kind == "assign"
            if (following.kind, following.text) != ("char-sign", ","):
                self._next = start
                break
            self._take()
            names.append(token.text)
            self._variables.append(token.text)
            if context != "range" or len(names) > 1:
                raise self._error(f"too many declarations in {context}")
            if self._peek().kind not in ("variable", "right", "close"):
                raise self._error("range can only initialize variables")
        return tuple(names), False

    def _call(self) -> Call:
        position = self._peek().position
        words: list[Word] = []
        while True:
            word = self._operand()
            if word is not None:
                words.append(word)
            token = self._peek(spaces=True)
            if token.kind in ("right", "close"):
                break
            self._take(spaces=True)
            if token.kind == "pipe":
                break
            if token.kind != "space":
                raise self._unexpected(token, "operand")
        if not words:
            raise self._error("empty command")
        return Call(position, tuple(words))

    def _operand(self) -> Word | None:
        term = self._term()
        if term is None or self._peek(spaces=True).kind != "field":
            return term
        position = self._peek(spaces=True).position
        names: list[str] = []
        while self._peek(spaces=True).kind == "field":
            names.append(self._take(spaces=True).text[1:])
        if term.kind in _LITERALS:
            raise self._error(f"unexpected . after term {quote(str(term))}")
        if isinstance(term, Operand) and term.kind in ("field", "variable"):
            path = (*term.path, *names)
            text = term.text + "".join(f".{name}" for name in names)
            return Operand(term.kind, position, text, term.value, path)
        assert not isinstance(term, Chain)  # a term has no fields yet
        return Chain(position, term, tuple(names))

    def _term(self) -> Operand | Pipeline | None:
        token = self._peek()
        if token.kind not in _OPERANDS:
            return None
        self._take()
        if token.kind == "open":
            return self._pipeline("parenthesized pipeline", "close")
        if token.kind == "identifier" and token.text not in self._functions:
            raise self._error(f"function {quote(token.text)} not defined")
        if token.kind == "variable" and token.text not in self._variables:
            raise self._error(f"undefined variable {quote(token.text)}")
        if token.kind in ("number", "char"):
            return Operand("number", token.position, token.text, self._number(token))
        value: str | bool | None = None if token.kind in ("dot", "nil") else token.text
        if token.kind == "string":
            value = self._unquoted(token)
        elif token.kind == "bool":
            value = token.text == "true"
        path = (token.text[1:],) if token.kind == "field" else ()
        return Operand(token.kind, token.position, token.text, value, path)

    def _number(self, token: Token) -> GoInt | float:
        text = token.text
        if token.kind == "char":
            letter = self._unquoted(token)
            if len(letter) != 1:
                raise self._error(f"malformed character constant: {text}")
            return GoInt(ord(letter))
        bare = text.lstrip("+-")
        with suppress(ValueError):
            return GoInt(int(text, 8 if bare.isdecimal() and bare.startswith("0") else 0))
        try:
            return float.fromhex(text) if "x" in text.lower() else float(text)
        except ValueError:
            raise self._error(f"illegal number syntax: {quote(text)}") from None
