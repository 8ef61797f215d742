"""The questions a session can ask, found by id, with the lesson each belongs to.

A session, a stored answer and a review card all know a question by its id only; this is where the id becomes the
question again.
"""

from __future__ import annotations

from collections.abc import Iterable

from tutor.course.model import Question, Quiz


class QuestionBank:
    """All questions of a course.

    Later questions never replace earlier ones: an id that occurs twice is a ValueError.
    """

    def __init__(self, quizzes: Iterable[Quiz]) -> None:
        self._questions: dict[str, Question] = {}
        self._lessons: dict[str, str] = {}
        for quiz in quizzes:
            for question in quiz.questions:
                self._add(question, quiz.lesson)

    def _add(self, question: Question, lesson: str) -> None:
        if question.id in self._questions:
            raise ValueError(f"two questions have the id {question.id}; give one of them another id")
        self._questions[question.id] = question
        self._lessons[question.id] = lesson

    def __contains__(self, question_id: object) -> bool:
        return question_id in self._questions

    def __len__(self) -> int:
        return len(self._questions)

    def question(self, question_id: str) -> Question:
        """The question with this id. KeyError when the course has none."""
        return self._questions[question_id]

    def find(self, question_id: str, version: int) -> Question | None:
        """The question, unless the course no longer has it or has changed it since `version`."""
        question = self._questions.get(question_id)
        return question if question is not None and question.version == version else None

    def lesson_of(self, question_id: str) -> str:
        """The lesson the question belongs to. KeyError when the course has no such question."""
        return self._lessons[question_id]

    def of_lesson(self, lesson: str) -> list[Question]:
        """The questions of one lesson, in the author's order; none when the lesson has no quiz."""
        return [question for question in self._questions.values() if self._lessons[question.id] == lesson]

    def questions(self) -> list[Question]:
        """Every question, lesson by lesson."""
        return list(self._questions.values())

    def versions(self) -> dict[str, int]:
        """The version of every question, by its id."""
        return {question.id: question.version for question in self._questions.values()}
