"""Where the end of a lesson leads."""

from __future__ import annotations

from tutor.course.model import Lesson
from tutor.course.pack import Pack


def next_steps(pack: Pack, lesson: Lesson) -> list[str]:
    """Links to the lesson's quiz and exercises and to the lessons after and before, as Markdown, each with its key if any."""
    steps = []
    if lesson.id in pack.quizzes:
        count = len(pack.quiz(lesson.id).questions)
        steps.append(f"[Quiz: {count} question{'s' if count > 1 else ''}](quiz:{lesson.id})  (z)")
    for exercise in pack.exercises_of(lesson.id):
        steps.append(f"[Exercise: {exercise.title}](exercise:{exercise.id}), {exercise.minutes} minutes")
    if after := pack.next(lesson.id):
        steps.append(f"[Next lesson: {after.title}](lesson:{after.id})  (space)")
    if before := pack.previous(lesson.id):
        steps.append(f"[Lesson before: {before.title}](lesson:{before.id})")
    return steps
