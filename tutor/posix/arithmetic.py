"""`$((expression))`: signed 64-bit integer arithmetic with C's operators and precedence (POSIX XCU 2.6.4).

A small evaluator over tokens. Names read and write shell variables through the two callables it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.posix import limits
from tutor.posix.errors import ShellError

_TOKEN = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|\d+)|([A-Za-z_]\w*)|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%<>=!~&^|?:(),]))",
    re.ASCII,
)
_BINARY: dict[str, int] = {
    op: level
    for level, ops in enumerate(
        (
            ["||"],
            ["&&"],
            ["|"],
            ["^"],
            ["&"],
            ["==", "!="],
            ["<", "<=", ">", ">="],
            ["<<", ">>"],
            ["+", "-"],
            ["*", "/", "%"],
            ["**"],
        )
    )
    for op in ops
}
_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="})


def evaluate(text: str, get: Callable[[str], str], assign: Callable[[str, str], None], depth: int = 0) -> int:
    """The value of an expression. Raises ShellError with the shell's words when it has none."""
    return _Evaluation(text, get, assign, depth).run()


class _Evaluation:
    def __init__(self, text: str, get: Callable[[str], str], assign: Callable[[str, str], None], depth: int) -> None:
        if depth > limits.EXPRESSION_NESTING:
            raise ShellError("arithmetic: expression recursion level exceeded")
        self.text, self.get, self.assign, self.depth = text, get, assign, depth
        self.tokens = _tokenize(text)
        self.index = 0
        self.skipping = 0

    def run(self) -> int:
        if not self.tokens:
            return 0
        value = self._comma()
        if self.index < len(self.tokens):
            raise _syntax_error()
        return value

    def _peek(self) -> str:
        return self.tokens[self.index] if self.index < len(self.tokens) else ""

    def _take(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self.index += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise _syntax_error()

    def _comma(self) -> int:
        value = self._assignment()
        while self._take(","):
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        name = self._peek()
        operator = self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else ""
        if not _is_name(name) or operator not in _ASSIGN:
            return self._conditional()
        self.index += 2
        self._enter()
        value = self._assignment()
        self.depth -= 1
        if operator != "=":
            value = self._apply(operator[:-1], self._variable(name), value)
        return self._store(name, value)

    def _conditional(self) -> int:
        condition = self._binary(0)
        if not self._take("?"):
            return condition
        self._enter()
        first = self._skip_unless(condition != 0, self._comma)
        self._expect(":")
        second = self._skip_unless(condition == 0, self._assignment)
        self.depth -= 1
        return first if condition else second

    def _binary(self, level: int) -> int:
        value = self._unary()
        while True:
            operator = self._peek()
            if _BINARY.get(operator, -1) < level:
                return value
            self.index += 1
            value = self._right_side(operator, value)

    def _right_side(self, operator: str, left: int) -> int:
        level = _BINARY[operator]
        if operator in ("&&", "||"):
            needed = (left != 0) == (operator == "&&")
            right = self._skip_unless(needed, lambda: self._binary(level + 1))
            return int((left and right) != 0 if operator == "&&" else (left or right) != 0)
        self._enter()
        right = self._binary(level if operator == "**" else level + 1)
        self.depth -= 1
        return self._apply(operator, left, right)

    def _unary(self) -> int:
        self._enter()
        try:
            return self._unary_inside()
        finally:
            self.depth -= 1

    def _unary_inside(self) -> int:
        token = self._peek()
        if token in ("++", "--") and _is_name(self._ahead()):
            self.index += 2
            name = self.tokens[self.index - 1]
            return self._store(name, self._variable(name) + (1 if token == "++" else -1))
        if token in ("++", "--"):
            self.index += 1
            return self._unary()  # two signs in a row: both plus or both minus leave the value as it is
        if token in ("+", "-", "!", "~"):
            self.index += 1
            value = self._unary()
            return {"+": value, "-": _wrap(-value), "!": int(value == 0), "~": ~value}[token]
        return self._primary()

    def _ahead(self) -> str:
        return self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else ""

    def _primary(self) -> int:
        token = self._peek()
        self.index += 1
        if token == "(":
            value = self._comma()
            self._expect(")")
            return value
        if token[:1].isdigit():
            return _number(token)
        if not _is_name(token):
            raise _syntax_error()
        value = self._variable(token)
        if self._peek() in ("++", "--") and not (_is_name(self._ahead()) or self._ahead()[:1].isdigit()):
            self._store(token, value + (1 if self._peek() == "++" else -1))
            self.index += 1
        return value

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > limits.EXPRESSION_NESTING:
            raise ShellError("arithmetic: expression recursion level exceeded")

    def _skip_unless(self, needed: bool, part: Callable[[], int]) -> int:
        """Read a part of the expression, without its effects when it is not needed."""
        self.skipping += not needed
        try:
            return part()
        finally:
            self.skipping -= not needed

    def _variable(self, name: str) -> int:
        if self.skipping:
            return 0
        text = self.get(name).strip()
        return evaluate(text, self.get, self.assign, self.depth + 1)

    def _store(self, name: str, value: int) -> int:
        value = _wrap(value)
        if not self.skipping:
            self.assign(name, str(value))
        return value

    def _apply(self, operator: str, left: int, right: int) -> int:
        if self.skipping:
            return 0
        if operator in ("/", "%") and right == 0:
            raise ShellError("divide by zero")
        if operator == "**" and right < 0:
            raise ShellError("exponent less than 0")
        return _wrap(_OPERATIONS[operator](left, right))


def _divide(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    "**": lambda a, b: pow(a, b, 1 << 64),
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
}


def _tokenize(text: str) -> list[str]:
    tokens, index = list[str](), 0
    text = text.strip()
    while index < len(text):
        match = _TOKEN.match(text, index)
        if not match:
            raise _syntax_error()
        tokens.append(match[match.lastindex or 0])
        index = match.end()
    return tokens


def _number(token: str) -> int:
    try:
        value = int(token[:32], 16) if token[:2].lower() == "0x" else int(token[:32], 8 if token[0] == "0" else 10)
    except ValueError:
        raise _syntax_error() from None
    return _wrap(value)


def _wrap(value: int) -> int:
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def _is_name(token: str) -> bool:
    return token[:1].isalpha() or token[:1] == "_"


def _syntax_error() -> ShellError:
    return ShellError("arithmetic syntax error")
