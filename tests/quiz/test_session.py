"""Going through a session: answers, skips, flags, undo, and going on with a stored one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quiz.samples import RIGHT, quiz, recall, sample_bank, single
from tutor.quiz import (
    QuestionBank,
    Rating,
    Session,
    SessionState,
    Shown,
    Status,
    everything,
    lesson_quiz,
    result,
)


def started(seed: int = 1) -> Session:
    bank = sample_bank()
    return Session(bank, lesson_quiz(bank, "services", seed))


def with_recall() -> Session:
    bank = QuestionBank([quiz("why", recall("r1"))])
    return Session(bank, lesson_quiz(bank, "why", 1))


def current(session: Session) -> Shown:
    shown = session.current
    assert shown is not None
    return shown


def test_answering_goes_through_every_question_once() -> None:
    session = started()
    asked = []
    while session.current:
        asked.append(session.current.question.id)
        session.answer([0])
    assert asked == [item.question_id for item in session.state.items]
    assert set(session.statuses().values()) == {Status.RIGHT}


def test_the_question_shown_has_its_place_and_its_order_of_options() -> None:
    session = started()
    session.answer([1])
    shown = current(session)
    assert (shown.number, shown.status, shown.flagged) == (2, Status.OPEN, False)
    assert shown.order == session.state.items[1].options


def test_a_skipped_question_comes_back_after_the_others_and_only_once() -> None:
    session = started()
    first = current(session).question.id
    session.skip()
    for _ in range(4):
        session.answer([0])
    assert current(session).question.id == first
    assert current(session).status is Status.SKIPPED
    session.skip()
    assert session.current is None
    assert session.statuses()[first] is Status.SKIPPED


def test_a_skipped_question_can_be_answered_when_it_comes_back() -> None:
    session = started()
    first = current(session).question.id
    session.skip()
    for _ in range(5):
        session.answer([0])
    assert session.statuses()[first] is Status.RIGHT
    assert session.current is None


def test_undo_makes_the_question_current_again() -> None:
    session = started()
    first = current(session).question.id
    session.answer([1])
    undone = session.undo()
    assert undone is not None
    assert undone.question_id == first
    assert current(session).question.id == first
    assert session.statuses()[first] is Status.OPEN


def test_there_is_nothing_to_undo_at_the_start() -> None:
    session = started()
    assert session.undo() is None


def test_a_flag_is_put_on_and_taken_off_and_survives_undo() -> None:
    session = started()
    question_id = current(session).question.id
    assert session.flag(question_id) is True
    session.answer([0])
    session.undo()
    assert current(session).flagged
    assert session.flag(question_id) is False
    with pytest.raises(KeyError):
        session.flag("not-in-this-session")


def test_a_recall_answer_is_rated_before_the_session_goes_on() -> None:
    session = with_recall()
    covered = session.submit("The scheduler picks the node")
    assert covered.covered == 1
    assert current(session).status is Status.TO_RATE
    with pytest.raises(ValueError, match="rate your answer first"):
        session.skip()
    session.rate(Rating.GOOD)
    assert session.current is None
    assert session.statuses()["r1"] is Status.RIGHT
    assert session.written("r1") == "The scheduler picks the node"


def test_undoing_a_rating_leaves_the_text_to_be_rated_again() -> None:
    session = with_recall()
    session.submit("something")
    session.rate(Rating.AGAIN)
    assert session.statuses()["r1"] is Status.WRONG
    session.undo()
    assert current(session).status is Status.TO_RATE
    session.undo()
    assert current(session).status is Status.OPEN


def test_each_kind_of_question_takes_only_its_kind_of_answer() -> None:
    with pytest.raises(ValueError, match="own words"):
        with_recall().answer([0])
    with pytest.raises(ValueError, match="choosing"):
        started().submit("text")
    with pytest.raises(ValueError, match="nothing to rate"):
        started().rate(Rating.GOOD)


def test_a_finished_session_takes_no_more() -> None:
    session = with_recall()
    session.submit("x")
    session.rate(Rating.GOOD)
    with pytest.raises(ValueError, match="has been dealt with"):
        session.submit("y")


def test_an_answer_that_is_none_changes_nothing() -> None:
    session = started()
    before = session.state
    with pytest.raises(ValueError, match="exactly one"):
        session.answer([0, 1])
    assert session.state == before


def test_a_stored_session_goes_on_where_it_was() -> None:
    session = started()
    session.answer([1])
    session.skip()
    session.flag(current(session).question.id)
    text = json.dumps(session.state.to_json())
    again = Session(sample_bank(), SessionState.from_json(json.loads(text)))
    assert again.state == session.state
    assert again.current == session.current


@pytest.mark.parametrize("data", [{}, {"kind": "lesson"}, {"kind": "no such kind"}])
def test_what_is_not_a_stored_session_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"kind|session"):
        SessionState.from_json(data)


def test_a_question_the_course_has_lost_is_dropped() -> None:
    session = started()
    first = current(session).question.id
    session.answer([0])
    rest = [single(f"s{n}") for n in range(1, 6) if f"s{n}" != first]
    again = Session(QuestionBank([quiz("services", *rest)]), session.state)
    assert first not in again.statuses()
    assert set(again.statuses().values()) == {Status.OPEN}


def test_a_question_that_changed_is_asked_again_in_its_new_form() -> None:
    session = started()
    first = current(session).question.id
    session.answer([0])
    changed = [single(f"s{n}", version=2 if f"s{n}" == first else 1, options=5) for n in range(1, 6)]
    again = Session(QuestionBank([quiz("services", *changed)]), session.state)
    assert current(again).question.version == 2
    assert sorted(current(again).order) == [0, 1, 2, 3, 4]


def test_the_result_counts_and_says_where_to_read_again() -> None:
    bank = sample_bank()
    session = Session(bank, everything(bank, seed=4))
    wrong = ""
    while session.current:
        question = session.current.question
        if question.kind == "recall":
            session.skip()
        elif question.kind == "multiple":
            session.answer(RIGHT["multiple"])
        else:
            session.answer([1 if not wrong else 0])
            wrong = wrong or question.id
    session.flag("m1")
    summed = result(bank, session)
    assert (summed.asked, summed.right, summed.answered) == (7, 5, 6)
    assert (summed.wrong, summed.left_out, summed.flagged) == ((wrong,), ("r1",), ("m1",))
    assert summed.by_section == {4: (4, 5), 5: (1, 1), 6: (1, 1)}
    assert [(place.lesson, place.page, place.question_ids) for place in summed.read_again] == [
        ("services", "page-1", (wrong,))
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["right", "wrong", "skip", "undo"]), max_size=40), st.integers(0, 5))
def test_any_run_of_steps_stores_and_undoes_cleanly(steps: list[str], seed: int) -> None:
    session = started(seed)
    for step in steps:
        if step == "undo":
            session.undo()
        elif session.current is None:
            continue
        elif step == "skip":
            session.skip()
        else:
            session.answer([0 if step == "right" else 1])
        assert Session(sample_bank(), SessionState.from_json(session.state.to_json())).current == session.current
    while session.undo():
        pass
    assert session.state == started(seed).state
