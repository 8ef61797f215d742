"""Rules for live diagrams: each belongs to a page, and its commands are kubectl's."""

from __future__ import annotations

from tutor.course.linting.report import Report
from tutor.course.loading.packs import folder_of
from tutor.course.loading.scenarios import FOLDER, read_scenario
from tutor.course.model.lesson import Lesson
from tutor.course.pack import Pack

_STEPS = range(2, 10)
_LONGEST = 220
"""Characters that fit above the picture in a small window."""


def check_scenarios(pack: Pack, report: Report) -> None:
    """All rules on all of them."""
    for lesson in pack.lessons:
        _of_lesson(lesson, report)


def _of_lesson(lesson: Lesson, report: Report) -> None:
    folder = folder_of(lesson) / FOLDER
    pages = {page.id for page in lesson.pages}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.stem not in pages or path.suffix != ".yaml":
            report.add(path, 1, "this lesson has no page of that id", "name the file PAGE-ID.yaml")
        scenario = read_scenario(path, report.problems)
        if scenario is None:
            continue
        if len(scenario.steps) not in _STEPS:
            report.add(path, 1, f"the scenario has {len(scenario.steps)} steps", "give it 2 to 9")
        for step in scenario.steps:
            if len(step.say) > _LONGEST:
                report.add(path, step.line, "the step says too much", f"use at most {_LONGEST} characters")
            for command in step.run:
                if not command.startswith("kubectl "):
                    report.add(path, step.line, f"{command!r} is no kubectl command", "start it with `kubectl`")
