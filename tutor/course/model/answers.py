"""The answer corpus of an exercise: right and wrong routes through it, kept to test its checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class WriteStep:
    """Write a file of the workspace."""

    file: str
    content: str


@dataclass(frozen=True)
class ReplaceStep:
    """Replace a piece of text, which must be there, in a file of the workspace."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class RunStep:
    """Run a command line in the practice shell."""

    command: str


AnswerStep: TypeAlias = WriteStep | ReplaceStep | RunStep


@dataclass(frozen=True)
class CorrectAnswer:
    """A route that must pass every check."""

    name: str
    steps: tuple[AnswerStep, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class WrongAnswer:
    """A route that must fail check `fails` with `says` in the message."""

    name: str
    steps: tuple[AnswerStep, ...]
    fails: str
    says: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Answers:
    """All recorded answers of an exercise."""

    correct: tuple[CorrectAnswer, ...]
    wrong: tuple[WrongAnswer, ...]
    path: Path
