"""Which questions a session asks, and in what order, before anything has been answered.

The same seed and the same questions give the same session, so that a session can be tried again and a test can know
what to expect.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from tutor.course.model import Question
from tutor.quiz.bank import QuestionBank
from tutor.quiz.state import Item, SessionKind, SessionState


def lesson_quiz(bank: QuestionBank, lesson: str, seed: int) -> SessionState:
    """Every question of a lesson. ValueError when the lesson has none."""
    return _session(SessionKind.LESSON, lesson, bank.of_lesson(lesson), seed)


def review_of(bank: QuestionBank, due: Iterable[str], seed: int, limit: int | None = None) -> SessionState:
    """The questions that are due, at most `limit` of them, taken from the front of `due` (put the most overdue first).

    Ids the course no longer has are left out. ValueError when nothing is left to ask.
    """
    questions = [bank.question(question_id) for question_id in due if question_id in bank]
    return _session(SessionKind.REVIEW, "", questions[:limit], seed)


def everything(bank: QuestionBank, seed: int, limit: int | None = None) -> SessionState:
    """Questions from the whole course; with `limit`, that many drawn from it, as an examination would.

    ValueError for an empty course.
    """
    questions = bank.questions()
    if limit is not None and limit < len(questions):
        questions = _generator(seed, "draw").sample(questions, limit)
    return _session(SessionKind.ALL, "", questions, seed)


def option_order(question: Question, seed: int) -> tuple[int, ...]:
    """The order in which to show the options, as indexes into the author's order."""
    order = list(range(len(question.options)))
    _generator(seed, question.id).shuffle(order)
    return tuple(order)


def _session(kind: SessionKind, scope: str, questions: Sequence[Question], seed: int) -> SessionState:
    if not questions:
        raise ValueError("there is no question to ask")
    shuffled = list(questions)
    _generator(seed, "questions").shuffle(shuffled)
    items = tuple(Item(question.id, question.version, option_order(question, seed)) for question in shuffled)
    return SessionState(kind, scope, seed, items)


def _generator(seed: int, purpose: str) -> random.Random:
    """Its own stream for each purpose, so that adding a question does not reorder the options of the others."""
    return random.Random(f"{seed}:{purpose}")
