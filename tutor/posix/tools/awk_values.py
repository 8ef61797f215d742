"""The values of awk: numbers, strings, and input that counts as both; and its way to print numbers."""

from __future__ import annotations

import math
import re

from tutor.posix import limits
from tutor.posix.errors import ToolError

_LEADING = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WHOLE = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")
_DIRECTIVE = re.compile(r"%([-+ #0]*)(\*|\d{1,4})?(?:\.(\*|\d{1,4})?)?([a-zA-Z%])")


class Input(str):
    """Text that was read: it compares as a number where it looks like one."""

    __slots__ = ()


Value = float | str | None
"""None is a variable that was never set: 0 and "" at once."""


def number(value: Value) -> float:
    """A value as a number."""
    if isinstance(value, float):
        return value
    match = _LEADING.match(value) if value else None
    return float(match[0]) if match else 0.0


def text(value: Value, form: str = "%.6g") -> str:
    """A value as text."""
    if isinstance(value, float):
        if math.isfinite(value) and value == int(value) and abs(value) < 1e16:
            return str(int(value))
        return format_text(form, [value])
    return value or ""


def truth(value: Value) -> bool:
    """Whether a value counts as true."""
    if isinstance(value, Input) and _WHOLE.fullmatch(value):
        return number(value) != 0
    return value != 0 if isinstance(value, float) else bool(value)


def _is_numeric(value: Value) -> bool:
    return not isinstance(value, str) or (isinstance(value, Input) and _WHOLE.fullmatch(value) is not None)


def compare(left: Value, operator: str, right: Value) -> bool:
    """Compare as numbers if both are, as text otherwise."""
    if _is_numeric(left) and _is_numeric(right):
        order = (number(left) > number(right)) - (number(left) < number(right))
    else:
        order = (text(left) > text(right)) - (text(left) < text(right))
    return {"<": order < 0, "<=": order <= 0, "==": order == 0, "!=": order != 0, ">": order > 0, ">=": order >= 0}[
        operator
    ]


def calculate(left: float, operator: str, right: float) -> float:
    """Arithmetic. Raises ToolError for a division by zero."""
    if operator in "/%" and right == 0:
        raise ToolError("Division by zero", 2)
    try:
        if operator == "^":
            result = left**right
            return float(result) if isinstance(result, (int, float)) else math.nan
        return {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "%": lambda: math.fmod(left, right),
        }[operator]()
    except OverflowError:
        return math.inf


def format_text(form: str, values: list[Value]) -> str:
    """What printf and sprintf make of a format."""
    rest = iter(values)

    def replace(match: re.Match[str]) -> str:
        flags, width, precision, kind = match.groups()
        if kind == "%":
            return "%"
        width = str(int(number(next(rest, None)))) if width == "*" else width or ""
        precision = str(int(number(next(rest, None)))) if precision == "*" else precision
        if width.lstrip("-").isdecimal() and abs(int(width)) > limits.READ_SIZE:
            raise ToolError("width too large", 2)
        form = f"%{flags}{width}" + (f".{precision}" if precision is not None else "")
        return _convert(form, kind, next(rest, None))

    return _DIRECTIVE.sub(replace, form)


def _convert(form: str, kind: str, value: Value) -> str:
    if kind == "c":
        shown = chr(int(number(value)) & 0x10FFFF) if isinstance(value, float) else text(value)[:1]
        return f"{form}s" % shown
    if kind == "s":
        return f"{form}s" % text(value)
    amount = number(value)
    if kind in "diouxX":
        whole = int(amount) if math.isfinite(amount) else 0
        return f"{form}{'d' if kind in 'iu' else kind}" % whole
    return f"{form}{kind}" % amount if kind in "eEfFgG" else form + kind
