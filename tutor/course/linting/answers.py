"""Rules for the answer corpus: enough answers, on checks and files that exist."""

from __future__ import annotations

from tutor.course.files import inside, safe_name
from tutor.course.linting.report import Report
from tutor.course.loading.exercises import read_answers
from tutor.course.model.answers import Answers, AnswerStep, CorrectAnswer, ReplaceStep, WriteStep, WrongAnswer
from tutor.course.model.exercise import Exercise
from tutor.course.pack import Pack

_CORRECT = 2
_WRONG = 3


def check_answers(pack: Pack, report: Report) -> None:
    """All rules on the answers of all exercises."""
    for exercise in pack.exercises.values():
        answers = read_answers(exercise.folder, report.problems)
        if answers is not None:
            _counts(answers, report)
            _fails(answers, exercise, report)
            for answer in _all(answers):
                _steps(answer, answers, exercise, report)


def _all(answers: Answers) -> list[CorrectAnswer | WrongAnswer]:
    return [*answers.correct, *answers.wrong]


def _counts(answers: Answers, report: Report) -> None:
    for what, found, needed in (("correct", answers.correct, _CORRECT), ("wrong", answers.wrong, _WRONG)):
        if len(found) < needed:
            message = f"there are {len(found)} {what} answers"
            report.add(answers.path, 1, message, f"record at least {needed} really different ones")
    names = [(answer.name, answer.line) for answer in _all(answers)]
    report.twins(answers.path, "the answer", names)
    for index, answer in enumerate(answers.correct):
        if any(answer.steps == earlier.steps for earlier in answers.correct[:index]):
            message = f"the answer `{answer.name}` does what another does"
            report.add(answers.path, answer.line, message, "record a different route")


def _fails(answers: Answers, exercise: Exercise, report: Report) -> None:
    known = {check.id for check in exercise.checks}
    for answer in answers.wrong:
        if answer.fails not in known:
            message = f"the exercise has no check `{answer.fails}`"
            report.add(answers.path, answer.line, message, f"name one of: {', '.join(sorted(known))}")


def _steps(answer: CorrectAnswer | WrongAnswer, answers: Answers, exercise: Exercise, report: Report) -> None:
    files = {name: _workspace_text(exercise, name) for name in exercise.start.workspace}
    for step in answer.steps:
        message = _step(step, files)
        if message:
            report.add(
                answers.path, answer.line, f"the answer `{answer.name}` {message}", "correct the file's name or text"
            )


def _step(step: AnswerStep, files: dict[str, str]) -> str | None:
    """What is wrong with a step, given the workspace's files so far, which it changes."""
    if isinstance(step, WriteStep):
        if step.file and not safe_name(step.file):
            return f"writes {step.file!r}, which is outside the workspace"
        files[step.file] = step.content
    elif isinstance(step, ReplaceStep):
        if not step.file:
            return None  # could not be read, which the loader has reported
        if step.file not in files:
            return f"changes {step.file!r}, which is not in the workspace"
        if step.old not in files[step.file]:
            return f"replaces {step.old!r}, which is not in {step.file}"
        files[step.file] = files[step.file].replace(step.old, step.new)
    return None


def _workspace_text(exercise: Exercise, name: str) -> str:
    try:
        return inside(exercise.folder, name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""  # reported with the exercise's files
