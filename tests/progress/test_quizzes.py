"""Quiz sessions stored step by step, and the cards they move."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.progress.conftest import HandClock
from tests.quiz.samples import quiz, recall, sample_bank, single
from tutor.progress import Progress, ProgressError, RecordedSession, open_progress
from tutor.quiz import QuestionBank, Rating, SessionKind, lesson_quiz, review_of

BANK = sample_bank()
VERSIONS = BANK.versions()


def start(progress: Progress, lesson: str = "services") -> RecordedSession:
    return progress.quizzes.start(BANK, lesson_quiz(BANK, lesson, seed=1))


def current_id(session: RecordedSession) -> str:
    assert session.current is not None
    return session.current.question.id


def test_a_session_left_at_any_moment_goes_on_there(progress: Progress, file: Path, clock: HandClock) -> None:
    session = start(progress)
    session.answer([0])
    session.skip()
    session.flag(current_id(session))
    with open_progress(file, clock=clock, carry_on=False) as other:
        resumed = other.quizzes.resume(BANK, SessionKind.LESSON, "services")
        assert resumed is not None
        assert resumed.session.state == session.session.state
        assert resumed.current == session.current


def test_a_submitted_recall_answer_is_kept_before_it_is_rated(progress: Progress) -> None:
    bank = QuestionBank([quiz("why", recall("r1"))])
    progress.quizzes.start(bank, lesson_quiz(bank, "why", 1)).submit("the scheduler")
    assert progress.quizzes.last_answers()["r1"].text == "the scheduler"
    assert progress.quizzes.last_answers()["r1"].correct is None
    assert progress.cards.get("r1") is None
    resumed = progress.quizzes.resume(bank, SessionKind.LESSON, "why")
    assert resumed is not None
    resumed.rate(Rating.GOOD)
    assert progress.quizzes.last_answers()["r1"].correct is True
    card = progress.cards.get("r1")
    assert card is not None
    assert card.reviews == 1


def test_a_finished_or_exhausted_session_is_not_resumed(progress: Progress) -> None:
    start(progress).finish()
    assert progress.quizzes.resume(BANK, SessionKind.LESSON, "services") is None
    session = start(progress)
    while session.current:
        session.answer([0])
    assert progress.quizzes.resume(BANK, SessionKind.LESSON, "services") is None


def test_a_stored_session_that_makes_no_sense_is_not_resumed(progress: Progress, file: Path) -> None:
    start(progress).answer([0])
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE quiz_session SET state = '{}'")
    connection.close()
    assert progress.quizzes.resume(BANK, SessionKind.LESSON, "services") is None
    assert len(progress.quizzes.last_answers()) == 1


def test_sessions_of_other_lessons_and_kinds_are_kept_apart(progress: Progress) -> None:
    services = start(progress)
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], seed=1))
    resumed = progress.quizzes.resume(BANK, SessionKind.LESSON, "services")
    assert resumed is not None
    assert resumed.id == services.id
    assert progress.quizzes.resume(BANK, SessionKind.LESSON, "why") is None
    assert progress.quizzes.resume(BANK, SessionKind.REVIEW) is not None


def test_starting_anew_puts_the_unfinished_session_aside(progress: Progress) -> None:
    start(progress).answer([0])
    fresh = start(progress)
    resumed = progress.quizzes.resume(BANK, SessionKind.LESSON, "services")
    assert resumed is not None
    assert resumed.id == fresh.id
    assert resumed.session.state.actions == ()


def test_each_answer_is_stored_as_given_with_its_time(progress: Progress, clock: HandClock) -> None:
    session = start(progress)
    question_id = current_id(session)
    session.answer([2])
    given = progress.quizzes.last_answers()[question_id]
    assert (given.version, given.chosen, given.correct) == (1, (2,), False)
    assert clock.now - timedelta(seconds=10) < given.at <= clock.now


def test_undoing_takes_the_answer_and_its_review_back(progress: Progress) -> None:
    session = start(progress)
    question_id = current_id(session)
    session.answer([1])
    session.undo()
    assert progress.quizzes.answers_to(question_id) == []
    assert progress.cards.get(question_id) is None
    session.answer([0])
    assert [answer.correct for answer in progress.quizzes.answers_to(question_id)] == [True]


def test_undoing_a_later_answer_puts_the_earlier_card_back(progress: Progress, clock: HandClock) -> None:
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], seed=1)).answer([0])
    before = progress.cards.get("s1")
    clock.go_on(days=3)
    again = progress.quizzes.start(BANK, review_of(BANK, ["s1"], seed=2))
    again.answer([1])
    assert progress.cards.get("s1") != before
    again.undo()
    assert progress.cards.get("s1") == before


def test_undoing_does_not_undo_what_another_session_did_since(progress: Progress, clock: HandClock) -> None:
    first = start(progress)
    question_id = current_id(first)
    first.answer([1])
    clock.go_on(days=1)
    progress.quizzes.start(BANK, review_of(BANK, [question_id], seed=2)).answer([0])
    latest = progress.cards.get(question_id)
    first.undo()
    assert progress.cards.get(question_id) == latest


def test_undoing_a_rating_asks_for_it_again(progress: Progress) -> None:
    bank = QuestionBank([quiz("why", recall("r1"))])
    session = progress.quizzes.start(bank, lesson_quiz(bank, "why", 1))
    session.submit("x")
    session.rate(Rating.AGAIN)
    session.undo()
    assert progress.cards.get("r1") is None
    assert progress.quizzes.last_answers()["r1"].correct is None
    session.rate(Rating.GOOD)
    assert progress.quizzes.last_answers()["r1"].rating == "good"


def test_undoing_a_skip_leaves_the_answers_alone(progress: Progress) -> None:
    session = start(progress)
    first = current_id(session)
    session.answer([0])
    session.skip()
    session.undo()
    assert len(progress.quizzes.answers_to(first)) == 1
    assert session.undo() is not None
    assert session.undo() is None


def test_a_question_is_due_on_the_day_its_interval_ends(progress: Progress, clock: HandClock) -> None:
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], seed=1)).answer([1])
    assert progress.cards.due(VERSIONS) == []
    clock.go_on(hours=15)  # just after midnight: sooner than 24 hours, but the next day
    assert progress.cards.due(VERSIONS) == ["s1"]


def test_the_most_overdue_comes_first_and_unknown_questions_are_left_out(progress: Progress, clock: HandClock) -> None:
    for question_id in ("s2", "s1"):
        progress.quizzes.start(BANK, review_of(BANK, [question_id], seed=1)).answer([1])
        clock.go_on(days=1)
    clock.go_on(days=2)
    assert progress.cards.due(VERSIONS) == ["s2", "s1"]
    assert progress.cards.due({"s1": 1}) == ["s1"]


def test_a_question_that_changed_is_due_at_once(progress: Progress) -> None:
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], seed=1)).answer([0])
    assert progress.cards.due({"s1": 1}) == []
    assert progress.cards.due({"s1": 2}) == ["s1"]


def test_when_a_step_cannot_be_stored_it_has_not_happened(progress: Progress) -> None:
    session = start(progress)
    before = session.session.state
    progress.close()
    with pytest.raises(ProgressError, match="closed"):
        session.answer([0])
    assert session.session.state == before


def test_the_result_of_a_recorded_session_is_that_of_the_session(progress: Progress) -> None:
    bank = QuestionBank([quiz("a", single("q1"), single("q2"))])
    session = progress.quizzes.start(bank, lesson_quiz(bank, "a", 1))
    session.answer([0])
    session.answer([1])
    assert (session.finish().right, session.result().answered) == (1, 2)
