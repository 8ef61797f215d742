"""Reads the live diagrams of lessons: `scenarios/PAGE-ID.yaml` in a lesson's folder belongs to the page of that id."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from tutor.course.loading.lessons import read_text
from tutor.course.loading.yamlreader import Fields, Source
from tutor.course.model.lesson import Lesson
from tutor.course.model.scenario import Scenario, ScenarioStep, View
from tutor.course.problem import PackError, Problem

FOLDER = "scenarios"


def scenario_path(lesson: Lesson, page_id: str) -> Path:
    """Where a page's scenario is, if it has one."""
    return lesson.path.parent / FOLDER / f"{page_id}.yaml"


def load_scenario(path: Path) -> Scenario:
    """The scenario in a file. Raises PackError when it cannot be read."""
    problems: list[Problem] = []
    scenario = read_scenario(path, problems)
    if scenario is None or problems:
        raise PackError(problems)
    return scenario


def read_scenario(path: Path, problems: list[Problem]) -> Scenario | None:
    """The scenario in a file; None, with the problems recorded, when there is none in it."""
    text = read_text(path, problems, "give it a title, a view, a namespace and steps")
    return None if text is None else Source(path, problems).read(text, "the scenario", _scenario)


def _scenario(fields: Fields) -> Scenario:
    return Scenario(
        title=fields.text("title"),
        view=cast(View, fields.choice("view", get_args(View))),
        namespace=fields.identifier("namespace"),
        steps=fields.each("steps", "a step", _step, required=True),
    )


def _step(fields: Fields) -> ScenarioStep:
    return ScenarioStep(
        say=fields.text("say"),
        run=fields.texts("run"),
        put=fields.texts("put"),
        take=fields.texts("take"),
        line=fields.line,
    )
