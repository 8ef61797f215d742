"""Resource quantities (`250m`, `256Mi`): reading, adding up, and printing in canonical form.

Rules: apimachinery `pkg/api/resource/quantity.go` and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
"""

from __future__ import annotations

import re
from fractions import Fraction

_BINARY = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4, "Pi": 1024**5, "Ei": 1024**6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)|[eE]([+-]?\d+))")


def parse_quantity(text: str) -> Fraction:
    """The exact amount; ValueError when the text is not a quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"quantities must match the regular expression {_QUANTITY.pattern}")
    number, suffix, exponent = Fraction(match[1]), match[2] or "", match[3]
    if exponent is not None:
        return number * Fraction(10) ** int(exponent)
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    return number * Fraction(10) ** _DECIMAL[suffix]


def is_binary(text: str) -> bool:
    """Whether a quantity is written with a power of 1024."""
    return text.endswith("i")


def milli(amount: Fraction) -> int:
    """In thousandths, rounded up, as kubectl counts CPU."""
    return -(-amount.numerator * 1000 // amount.denominator)


def whole(amount: Fraction) -> int:
    """In units, rounded up, as kubectl counts memory."""
    return -(-amount.numerator // amount.denominator)


def format_quantity(amount: Fraction, *, binary: bool = False) -> str:
    """The canonical form: the largest suffix that leaves a whole number."""
    if amount == 0:
        return "0"
    if binary and abs(amount) >= 1024 and amount.denominator == 1:
        return _binary_form(amount.numerator)
    return _decimal_form(amount)


def _binary_form(number: int) -> str:
    suffix = ""
    for candidate, size in _BINARY.items():
        if number % size == 0:
            suffix = candidate
    return f"{number // _BINARY[suffix]}{suffix}" if suffix else str(number)


def _decimal_form(amount: Fraction) -> str:
    for suffix, power in sorted(_DECIMAL.items(), key=lambda item: -item[1]):
        scaled = amount / Fraction(10) ** power
        if scaled.denominator == 1:
            return f"{scaled.numerator}{suffix}"
    nano = amount * 10**9
    return f"{-(-nano.numerator // nano.denominator)}n"


def canonical(text: str) -> str:
    """A quantity rewritten in canonical form; text that is no quantity stays as it is."""
    try:
        return format_quantity(parse_quantity(text), binary=is_binary(text))
    except ValueError:
        return text
