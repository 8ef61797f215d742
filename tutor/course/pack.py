"""A lesson pack: the course with its lessons, quizzes and exercises, found by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tutor.course.links import Target, parse_link
from tutor.course.model.exercise import Exercise
from tutor.course.model.lesson import Course, Lesson
from tutor.course.model.quiz import Question, Quiz


@dataclass(frozen=True)
class Pack:
    """Everything one pack holds. Lessons are in reading order; `root` holds `lessons/` and `quizzes/`."""

    root: Path
    course: Course
    lessons: tuple[Lesson, ...]
    quizzes: Mapping[str, Quiz] = field(default_factory=dict)
    exercises: Mapping[str, Exercise] = field(default_factory=dict)

    @cached_property
    def _lessons_by_id(self) -> dict[str, Lesson]:
        return {lesson.id: lesson for lesson in self.lessons}

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question of every quiz, by id."""
        return {question.id: question for quiz in self.quizzes.values() for question in quiz.questions}

    def lesson(self, lesson_id: str) -> Lesson:
        """The lesson with that id; KeyError when there is none."""
        return self._lessons_by_id[lesson_id]

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise with that id; KeyError when there is none."""
        return self.exercises[exercise_id]

    def exercises_of(self, lesson_id: str) -> tuple[Exercise, ...]:
        """The lesson's exercises, the easier ones first; KeyError for an unknown lesson."""
        return tuple(self.exercises[exercise_id] for exercise_id in self.lesson(lesson_id).exercises)

    def quiz(self, lesson_id: str) -> Quiz:
        """The quiz about a lesson; KeyError when there is none."""
        return self.quizzes[lesson_id]

    def previous(self, lesson_id: str) -> Lesson | None:
        """The lesson before, None for the first."""
        number = self.lesson(lesson_id).number
        return self.lessons[number - 2] if number > 1 else None

    def next(self, lesson_id: str) -> Lesson | None:
        """The lesson after, None for the last."""
        number = self.lesson(lesson_id).number
        return self.lessons[number] if number < len(self.lessons) else None

    def next_exercise(self, exercise_id: str) -> Exercise | None:
        """The exercise after, in the order of the lessons; None for the last, ValueError for one that no lesson has."""
        exercises = [exercise for lesson in self.lessons for exercise in self.exercises_of(lesson.id)]
        place = [exercise.id for exercise in exercises].index(exercise_id)
        return exercises[place + 1] if place + 1 < len(exercises) else None

    def resolve(self, href: str) -> Target:
        """Where an internal link leads. Raises ValueError, saying what is missing, when it leads nowhere."""
        target = parse_link(href)
        known: Mapping[str, object] = {
            "lesson": self._lessons_by_id,
            "exercise": self.exercises,
            "quiz": self.quizzes,
        }[target.kind]
        if target.id not in known:
            raise ValueError(f"there is no {target.kind} `{target.id}`")
        if target.page and target.page not in {page.id for page in self.lesson(target.id).pages}:
            raise ValueError(f"the lesson `{target.id}` has no page `{target.page}`")
        return target
