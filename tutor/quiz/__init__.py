"""Quizzes without a screen: choosing and shuffling questions, marking answers, undoing, summing up, and scheduling
reviews.

    bank = QuestionBank(pack.quizzes.values())
    session = Session(bank, lesson_quiz(bank, "services", seed=7))
    session.answer([0])

To have every step stored as it happens, use `tutor.progress` instead of a bare Session.
"""

from __future__ import annotations

from tutor.quiz.bank import QuestionBank
from tutor.quiz.cards import Card, end_of_day, review
from tutor.quiz.marking import Mark, mark
from tutor.quiz.plan import everything, lesson_quiz, option_order, review_of
from tutor.quiz.recall import Coverage, PointCoverage, coverage
from tutor.quiz.result import Reading, Result, result
from tutor.quiz.session import Session, Shown, Status
from tutor.quiz.state import Action, ActionKind, Item, Rating, SessionKind, SessionState

__all__ = [
    "Action",
    "ActionKind",
    "Card",
    "Coverage",
    "Item",
    "Mark",
    "PointCoverage",
    "QuestionBank",
    "Rating",
    "Reading",
    "Result",
    "Session",
    "SessionKind",
    "SessionState",
    "Shown",
    "Status",
    "coverage",
    "end_of_day",
    "everything",
    "lesson_quiz",
    "mark",
    "option_order",
    "result",
    "review",
    "review_of",
]
