"""Finding the points of a rubric in a written answer, safely."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quiz.samples import RUBRIC
from tutor.course.model import RubricPoint
from tutor.course.patterns import MAX_TEXT, problem_with
from tutor.quiz import Rating, coverage


def covered(text: str) -> list[bool]:
    return [point.covered for point in coverage(RUBRIC, text).points]


def test_any_pattern_of_a_point_covers_it_whatever_the_case() -> None:
    assert covered("Which NODE? And it restarts things.") == [True, True]
    assert covered("nothing of the sort") == [False, False]


def test_a_line_break_in_the_answer_does_not_hide_a_point() -> None:
    assert covered("which\n   server") == [True, False]


def test_good_is_suggested_from_half_the_points() -> None:
    assert coverage(RUBRIC, "scheduling").suggested is Rating.GOOD
    assert coverage(RUBRIC, "no idea").suggested is Rating.AGAIN
    assert coverage((), "anything").suggested is Rating.AGAIN


def test_only_the_beginning_of_a_very_long_answer_is_looked_at() -> None:
    assert covered("x" * MAX_TEXT + " restart") == [False, False]


@pytest.mark.parametrize(
    "pattern", ["schedul", "which (server|node|machine)", "self.?heal", "a.*b", r"\bpod\b", "[)]+"]
)
def test_ordinary_patterns_are_allowed(pattern: str) -> None:
    assert problem_with(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+$", "repeated group"),
        ("(a|a)*b", "repeated group"),
        ("(ab){2,5}", "repeated group"),
        ("a.*b.*c", "can match in"),
        ("x?" * 14, "can match in"),
        ("(a|a)" * 20, "can match in"),
        (r"(a)\1", "not supported"),
        ("(?=a)b", "not supported"),
        ("(?P<n>a)", "not supported"),
        ("(unclosed", "not a regular expression"),
        ("a{99999999999}", "not a regular expression"),
        ("[[a]", "not a regular expression"),
        ("a" * 201, "longer than"),
    ],
)
def test_patterns_that_could_hang_are_refused_with_the_reason(pattern: str, why: str) -> None:
    problem = problem_with(pattern)
    assert problem is not None
    assert why in problem


def test_a_point_with_only_refused_patterns_is_left_to_the_learner() -> None:
    point = coverage([RubricPoint("p", "point", ("(a+)+$",))], "a" * 50 + "!").points[0]
    assert (point.covered, point.checkable) == (False, False)


def test_the_worst_allowed_pattern_ends_soon() -> None:
    started = time.perf_counter()
    coverage([RubricPoint("p", "point", ("a.*b.?c",))], "a" * MAX_TEXT)
    assert time.perf_counter() - started < 5


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=r"ab()|*+?.[]{}\,0123", max_size=12))
def test_every_pattern_is_either_refused_or_quick(pattern: str) -> None:
    if problem_with(pattern) is None:
        started = time.perf_counter()
        re.search(pattern, "ab" * 400 + "!", re.IGNORECASE)
        assert time.perf_counter() - started < 2
