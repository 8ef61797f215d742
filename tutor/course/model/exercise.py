"""Exercises: how one starts, what it asks for, and how it helps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tutor.course.files import inside
from tutor.course.model.checks import Check, Condition, Mistake, Selector
from tutor.course.model.lines import Lines, no_lines


@dataclass(frozen=True)
class ApplyStep:
    """Apply a manifest file of the exercise's folder (the learner does not see it)."""

    file: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class WaitStep:
    """Wait until the condition holds, for at most `within` seconds of the cluster's time."""

    until: Condition
    within: int
    line: int = field(default=0, compare=False)


StartStep: TypeAlias = ApplyStep | WaitStep


@dataclass(frozen=True)
class Fact:
    """Something taken from the cluster once the start has settled, for checks to compare with later."""

    name: str
    of: Selector
    value: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Start:
    """How an exercise begins: files copied into the workspace, add-ons taken away, steps done to the cluster, facts
    remembered."""

    workspace: tuple[str, ...] = ()
    steps: tuple[StartStep, ...] = ()
    remember: tuple[Fact, ...] = ()
    without: tuple[str, ...] = ()
    lines: Lines = field(default_factory=no_lines, compare=False, repr=False)


@dataclass(frozen=True)
class Exercise:
    """A hands-on exercise. `folder` holds its files; `level` is 1 (easy) to 3 (hard); `lesson` is a lesson's id.

    `images` are images of the tutor's own that must be loadable; `requires` are capabilities the cluster must have.
    `hints` go from a vague one to nearly the command. `task`, `solution` and `debrief` are Markdown.
    """

    id: str
    version: int
    title: str
    sections: tuple[int, ...]
    minutes: int
    level: int
    namespace: str
    task: str
    checks: tuple[Check, ...]
    hints: tuple[str, ...]
    solution: str
    debrief: str
    lesson: str
    folder: Path
    start: Start = field(default_factory=Start)
    mistakes: tuple[Mistake, ...] = ()
    images: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    lines: Lines = field(default_factory=no_lines, compare=False, repr=False)

    def read(self, name: str) -> str:
        """The text of one of its files. Raises ValueError for a name outside the folder, OSError when absent."""
        return inside(self.folder, name).read_text(encoding="utf-8")
