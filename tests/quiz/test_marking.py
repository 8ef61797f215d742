"""Marking chosen options."""

from __future__ import annotations

import pytest

from tests.quiz.samples import multiple, recall, single
from tutor.course.model import Question
from tutor.quiz import mark


def test_the_right_option_is_right() -> None:
    verdict = mark(single("a"), [0])
    assert (verdict.correct, verdict.missed, verdict.wrong) == (True, (), ())


def test_a_wrong_option_names_what_was_right() -> None:
    verdict = mark(single("a"), [2])
    assert (verdict.correct, verdict.missed, verdict.wrong) == (False, (0,), (2,))


@pytest.mark.parametrize(
    ("chosen", "correct", "missed", "wrong"),
    [((2, 0), True, (), ()), ((0,), False, (2,), ()), ((0, 1, 2), False, (), (1,)), ((1,), False, (0, 2), (1,))],
)
def test_multiple_choice_is_all_or_nothing(
    chosen: tuple[int, ...], correct: bool, missed: tuple[int, ...], wrong: tuple[int, ...]
) -> None:
    verdict = mark(multiple("m"), chosen)
    assert (verdict.correct, verdict.missed, verdict.wrong) == (correct, missed, wrong)


@pytest.mark.parametrize(
    ("question", "chosen", "message"),
    [
        (single("a"), [], "at least one"),
        (single("a"), [0, 1], "exactly one"),
        (single("a"), [3], "from options 1 to 3"),
        (single("a"), [-1], "from options 1 to 3"),
        (recall("r"), [0], "own words"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(question: Question, chosen: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mark(question, chosen)
