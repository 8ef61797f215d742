"""Compares a value with what an exercise expects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tutor.course.model import Expectation
from tutor.kubectl.quantity import parse_quantity

Facts = Mapping[str, Any]


def value_of(expression: str, data: Any) -> Any:
    """What a JMESPath expression finds; None also when a function in it meets a value that is not there.

    Raises jmespath.exceptions.ParseError for one that is no expression; the linter finds those.
    """
    import jmespath
    from jmespath.exceptions import JMESPathTypeError

    try:
        return jmespath.search(expression, data)
    except JMESPathTypeError:
        return None


def quantity(value: Any) -> Fraction | None:
    """The number a Kubernetes quantity stands for; None when it is none (kubernetes.io, Quantity)."""
    try:
        return parse_quantity(str(value))
    except ValueError:
        return None


def _number(value: Any) -> Any:
    """An absent number counts as 0: the API leaves out counts that are zero."""
    return 0 if value is None else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(value: Any, operand: Any, test: Callable[[Any, Any], bool]) -> bool:
    value = _number(value)
    return _is_number(value) and _is_number(operand) and test(value, operand)


def _equals(value: Any, operand: Any, _: Facts) -> bool:
    if _is_number(operand):
        value = _number(value)
    return isinstance(value, bool) == isinstance(operand, bool) and bool(value == operand)


def _contains(value: Any, operand: Any, _: Facts) -> bool:
    return operand in value if isinstance(value, list | str | dict) else False


def _same_set(value: Any, operand: Any, _: Facts) -> bool:
    if not isinstance(value, list) or not isinstance(operand, list):
        return False
    return all(item in operand for item in value) and all(item in value for item in operand)


def _quantities(value: Any, operand: Any, test: Callable[[Fraction, Fraction], bool]) -> bool:
    found, wanted = quantity(value), quantity(operand)
    return found is not None and wanted is not None and test(found, wanted)


def _none_of_fact(value: Any, operand: Any, facts: Facts) -> bool:
    before = facts.get(operand) or []
    return isinstance(value, list) and not any(item in before for item in value)


_OPERATORS: dict[str, Callable[[Any, Any, Facts], bool]] = {
    "equals": _equals,
    "not_equals": lambda value, operand, facts: not _equals(value, operand, facts),
    "at_least": lambda value, operand, _: _compare(value, operand, lambda a, b: bool(a >= b)),
    "at_most": lambda value, operand, _: _compare(value, operand, lambda a, b: bool(a <= b)),
    "one_of": lambda value, operand, _: value in operand,
    "contains": _contains,
    "matches": lambda value, operand, _: isinstance(value, str) and re.fullmatch(operand, value) is not None,
    "exists": lambda value, operand, _: (value is not None) is bool(operand),
    "same_set": _same_set,
    "same_quantity": lambda value, operand, _: _quantities(value, operand, lambda a, b: a == b),
    "quantity_at_least": lambda value, operand, _: _quantities(value, operand, lambda a, b: a >= b),
    "quantity_at_most": lambda value, operand, _: _quantities(value, operand, lambda a, b: a <= b),
    "none_of_fact": _none_of_fact,
    "equals_fact": lambda value, operand, facts: _equals(value, facts.get(operand), facts),
    "not_equals_fact": lambda value, operand, facts: not _equals(value, facts.get(operand), facts),
    "at_least_fact": lambda value, operand, facts: _compare(value, facts.get(operand), lambda a, b: bool(a >= b)),
}


def holds(expectation: Expectation, value: Any, facts: Facts) -> bool:
    """Whether a value is as expected; `facts` are what was remembered at the exercise's start."""
    return _OPERATORS[expectation.operator](value, expectation.operand, facts)


def shown(value: Any, expectation: Expectation) -> str:
    """A value as a message shows it: lists joined, nothing as "none", a missing count as 0."""
    if value is None:
        return "0" if isinstance(expectation.operand, int) and not isinstance(expectation.operand, bool) else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(item, expectation) for item in value) or "none"
    return str(value)
