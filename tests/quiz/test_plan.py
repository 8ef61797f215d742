"""Choosing and shuffling questions."""

from __future__ import annotations

import pytest

from tests.quiz.samples import quiz, sample_bank, single
from tutor.quiz import QuestionBank, SessionKind, everything, lesson_quiz, option_order, review_of


def test_a_lesson_quiz_asks_each_of_its_questions_once() -> None:
    state = lesson_quiz(sample_bank(), "services", seed=1)
    assert sorted(item.question_id for item in state.items) == ["s1", "s2", "s3", "s4", "s5"]
    assert (state.kind, state.scope) == (SessionKind.LESSON, "services")


def test_the_same_seed_gives_the_same_session() -> None:
    assert lesson_quiz(sample_bank(), "services", 5) == lesson_quiz(sample_bank(), "services", 5)


def test_seeds_give_different_orders_of_questions_and_options() -> None:
    states = [lesson_quiz(sample_bank(), "services", seed) for seed in range(20)]
    assert len({tuple(item.question_id for item in state.items) for state in states}) > 5
    assert {item.options.index(0) for state in states for item in state.items} == {0, 1, 2}


def test_every_option_is_shown_once() -> None:
    assert sorted(option_order(single("a", options=6), seed=3)) == list(range(6))


def test_another_question_does_not_reorder_the_options_of_the_others() -> None:
    small, large = QuestionBank([quiz("a", single("q1"))]), QuestionBank([quiz("a", single("q0"), single("q1"))])
    orders = [
        {item.question_id: item.options for item in lesson_quiz(bank, "a", 9).items}["q1"] for bank in (small, large)
    ]
    assert orders[0] == orders[1]


def test_a_review_takes_the_front_of_the_queue_and_leaves_out_what_is_gone() -> None:
    state = review_of(sample_bank(), ["gone", "s3", "m1", "s1"], seed=1, limit=2)
    assert {item.question_id for item in state.items} == {"s3", "m1"}


def test_everything_can_be_limited_to_a_draw() -> None:
    drawn = [everything(sample_bank(), seed, limit=3) for seed in range(10)]
    assert all(len({item.question_id for item in state.items}) == 3 for state in drawn)
    assert len({frozenset(item.question_id for item in state.items) for state in drawn}) > 1
    assert len(everything(sample_bank(), 1).items) == 7


def test_a_session_without_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="no question"):
        lesson_quiz(sample_bank(), "no-such-lesson", 1)
    with pytest.raises(ValueError, match="no question"):
        review_of(sample_bank(), ["gone"], 1)


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="s1"):
        QuestionBank([quiz("a", single("s1")), quiz("b", single("s1"))])
