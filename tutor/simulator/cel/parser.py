"""From a text to a tree: a recursive-descent parser for the grammar of cel-spec."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from tutor.simulator.cel.nodes import BadSyntax, Node, Problem, Unsupported

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+[uU]?|\d+[uU]?)
    |(?P<string>[rRbB]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*|`[A-Za-z0-9_.\-/ ]+`)
    |(?P<sign>\.\?|\[\?|<=|>=|==|!=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_EXPECTED = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
)
_RELATIONS = ("<", "<=", ">=", ">", "==", "!=", "in")
_MACROS = {"all": 2, "exists": 2, "exists_one": 2, "existsOne": 2, "map": (2, 3), "filter": 2}
_LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
MAX_DEPTH = 40
END = "<EOF>"


class Token(NamedTuple):
    """A word of the text."""

    kind: str
    text: str
    at: int


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of an expression. Raises BadSyntax, Unsupported."""
    parser = _Parser(text)
    tree = parser.ternary()
    if parser.token.text != END or parser.token.kind != "end":
        raise parser.mismatched("<EOF>")
    return tree


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            problem = Problem(at, f"Syntax error: token recognition error at: '{text[at:]}'")
            end = Problem(len(text), f"Syntax error: mismatched input '<EOF>' expecting {_EXPECTED}")
            raise BadSyntax([problem, end])
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
        at = match.end()
    found.append(Token("end", END, len(text)))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._next]

    def take(self) -> Token:
        token = self.token
        self._next += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        token = self.token
        return self.take() if token.text in texts and token.kind in ("sign", "name") else None

    def expect(self, text: str) -> Token:
        found = self.accept(text)
        if found is None:
            raise self.mismatched(f"'{text}'")
        return found

    def mismatched(self, expected: str) -> BadSyntax:
        token = self.token
        return BadSyntax([Problem(token.at, f"Syntax error: mismatched input '{token.text}' expecting {expected}")])

    # -- precedence, lowest first

    def ternary(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unsupported("expressions nested so deep")
        condition = self.binary(0)
        question = self.accept("?")
        if question is not None:
            yes = self.binary(0)
            self.expect(":")
            condition = Node("call", question.at, ("_?_:_", None, (condition, yes, self.ternary())))
        self._depth -= 1
        return condition

    _LEVELS = (("||",), ("&&",), _RELATIONS, ("+", "-"), ("*", "/", "%"))

    def binary(self, level: int) -> Node:
        if level == len(self._LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (sign := self.accept(*self._LEVELS[level])) is not None:
            right = self.binary(level + 1)
            name = "@in" if sign.text == "in" else f"_{sign.text}_"
            left = Node("call", sign.at, (name, None, (left, right)))
        return left

    def unary(self) -> Node:
        sign = self.accept("!", "-")
        if sign is None:
            return self.member()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unsupported("expressions nested so deep")
        operand = self.unary()
        self._depth -= 1
        if sign.text == "-" and operand.op == "literal" and type(operand.parts[0]) in (int, float):
            return Node("literal", sign.at, (-operand.parts[0],))
        return Node("call", sign.at, ("!_" if sign.text == "!" else "-_", None, (operand,)))

    def member(self) -> Node:
        node = self.primary()
        while True:
            if (dot := self.accept(".")) is not None:
                node = self._field_or_method(node, dot)
            elif (dot := self.accept(".?")) is not None:
                node = Node("call", dot.at, ("_?._", None, (node, self._field_name())))
            elif (bracket := self.accept("[?")) is not None:
                key = self.ternary()
                self.expect("]")
                node = Node("call", bracket.at, ("_[?_]", None, (node, key)))
            elif (bracket := self.accept("[")) is not None:
                key = self.ternary()
                self.expect("]")
                node = Node("index", bracket.at, (node, key))
            elif self.token.text == "{" and (name := _dotted(node)):
                bracket = self.take()
                node = Node("message", bracket.at, (name, tuple(self._named_values())))
            else:
                return node

    def _field_name(self) -> Node:
        """The name of a field as a text."""
        if self.token.kind != "name":
            raise self.mismatched("{IDENTIFIER, ESC_IDENTIFIER}")
        token = self.take()
        return Node("literal", token.at, (token.text.strip("`"),))

    def _field_or_method(self, node: Node, dot: Token) -> Node:
        if self.token.kind != "name":
            raise self.mismatched("{'?', IDENTIFIER, ESC_IDENTIFIER}")
        name = self.take().text.strip("`")
        bracket = self.accept("(")
        if bracket is None:
            return Node("select", dot.at, (node, name))
        arguments = self.arguments(")")
        wanted = _MACROS.get(name)
        counts = wanted if isinstance(wanted, tuple) else (wanted,)
        if len(arguments) in counts and arguments[0].op == "name":
            return Node("macro", node.at, (name, node, arguments[0].parts[0], tuple(arguments[1:])))
        return Node("call", bracket.at, (name, node, tuple(arguments)))

    def arguments(self, closing: str) -> list[Node]:
        found: list[Node] = []
        while self.accept(closing) is None:
            if found:
                self.expect(",")
                if self.accept(closing) is not None:
                    break
            found.append(self.ternary())
        return found

    def primary(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return Node("literal", token.at, (_number(token.text),))
        if token.kind == "string":
            return Node("literal", token.at, (_string(token.text),))
        if token.kind == "name":
            return self._name(token)
        if token.text == "(" and token.kind == "sign":
            inner = self.ternary()
            self.expect(")")
            return inner
        if token.text == "[":
            return Node("list", token.at, tuple(self.arguments("]")))
        if token.text == "{":
            return Node("map", token.at, tuple(self._pairs()))
        self._next -= token.kind != "end"
        raise self.mismatched(_EXPECTED)

    def _name(self, token: Token) -> Node:
        if token.text in _LITERALS:
            return Node("literal", token.at, (_LITERALS[token.text],))
        bracket = self.accept("(")
        if bracket is None:
            return Node("name", token.at, (token.text,))
        arguments = self.arguments(")")
        if token.text != "has":
            return Node("call", bracket.at, (token.text, None, tuple(arguments)))
        if len(arguments) != 1 or arguments[0].op != "select":
            at = arguments[0].at if arguments else bracket.at
            raise BadSyntax([Problem(at, "invalid argument to has() macro")])
        return Node("has", arguments[0].at, arguments[0].parts)

    def _named_values(self) -> list[tuple[str, Node]]:
        """The fields of a message."""
        found: list[tuple[str, Node]] = []
        while self.accept("}") is None:
            if found:
                self.expect(",")
                if self.accept("}") is not None:
                    break
            if self.token.text == "?":
                raise Unsupported("optional fields")
            name = self._field_name()
            self.expect(":")
            found.append((name.parts[0], self.ternary()))
        return found

    def _pairs(self) -> list[tuple[Node, Node]]:
        found: list[tuple[Node, Node]] = []
        while self.accept("}") is None:
            if found:
                self.expect(",")
            key = self.ternary()
            self.expect(":")
            found.append((key, self.ternary()))
        return found


def _dotted(node: Node) -> str:
    """The name of a type as a text; "" for what is none."""
    if node.op == "name":
        return str(node.parts[0])
    outer = _dotted(node.parts[0]) if node.op == "select" else ""
    return f"{outer}.{node.parts[1]}" if outer else ""


class Unsigned(int):
    """A literal like 1u."""


def _number(text: str) -> Any:
    if text[-1] in "uU":
        return Unsigned(int(text[:-1], 0))
    return (
        float(text)
        if re.search(r"[.eE]", text) and text[:2].lower() != "0x"
        else int(text, 0 if "x" in text.lower() else 10)
    )


def _string(text: str) -> Any:
    prefix = re.match(r"[rRbB]*", text)[0].lower()  # type: ignore[index] # it always matches
    body = text[len(prefix) :]
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    body = body[len(quote) : -len(quote)]
    if "b" in prefix:
        raise Unsupported("bytes")
    return (
        body
        if "r" in prefix
        else re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)", _unescape, body)
    )


def _unescape(match: re.Match[str]) -> str:
    text = match[1]
    if text[0] in "xuU" and len(text) > 1:
        return chr(int(text[1:], 16))
    return chr(int(text, 8)) if text[0].isdigit() and len(text) == 3 else _ESCAPES.get(text, text)
