"""Rules for exercises: files, hints, and prose; the checks themselves are in `tutor.course.linting.checks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tutor.course.files import inside
from tutor.course.images import exists
from tutor.course.linting.checks import check_checks
from tutor.course.linting.fences import check_manifests
from tutor.course.linting.prose import Piece, check_prose
from tutor.course.linting.report import Report
from tutor.course.markdown import syntax_tree
from tutor.course.model.exercise import ApplyStep, Exercise
from tutor.course.pack import Pack

_HINTS = range(2, 4)
_OWN_FILES = ("exercise.yaml", "answers.yaml")
_SHORTEST_COMMAND = 8
_IMAGE = re.compile(r"\bweb-app:[\w.-]*\w")


def check_exercises(pack: Pack, report: Report) -> None:
    """All rules on all exercises."""
    for exercise in pack.exercises.values():
        path = exercise.folder / "exercise.yaml"
        if exercise.folder.name != exercise.id:
            message = f"the exercise `{exercise.id}` is in the folder {exercise.folder.name}"
            report.add(path, exercise.lines.get("id", 1), message, "give both the same name")
        _files(exercise, path, report)
        if exercise.start.without and "addons" not in exercise.requires:
            line = exercise.start.lines.get("without", exercise.lines.get("start", 1))
            report.add(path, line, "the start takes add-ons away", "add `addons` to `requires`")
        _images(exercise, path, report)
        _hints(exercise, path, report)
        check_checks(exercise, path, pack, report)
        for piece in _prose(exercise, path):
            check_prose(piece, pack, report)


def _files(exercise: Exercise, path: Path, report: Report) -> None:
    applied = [step for step in exercise.start.steps if isinstance(step, ApplyStep)]
    line = exercise.start.lines.get("workspace", exercise.lines.get("start", 1))
    named = [(name, line) for name in exercise.start.workspace] + [(step.file, step.line) for step in applied]
    for name, at in named:
        if not name:
            continue  # could not be read, which the loader has reported
        try:
            found = inside(exercise.folder, name).is_file()
        except ValueError:
            report.add(path, at, f"{name!r} is outside the exercise's folder", "name a file inside it")
            continue
        if not found:
            report.add(path, at, f"there is no file {name}", "add it to the exercise's folder, or correct the name")
        elif name in {step.file for step in applied}:
            _manifest(exercise.folder / name, report)
    used = {name for name, _ in named} | set(_OWN_FILES)
    for file in sorted(one for one in exercise.folder.rglob("*") if one.is_file()):
        name = file.relative_to(exercise.folder).as_posix()
        if name not in used and not name.startswith("diagrams/"):
            report.add(file, 1, "the exercise does not use this file", "name it under `start`, or remove it")


def _manifest(path: Path, report: Report) -> None:
    def add(line: int, message: str, remedy: str) -> None:
        report.add(path, line, message, remedy)

    check_manifests(path.read_text(encoding="utf-8"), 1, add)


def _images(exercise: Exercise, path: Path, report: Report) -> None:
    for image in exercise.images:
        if not exists(image):
            message = f"the tutor has no image {image}"
            report.add(
                path, exercise.lines.get("images", 1), message, "name one of its own; public ones are not listed"
            )
    for file in sorted(set(exercise.folder.glob("*.yaml")) - {path}):
        text = file.read_text(encoding="utf-8")
        for match in _IMAGE.finditer(text):
            if exists(match[0]) and match[0] not in exercise.images:
                line = text.count("\n", 0, match.start()) + 1
                report.add(file, line, f"the image {match[0]} is used but not listed", "add it to `images`")


def _hints(exercise: Exercise, path: Path, report: Report) -> None:
    line = exercise.lines.get("hints", 1)
    if len(exercise.hints) not in _HINTS:
        remedy = f"give {_HINTS.start} or {_HINTS.stop - 1}: where to look, the mechanism, nearly the command"
        report.add(path, line, f"there are {len(exercise.hints)} hints", remedy)
    commands = list(_commands(exercise.solution))
    if not commands:
        message = "the solution shows no command"
        report.add(path, exercise.lines.get("solution", 1), message, "put the commands in a console or sh block")
    early = [("an early hint", hint, line) for hint in exercise.hints[:-1]]
    for what, text, at in [("the task", exercise.task, exercise.lines.get("task", 1)), *early]:
        for command in commands:
            if command in " ".join(text.split()):
                remedy = "only the last hint may come that close"
                report.add(path, at, f"{what} gives the solution away: {command}", remedy)


def _commands(solution: str) -> Iterator[str]:
    """The command lines in a solution's console and sh blocks, with single spaces."""
    for node in syntax_tree(solution).walk():
        language = node.info.strip() if node.type == "fence" else ""
        for line in node.content.split("\n") if language in ("console", "sh") else []:
            prompt = line.startswith("$ ")
            command = " ".join(line.removeprefix("$ ").split())
            if len(command) >= _SHORTEST_COMMAND and (prompt or language == "sh") and not command.startswith("#"):
                yield command


def _prose(exercise: Exercise, path: Path) -> Iterator[Piece]:
    for name in ("task", "solution", "debrief"):
        yield Piece(getattr(exercise, name), path, exercise.lines.get(name, 1))
    for hint in exercise.hints:
        yield Piece(hint, path, exercise.lines.get("hints", 1))
    for check in exercise.checks:
        yield Piece(check.text, path, check.line)
        yield Piece(check.why, path, check.line)
    for mistake in exercise.mistakes:
        yield Piece(mistake.says, path, mistake.line)
