"""Finds and reads the files of a whole pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tutor.course.files import safe_name
from tutor.course.loading.exercises import read_exercise
from tutor.course.loading.lessons import read_course, read_lesson
from tutor.course.loading.quizzes import read_quiz
from tutor.course.model.exercise import Exercise
from tutor.course.model.lesson import Course, Lesson
from tutor.course.model.quiz import Quiz
from tutor.course.pack import Pack
from tutor.course.problem import PackError, Problem


def builtin_root() -> Path:
    """Where the tutor's own lessons are: beside the code when installed, at the top of the tree in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "content"
    return installed if (installed / "lessons").is_dir() else package.parent


def load_pack(path: Path | str | None = None) -> Pack:
    """The pack in a folder that holds `lessons/` and `quizzes/`; the built-in one when no path is given.

    Raises PackError with every problem that keeps the pack from being read. What an author should mend besides is
    found by `tutor.course.lint`.
    """
    problems: list[Problem] = []
    pack = read_pack(builtin_root() if path is None else Path(path), problems)
    if pack is None or problems:
        raise PackError(sorted(set(problems)))
    return pack


def read_pack(root: Path, problems: list[Problem]) -> Pack | None:
    """As much of a pack as can be read, with the problems found; None without a readable course.yaml."""
    course = read_course(root / "lessons" / "course.yaml", problems)
    if course is None:
        return None
    lessons: list[Lesson] = []
    exercises: dict[str, Exercise] = {}
    for number, name in enumerate(course.lessons, 1):
        folder = _lesson_folder(root, name, problems)
        lesson = read_lesson(folder / "lesson.md", number, problems) if folder else None
        if lesson is not None:
            own = _exercises(folder_of(lesson), lesson.id, problems)
            _merge(exercises, own, problems)
            lessons.append(replace(lesson, exercises=tuple(one.id for one in own)))
    _report_twins(lessons, problems)
    return Pack(root, course, tuple(lessons), _quizzes(root, course, problems), exercises)


def folder_of(lesson: Lesson) -> Path:
    """The folder a lesson's files are in."""
    return lesson.path.parent


def _lesson_folder(root: Path, name: str, problems: list[Problem]) -> Path | None:
    if safe_name(name) and "/" not in name:
        return root / "lessons" / name
    path = root / "lessons" / "course.yaml"
    problems.append(Problem(path, 1, f"`{name}` cannot be a lesson's folder", "name a folder beside course.yaml"))
    return None


def _exercises(folder: Path, lesson_id: str, problems: list[Problem]) -> list[Exercise]:
    found = [read_exercise(sub, lesson_id, problems) for sub in sub_folders(folder / "exercises")]
    return sorted((one for one in found if one is not None), key=lambda one: (one.level, one.id))


def sub_folders(folder: Path) -> list[Path]:
    """The folders inside a folder, by name; none when there is no such folder."""
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _merge(known: dict[str, Exercise], found: Iterable[Exercise], problems: list[Problem]) -> None:
    for exercise in found:
        first = known.setdefault(exercise.id, exercise)
        if first is not exercise:
            message = f"the exercise id `{exercise.id}` is already used in {first.folder}"
            problems.append(Problem(exercise.folder / "exercise.yaml", exercise.lines.get("id", 1), message, _OWN_ID))


def _report_twins(lessons: list[Lesson], problems: list[Problem]) -> None:
    known: dict[str, Lesson] = {}
    for lesson in lessons:
        first = known.setdefault(lesson.id, lesson)
        if first is not lesson:
            message = f"the lesson id `{lesson.id}` is already used in {first.path}"
            problems.append(Problem(lesson.path, 1, message, _OWN_ID))


def _quizzes(root: Path, course: Course, problems: list[Problem]) -> dict[str, Quiz]:
    folder = root / "quizzes"
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    quizzes: dict[str, Quiz] = {}
    for path in paths:
        quiz = read_quiz(path, problems)
        if quiz is None:
            continue
        if quiz.lesson in quizzes:
            message = f"there is already a quiz about `{quiz.lesson}`"
            problems.append(Problem(path, 1, message, f"merge it into {quizzes[quiz.lesson].path.name}"))
        quizzes.setdefault(quiz.lesson, quiz)
    return quizzes


_OWN_ID = "progress is kept under ids: give it one of its own"
