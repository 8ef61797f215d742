"""The lessons, quizzes and exercises the tutor brings have no mistake the linter knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
import yaml

from tutor.course import PackError, lint, load_pack
from tutor.course.loading.packs import builtin_root
from tutor.course.model import Lesson
from tutor.course.plain import render_plain

LESSONS = sorted(path.parent.name for path in (builtin_root() / "lessons").glob("*/lesson.md"))
YAML_FILES = [*(builtin_root() / "lessons").rglob("*.yaml"), *(builtin_root() / "quizzes").glob("*.yaml")]


def test_no_problem_is_left() -> None:
    assert [str(problem) for problem in lint()] == []


@pytest.mark.parametrize("folder", LESSONS)
def test_every_page_can_be_read_as_plain_text(folder: str) -> None:
    for page in _lesson(folder).pages:
        lines = render_plain(page, 80)
        assert lines[0]
        assert len(lines) > 3
        assert max(map(len, lines)) <= 80, page.id


def _lesson(folder: str) -> Lesson:
    try:
        pack = load_pack()
    except PackError as error:
        pytest.fail(str(error))
    return next(
        lesson for lesson in pack.lessons if lesson.path == Path(builtin_root(), "lessons", folder, "lesson.md")
    )


def test_loading_costs_little_more_than_parsing() -> None:
    """The home screen waits for the whole pack, so reading it must stay close to what its YAML alone costs."""
    texts = [path.read_text(encoding="utf-8") for path in YAML_FILES]
    parsing = _best_of_five(lambda: [list(yaml.compose_all(text, Loader=yaml.CSafeLoader)) for text in texts])
    assert _best_of_five(load_pack) <= 8 * parsing


def _best_of_five(action: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return min(times)
