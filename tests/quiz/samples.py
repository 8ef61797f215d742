"""Small questions for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from tutor.course.model import Option, Question, Quiz, RubricPoint
from tutor.quiz import QuestionBank

RUBRIC = (
    RubricPoint("scheduling", "Somebody chooses a node.", ("schedul", "which (server|node)")),
    RubricPoint("healing", "Crashed containers are replaced.", ("restart", "self.?heal")),
)


def single(question_id: str, *, version: int = 1, options: int = 3, sections: Sequence[int] = (4,)) -> Question:
    """A question whose first option (in the author's order) is the right one."""
    texts = tuple(Option(f"{question_id} option {index}", index == 0, "because") for index in range(options))
    return Question(question_id, version, "single", tuple(sections), "Which one?", page="page-1", options=texts)


def multiple(question_id: str) -> Question:
    """A question whose options 0 and 2 are right."""
    options = tuple(Option(f"option {index}", index in (0, 2), "because") for index in range(4))
    return Question(question_id, 1, "multiple", (5, 6), "Which ones?", options=options)


def recall(question_id: str) -> Question:
    """An open question with a rubric of two points."""
    return Question(question_id, 1, "recall", (12,), "Why?", model="Because.", rubric=RUBRIC)


def quiz(lesson: str, *questions: Question) -> Quiz:
    """A quiz of these questions."""
    return Quiz(lesson, 1, lesson, tuple(questions), Path("quizzes") / f"{lesson}.yaml")


def sample_bank() -> QuestionBank:
    """Two lessons: five single questions, and one of each other kind."""
    singles = [single(f"s{number}") for number in range(1, 6)]
    return QuestionBank([quiz("services", *singles), quiz("why", multiple("m1"), recall("r1"))])


RIGHT = MappingProxyType({"single": (0,), "multiple": (0, 2)})
"""The right choice for a sample question of each kind."""
