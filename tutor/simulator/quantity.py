"""Kubernetes quantities: "250m", "256Mi", "1e3". Source: apimachinery, pkg/api/resource/quantity.go."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

PATTERN = r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
"""The expression that Kubernetes' own error message shows."""

_SYNTAX = re.compile(r"^([+-]?)(\d+\.?\d*|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE]?)|[eE]([+-]?\d+))$")
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIX = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_NANO = Decimal("1e-9")


class QuantityError(ValueError):
    """The text is no quantity."""


@lru_cache(maxsize=4096)
def parse(text: str | int | float) -> Decimal:
    """The number a quantity stands for, rounded up to a nano as Kubernetes does. Raises QuantityError."""
    match = _SYNTAX.match(str(text))
    if match is None:
        raise QuantityError(f"quantities must match the regular expression '{PATTERN}'")
    sign, digits, binary, decimal, exponent = match.groups()
    value = Decimal(digits)
    if binary:
        value *= 1024 ** _BINARY[binary]
    else:
        power = int(exponent) if exponent is not None else _DECIMAL[decimal or ""]
        if abs(power) > 100:
            raise QuantityError(f"quantities must match the regular expression '{PATTERN}'")
        value = value.scaleb(power)
    if value != value.quantize(_NANO, ROUND_CEILING) if abs(value) < 10**18 else False:
        value = value.quantize(_NANO, ROUND_CEILING)
    return -value if sign == "-" else value


def milli(text: str | int | float) -> int:
    """A quantity in thousandths, rounded up: the unit CPU is compared in."""
    return int((parse(text) * 1000).to_integral_value(ROUND_CEILING))


def whole(text: str | int | float) -> int:
    """A quantity in whole units, rounded up: the unit memory is compared in (bytes)."""
    return int(parse(text).to_integral_value(ROUND_CEILING))


@lru_cache(maxsize=4096)
def canonical(text: str | int | float) -> str:
    """A quantity as Kubernetes writes it back: no fractions, the largest suffix of its own format that keeps it whole."""
    value = parse(text)
    match = _SYNTAX.match(str(text))
    assert match is not None  # parse has matched it
    if match.group(3) and (value == 0 or abs(value) >= 1024 or value != value.to_integral_value()):
        return format_binary(value)
    if match.group(5) is not None:
        return _format_exponent(value)
    return format_decimal(value)


def format_binary(value: Decimal) -> str:
    """In powers of 1024; fractions of a unit can only be written decimally."""
    if value != value.to_integral_value():
        return format_decimal(value)
    number, power = int(value), 0
    while number and number % 1024 == 0 and power < len(_BINARY_SUFFIX) - 1:
        number //= 1024
        power += 1
    return f"{number}{_BINARY_SUFFIX[power]}"


def format_decimal(value: Decimal) -> str:
    """In powers of 1000."""
    number, exponent = _whole_thousands(value)
    return f"{number}{_DECIMAL_SUFFIX[exponent]}"


def _format_exponent(value: Decimal) -> str:
    number, exponent = _whole_thousands(value)
    return f"{number}e{exponent}" if exponent else str(number)


def _whole_thousands(value: Decimal) -> tuple[int, int]:
    """The value as a whole number times the largest power of 1000 that allows it."""
    if value == 0:
        return 0, 0
    exponent = -9
    number = int(value.scaleb(9).to_integral_value(ROUND_CEILING))
    while number % 1000 == 0 and exponent < 18:
        number //= 1000
        exponent += 3
    return number, exponent
