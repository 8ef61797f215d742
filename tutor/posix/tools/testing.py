"""test, [ and expr (POSIX XCU `test`, `expr`)."""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable
from typing import Any

from tutor.posix import limits, regex
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Process
from tutor.posix.tools.base import Invocation, tool

_UNARY = frozenset("-" + letter for letter in "bcdefghkLnOGprsStuwxz")
_STRINGS = frozenset({"=", "==", "!=", "<", ">"})
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_FILES = frozenset({"-nt", "-ot", "-ef"})


@tool("test", "[")
def test(invocation: Invocation) -> int:
    words = invocation.argv[1:]
    if invocation.argv[0].rsplit("/", 1)[-1] == "[":
        if words[-1:] != ["]"]:
            raise ToolError("missing ]", 2)
        words = words[:-1]
    return int(not _Test(invocation.process, words).run())


class _Test:
    """A recursive-descent reading of the arguments, with POSIX's rules for up to four of them coming first."""

    def __init__(self, process: Process, words: list[str]) -> None:
        self.process = process
        self.words = words
        self.index = 0
        self.depth = 0

    def run(self) -> bool:
        words = self.words
        if not words:
            return False
        if len(words) == 1:
            return words[0] != ""
        if len(words) == 3 and words[1] in (*_STRINGS, *_NUMBERS, *_FILES):
            return binary_test(self.process, words[1], words[0], words[2])
        value = self._any()
        if self.index < len(words):
            raise ToolError(f"{words[self.index]}: unknown operand", 2)
        return value

    def _peek(self, offset: int = 0) -> str | None:
        index = self.index + offset
        return self.words[index] if index < len(self.words) else None

    def _any(self) -> bool:
        value = self._all()
        while self._peek() == "-o":
            self.index += 1
            value = self._all() or value
        return value

    def _all(self) -> bool:
        value = self._not()
        while self._peek() == "-a":
            self.index += 1
            value = self._not() and value
        return value

    def _not(self) -> bool:
        negated = False
        while self._peek() == "!" and self._peek(1) is not None:
            self.index += 1
            negated = not negated
        return self._primary() != negated

    def _primary(self) -> bool:
        word, following = self._peek(), self._peek(1)
        if word is None:
            raise ToolError("argument expected", 2)
        if following in (*_STRINGS, *_NUMBERS, *_FILES) and (right := self._peek(2)) is not None:
            self.index += 3
            return binary_test(self.process, str(following), word, right)
        if word == "(":
            return self._parenthesis()
        if word in _UNARY and following is not None:
            self.index += 2
            return unary_test(self.process, word, following)
        self.index += 1
        return word != ""

    def _parenthesis(self) -> bool:
        self.depth += 1
        if self.depth > limits.EXPRESSION_NESTING:
            raise ToolError("expression nested too deeply", 2)
        self.index += 1
        value = self._any()
        if self._peek() != ")":
            raise ToolError("closing paren expected", 2)
        self.index += 1
        self.depth -= 1
        return value


def unary_test(process: Process, operator: str, text: str) -> bool:
    """`-f file`, `-n text` and the like."""
    if operator in ("-n", "-z"):
        return (text != "") == (operator == "-n")
    if operator == "-t":
        return text.isdecimal() and int(text[:6]) in process.streams and process.streams[int(text[:6])].tty
    try:
        path = process.path(text)
    except FileError:
        return False
    info = process.files.lookup(path, follow=operator not in ("-h", "-L"))
    if info is None:
        return False
    if operator in ("-r", "-w", "-x"):
        return process.files.permits(path, operator[1])
    kinds = {"-d": "directory", "-f": "file", "-h": "link", "-L": "link", "-c": "device"}
    if operator in kinds:
        return info.kind == kinds[operator]
    return (
        operator == "-e"
        or (operator == "-s" and info.size > 0)
        or (operator == "-O" and info.uid == process.files.user.uid)
    )


def binary_test(process: Process, operator: str, left: str, right: str) -> bool:
    """`a = b`, `1 -lt 2`, `new -nt old`. Raises ToolError for what should be a number and is none."""
    if operator in _NUMBERS:
        return _NUMBERS[operator](_number(left), _number(right))
    if operator in _FILES:
        return _compare_files(process, operator, left, right)
    if operator in ("<", ">"):
        return left < right if operator == "<" else left > right
    return (left == right) == (operator != "!=")


def _number(text: str) -> int:
    stripped = text.strip()
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", stripped):
        raise ToolError(f"{text}: bad number" if text else "bad number", 2)
    return int(stripped)


def _compare_files(process: Process, operator: str, left: str, right: str) -> bool:
    first, second = (process.files.lookup(process.path(name)) if name else None for name in (left, right))
    if operator == "-ef":
        return first is not None and process.files.resolve(process.path(left)) == process.files.resolve(
            process.path(right)
        )
    newer, older = (first, second) if operator == "-nt" else (second, first)
    return newer is not None and older is not None and newer.modified > older.modified


@tool("expr")
def expr(invocation: Invocation) -> int:
    evaluation = _Expression(invocation.argv[1:])
    value = evaluation.run()
    invocation.out(value + "\n")
    return int(value in ("", "0"))


_LEVELS: tuple[tuple[str, ...], ...] = (
    ("|",),
    ("&",),
    ("=", "==", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
    (":",),
)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": op.eq,
    "==": op.eq,
    "!=": op.ne,
    "<": op.lt,
    "<=": op.le,
    ">": op.gt,
    ">=": op.ge,
}


class _Expression:
    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.index = 0
        self.depth = 0

    def run(self) -> str:
        if not self.words:
            raise ToolError("missing operand", 2)
        value = self._level(0)
        if self.index < len(self.words):
            raise ToolError("syntax error", 2)
        return value

    def _level(self, level: int) -> str:
        if level == len(_LEVELS):
            return self._primary()
        value = self._level(level + 1)
        while self.index < len(self.words) and self.words[self.index] in _LEVELS[level]:
            operator = self.words[self.index]
            self.index += 1
            value = _apply(operator, value, self._level(level + 1))
        return value

    def _primary(self) -> str:
        if self.index >= len(self.words):
            raise ToolError("syntax error", 2)
        word = self.words[self.index]
        self.index += 1
        if word == "(":
            return self._parenthesis()
        if word == "length":
            return str(len(self._primary()))
        if word == "match":
            return _match(self._primary(), self._primary())
        if word == "substr":
            text, start, length = self._primary(), int(_integer(self._primary())), int(_integer(self._primary()))
            return text[start - 1 : start - 1 + length] if start > 0 and length > 0 else ""
        return word

    def _parenthesis(self) -> str:
        self.depth += 1
        if self.depth > limits.EXPRESSION_NESTING:
            raise ToolError("expression nested too deeply", 2)
        value = self._level(0)
        if self.index >= len(self.words) or self.words[self.index] != ")":
            raise ToolError("syntax error", 2)
        self.index += 1
        self.depth -= 1
        return value


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ToolError("non-numeric argument", 2)
    return int(text)


def _apply(operator: str, left: str, right: str) -> str:
    if operator == "|":
        return left if left not in ("", "0") else right
    if operator == "&":
        return left if left not in ("", "0") and right not in ("", "0") else "0"
    if operator == ":":
        return _match(left, right)
    if operator in ("+", "-", "*", "/", "%"):
        return str(_arithmetic(operator, _integer(left), _integer(right)))
    numbers = all(re.fullmatch(r"-?[0-9]{1,18}", text) for text in (left, right))
    order = (int(left), int(right)) if numbers else (left, right)
    return str(int(_COMPARISONS[operator](*order)))


def _arithmetic(operator: str, left: int, right: int) -> int:
    if operator in ("/", "%"):
        if right == 0:
            raise ToolError("division by zero", 2)
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - right * quotient
    return left + right if operator == "+" else left - right if operator == "-" else left * right


def _match(text: str, pattern: str) -> str:
    found = regex.compile_regex("^" + pattern.removeprefix("^"), extended=False).search(text)
    has_group = "\\(" in pattern
    if found is None:
        return "" if has_group else "0"
    return (found.group(1) or "") if has_group else str(found.end - found.start)
