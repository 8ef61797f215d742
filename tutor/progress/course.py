"""What there is to do in a course, in the form the summaries want it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tutor.course.model import Exercise, Lesson, Quiz
from tutor.progress.summary import LessonContents


def contents_of(
    lessons: Iterable[Lesson], quizzes: Mapping[str, Quiz], exercises: Mapping[str, Exercise]
) -> list[LessonContents]:
    """The contents of the lessons, in their order. `quizzes` are by lesson id, `exercises` by exercise id."""
    return [
        LessonContents(
            id=lesson.id,
            title=lesson.title,
            version=lesson.version,
            pages=tuple(page.id for page in lesson.pages),
            questions=_questions(quizzes.get(lesson.id)),
            exercises={exercise: exercises[exercise].version for exercise in lesson.exercises},
        )
        for lesson in lessons
    ]


def _questions(quiz: Quiz | None) -> dict[str, int]:
    return {question.id: question.version for question in quiz.questions} if quiz else {}
