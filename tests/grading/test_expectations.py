"""Every operator of `expect`, on what the API really hands out: absent counts, quantities, lists in any order."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tutor.course.model import Expectation, Operator
from tutor.grading.expectations import holds, quantity, shown, value_of

FACTS = {"pods": ["a", "b"], "generation": 4, "nothing": None}

HOLDS: list[tuple[Operator, Any, Any]] = [
    ("equals", 5, 5),
    ("equals", None, 0),
    ("equals", "info", "info"),
    ("equals", True, True),
    ("equals", ["a"], ["a"]),
    ("not_equals", 4, 5),
    ("not_equals", None, "None"),
    ("not_equals", None, 1),
    ("at_least", 3, 3),
    ("at_least", 3.5, 3),
    ("at_most", None, 2),
    ("one_of", "ClusterIP", ["ClusterIP", "NodePort"]),
    ("contains", [80, 443], 80),
    ("contains", "web-app:v2.1.0", "v2.1"),
    ("matches", "web-app:v2.1.0", r"web-app:v2\.\d\.0"),
    ("exists", "x", True),
    ("exists", False, True),
    ("exists", None, False),
    ("same_set", ["b", "a", "a"], ["a", "b"]),
    ("same_quantity", "0.25", "250m"),
    ("same_quantity", "1Gi", "1024Mi"),
    ("quantity_at_least", "128Mi", "64Mi"),
    ("quantity_at_least", "0.064G", "64M"),
    ("quantity_at_most", "250m", 1),
    ("none_of_fact", ["c"], "pods"),
    ("none_of_fact", [], "pods"),
    ("none_of_fact", ["c"], "nothing"),
    ("equals_fact", ["a", "b"], "pods"),
    ("not_equals_fact", ["a", "c"], "pods"),
    ("at_least_fact", 4, "generation"),
]

HOLDS_NOT: list[tuple[Operator, Any, Any]] = [
    ("equals", 4, 5),
    ("equals", None, 3),
    ("equals", None, "info"),
    ("equals", True, 1),
    ("equals", 1, True),
    ("equals", "5", 5),
    ("not_equals", None, 0),
    ("at_least", None, 1),
    ("at_least", "7", 3),
    ("at_least", True, 1),
    ("at_most", 3, 2),
    ("one_of", None, ["ClusterIP"]),
    ("contains", None, 80),
    ("contains", [8080], 80),
    ("contains", 80, 80),
    ("matches", "web-app:v2.1.01", r"web-app:v2\.\d\.0"),
    ("matches", None, ".*"),
    ("exists", None, True),
    ("exists", 0, False),
    ("same_set", ["a"], ["a", "b"]),
    ("same_set", None, []),
    ("same_quantity", "256m", "256Mi"),
    ("same_quantity", None, "1"),
    ("same_quantity", "lots", "lots"),
    ("quantity_at_least", "64M", "64Mi"),
    ("quantity_at_least", None, "1"),
    ("quantity_at_most", "1Gi", "256Mi"),
    ("quantity_at_most", None, "1"),
    ("none_of_fact", ["c", "a"], "pods"),
    ("none_of_fact", None, "pods"),
    ("equals_fact", 5, "generation"),
    ("not_equals_fact", 4, "generation"),
    ("at_least_fact", 3, "generation"),
]


@pytest.mark.parametrize(("operator", "value", "operand"), HOLDS)
def test_holds(operator: Operator, value: Any, operand: Any) -> None:
    assert holds(Expectation(operator, operand), value, FACTS)


@pytest.mark.parametrize(("operator", "value", "operand"), HOLDS_NOT)
def test_holds_not(operator: Operator, value: Any, operand: Any) -> None:
    assert not holds(Expectation(operator, operand), value, FACTS)


def test_every_operator_is_tested() -> None:
    assert {case[0] for case in HOLDS} == {case[0] for case in HOLDS_NOT} == set(get_args(Operator))


@pytest.mark.parametrize(
    ("text", "number"),
    [("250m", "0.25"), ("1Ki", "1024"), ("2M", "2000000"), ("1e3", "1000"), (3, "3"), ("100n", "1e-7")],
)
def test_quantity(text: Any, number: str) -> None:
    assert quantity(text) == pytest.approx(quantity(number))


@pytest.mark.parametrize("text", ["", "Mi", "1.2.3", "5Q", "..", None])
def test_what_is_no_quantity(text: Any) -> None:
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("value", "operand", "text"),
    [(None, 5, "0"), (None, "x", "none"), ([], 5, "none"), ([80, 443], 80, "80, 443"), (True, 1, "yes"), (7, 5, "7")],
)
def test_a_value_in_a_message(value: Any, operand: Any, text: str) -> None:
    assert shown(value, Expectation("equals", operand)) == text


def test_a_function_that_meets_nothing_finds_nothing() -> None:
    assert value_of("length(spec.ports)", {"spec": {}}) is None
    assert value_of("length(spec.ports)", {"spec": {"ports": [1]}}) == 1
