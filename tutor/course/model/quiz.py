"""Quizzes: questions with a reason for every option, and open questions with a rubric."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from tutor.course.model.lines import Lines, no_lines

QuestionKind: TypeAlias = Literal["single", "multiple", "recall"]


@dataclass(frozen=True)
class Option:
    """A possible answer and the reason why it is right or wrong."""

    text: str
    correct: bool
    why: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class RubricPoint:
    """A point a recalled answer should make; any regex of `accept` found in it (ignoring case) covers the point."""

    id: str
    point: str
    accept: tuple[str, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Question:
    """A quiz question. `options` belong to single and multiple choice; `model` and `rubric` to open recall."""

    id: str
    version: int
    kind: QuestionKind
    sections: tuple[int, ...]
    prompt: str
    page: str | None = None
    options: tuple[Option, ...] = ()
    explanation: str = ""
    model: str = ""
    rubric: tuple[RubricPoint, ...] = ()
    line: int = field(default=0, compare=False)
    lines: Lines = field(default_factory=no_lines, compare=False, repr=False)


@dataclass(frozen=True)
class Quiz:
    """The questions about one lesson; `id` and `lesson` are the lesson's id."""

    id: str
    version: int
    lesson: str
    questions: tuple[Question, ...]
    path: Path
