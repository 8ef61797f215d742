"""Every way a pack can be wrong is reported at the right file and line, with a remedy, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tutor.course import Problem, lint

BROKEN = Path(__file__).parent / "broken"
EXERCISE = "lessons/01-pods/exercises/start-a-pod"
FILES = {
    "COURSE": "lessons/course.yaml",
    "LESSON": "lessons/01-pods/lesson.md",
    "DIAGRAM": "lessons/01-pods/diagrams/pod.txt",
    "EXERCISE": f"{EXERCISE}/exercise.yaml",
    "START": f"{EXERCISE}/start.yaml",
    "POD": f"{EXERCISE}/pod.yaml",
    "ANSWERS": f"{EXERCISE}/answers.yaml",
    "QUIZ": "quizzes/pods.yaml",
}


@dataclass(frozen=True)
class Mutation:
    """One change to the mini pack and the problem it has to lead to."""

    name: str
    file: str
    old: str
    new: str
    at: str = ""
    message: str = ""
    remedy: str = ""
    reported_in: str = ""
    offset: int = 0
    also: tuple[dict[str, str], ...] = ()
    more: tuple[str, ...] = ()

    def apply(self, root: Path) -> None:
        path = root / FILES[self.file]
        text = path.read_text(encoding="utf-8")
        for change in ({"old": self.old, "new": self.new}, *self.also):
            text = _changed(text, **change)
        path.write_text(text, encoding="utf-8")

    def place(self, root: Path) -> tuple[Path, int]:
        name = self.reported_in or self.file
        path = root / FILES.get(name, name)
        if self.at == "FIRST":
            return path, 1
        before, found, _ = path.read_text(encoding="utf-8").partition(self.at)
        assert found, f"{self.at!r} is not in {path}"
        return path, before.count("\n") + 1 + self.offset


def _changed(text: str, old: str, new: str) -> str:
    if old == "ALL":
        return new
    assert old in text, f"{old!r} is not in the file"
    repeat = re.match(r"REPEAT (\d+) ", new)
    return text.replace(old, f"{new[repeat.end() :].strip()}\n" * int(repeat[1]) if repeat else new, 1)


def _mutations(paths: list[Path]) -> Iterator[Mutation]:
    for path in sorted(paths):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            lists: dict[str, Any] = {key: tuple(entry.pop(key, ())) for key in ("also", "more")}
            yield Mutation(**entry, **lists)


MUTATIONS = list(_mutations(list(BROKEN.glob("*.yaml"))))
HARMLESS = list(_mutations([BROKEN.parent / "harmless.yaml"]))


def test_the_mini_pack_is_clean(mini: Path) -> None:
    assert lint(mini) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_mutation(mini: Path, mutation: Mutation) -> None:
    mutation.apply(mini)
    problems = lint(mini)
    expected = [one for one in problems if _is_expected(one, mutation, mini)]
    others = [one for one in problems if one not in expected and not _follows(one, mutation)]
    assert len(expected) == 1, "\n".join(map(str, problems))
    assert others == []


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_harmless_change(mini: Path, mutation: Mutation) -> None:
    mutation.apply(mini)
    assert [str(problem) for problem in lint(mini)] == []


def _is_expected(problem: Problem, mutation: Mutation, root: Path) -> bool:
    right_text = mutation.message in problem.message and mutation.remedy in problem.remedy
    return right_text and (problem.path, problem.line) == mutation.place(root)


def _follows(problem: Problem, mutation: Mutation) -> bool:
    return any(text in problem.message for text in mutation.more)
