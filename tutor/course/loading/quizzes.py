"""Reads quizzes/SLUG.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from tutor.course.loading.lessons import read_text
from tutor.course.loading.yamlreader import Fields, Source
from tutor.course.model.quiz import Option, Question, QuestionKind, Quiz, RubricPoint
from tutor.course.problem import Problem


def read_quiz(path: Path, problems: list[Problem]) -> Quiz | None:
    """The quiz in a file."""
    text = read_text(path, problems, "write the quiz or remove the file")
    return None if text is None else Source(path, problems).read(text, "the quiz", lambda fields: _quiz(fields, path))


def _quiz(fields: Fields, path: Path) -> Quiz:
    return Quiz(
        id=fields.identifier("id"),
        version=fields.number("version"),
        lesson=fields.identifier("lesson"),
        questions=fields.each("questions", "a question", _question, required=True),
        path=path,
    )


def _question(fields: Fields) -> Question:
    kind = cast(QuestionKind, fields.choice("kind", get_args(QuestionKind)))
    recall = kind == "recall"
    return Question(
        id=fields.identifier("id"),
        version=fields.number("version"),
        kind=kind,
        sections=fields.numbers("sections"),
        prompt=fields.text("prompt"),
        page=fields.optional_text("page"),
        options=() if recall else fields.each("options", "an option", _option, required=True),
        explanation=fields.text("explanation", default=""),
        model=fields.text("model") if recall else "",
        rubric=fields.each("rubric", "a rubric point", _rubric_point, required=True) if recall else (),
        line=fields.line,
        lines=fields.lines(),
    )


def _option(fields: Fields) -> Option:
    return Option(text=fields.text("text"), correct=fields.flag("correct"), why=fields.text("why"), line=fields.line)


def _rubric_point(fields: Fields) -> RubricPoint:
    return RubricPoint(
        id=fields.identifier("id"),
        point=fields.text("point"),
        accept=fields.texts("accept", required=True),
        line=fields.line,
    )
