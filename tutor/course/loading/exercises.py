"""Reads exercise.yaml and answers.yaml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor.course.loading.checks import NEVER, CheckReader
from tutor.course.loading.lessons import read_text
from tutor.course.loading.yamlreader import Fields, Source
from tutor.course.model.answers import Answers, AnswerStep, CorrectAnswer, ReplaceStep, RunStep, WriteStep, WrongAnswer
from tutor.course.model.exercise import ApplyStep, Exercise, Fact, Start, StartStep, WaitStep
from tutor.course.problem import Problem

CAPABILITIES = ("metrics", "ingress", "network-policy", "multi-node", "addons")
"""What an exercise can require of a cluster."""

_LONGEST_WAIT = 900


def read_exercise(folder: Path, lesson: str, problems: list[Problem]) -> Exercise | None:
    """The exercise in a folder."""
    path = folder / "exercise.yaml"
    text = read_text(path, problems, "every folder under exercises/ has an exercise.yaml")
    if text is None:
        return None
    return Source(path, problems).read(text, "the exercise", lambda fields: _exercise(fields, folder, lesson))


def _exercise(fields: Fields, folder: Path, lesson: str) -> Exercise:
    namespace = fields.identifier("namespace")
    reader = CheckReader(namespace)
    return Exercise(
        id=fields.identifier("id"),
        version=fields.number("version"),
        title=fields.text("title"),
        sections=fields.numbers("sections"),
        minutes=fields.number("minutes", highest=240),
        level=fields.number("level", highest=3),
        namespace=namespace,
        task=fields.text("task"),
        checks=fields.each("checks", "a check", reader.check, required=True),
        hints=fields.texts("hints", required=True),
        solution=fields.text("solution"),
        debrief=fields.text("debrief"),
        lesson=lesson,
        folder=folder,
        start=fields.mapping("start", "the start", lambda start: _start(start, reader)) or Start(),
        mistakes=fields.each("mistakes", "a mistake", reader.mistake),
        images=fields.texts("images"),
        requires=_capabilities(fields),
        lines=fields.lines(),
    )


def _capabilities(fields: Fields) -> tuple[str, ...]:
    names = fields.texts("requires")
    for name, line in zip(names, fields.item_lines("requires"), strict=True):
        if name not in CAPABILITIES:
            message = f"`{name}` is not a capability of a cluster"
            fields.source.problem(line, message, f"use one of: {', '.join(CAPABILITIES)}")
    return names


def _start(fields: Fields, reader: CheckReader) -> Start:
    return Start(
        workspace=fields.texts("workspace"),
        without=fields.texts("without"),
        steps=fields.each("steps", "a step", lambda step: _start_step(step, reader)),
        remember=_facts(fields, reader),
        lines=fields.lines(),
    )


def _start_step(fields: Fields, reader: CheckReader) -> StartStep:
    if fields.has("wait"):
        wait = fields.mapping("wait", "the wait", lambda inner: _wait(inner, reader))
        return wait or WaitStep(NEVER, 1)
    if not fields.has("apply"):
        remedy = "give it `apply: FILE` or `wait: {of, value, expect, within}`"
        fields.source.problem(fields.line, "a step does nothing", remedy)
        return ApplyStep("")
    return ApplyStep(fields.text("apply"), fields.line)


def _wait(fields: Fields, reader: CheckReader) -> WaitStep:
    return WaitStep(reader.condition(fields), fields.number("within", highest=_LONGEST_WAIT), fields.line)


def _facts(fields: Fields, reader: CheckReader) -> tuple[Fact, ...]:
    if not fields.has("remember"):
        return ()
    facts = fields.mapping("remember", "the remembered facts", lambda inner: _named_facts(inner, reader))
    return facts or ()


def _named_facts(fields: Fields, reader: CheckReader) -> tuple[Fact, ...]:
    def named(name: str) -> Callable[[Fields], Fact]:
        return lambda fact: Fact(name, reader.selector_of(fact), fact.text("value"), fact.line)

    found = [fields.mapping(name, "a fact", named(name)) for name in fields.names()]
    return tuple(fact for fact in found if fact is not None)


def read_answers(folder: Path, problems: list[Problem]) -> Answers | None:
    """The answer corpus beside an exercise."""
    path = folder / "answers.yaml"
    text = read_text(path, problems, "add an answers.yaml with at least 2 correct and 3 wrong answers")
    if text is None:
        return None
    return Source(path, problems).read(text, "the answers", lambda fields: _answers(fields, path))


def _answers(fields: Fields, path: Path) -> Answers:
    return Answers(
        correct=fields.each("correct", "a correct answer", _correct, required=True),
        wrong=fields.each("wrong", "a wrong answer", _wrong, required=True),
        path=path,
    )


def _correct(fields: Fields) -> CorrectAnswer:
    return CorrectAnswer(fields.text("name"), _answer_steps(fields), fields.line)


def _wrong(fields: Fields) -> WrongAnswer:
    return WrongAnswer(
        name=fields.text("name"),
        steps=_answer_steps(fields),
        fails=fields.identifier("fails"),
        says=fields.text("says"),
        line=fields.line,
    )


def _answer_steps(fields: Fields) -> tuple[AnswerStep, ...]:
    return fields.each("steps", "a step", _answer_step)


def _answer_step(fields: Fields) -> AnswerStep:
    if fields.has("write"):
        return fields.mapping("write", "a write", _write) or WriteStep("", "")
    if fields.has("replace"):
        return fields.mapping("replace", "a replacement", _replace) or ReplaceStep("", "", "")
    if not fields.has("run"):
        remedy = "give it `run: COMMAND`, `write: {file, content}` or `replace: {file, old, new}`"
        fields.source.problem(fields.line, "a step does nothing", remedy)
        return RunStep("")
    return RunStep(fields.text("run"))


def _write(fields: Fields) -> WriteStep:
    return WriteStep(fields.text("file"), fields.text("content"))


def _replace(fields: Fields) -> ReplaceStep:
    return ReplaceStep(fields.text("file"), fields.text("old"), fields.text("new", default=""))
