"""The linter for authors: what the loaders accept but a learner would trip over.

Every rule is a function of the pack and a report. The rules about running content (does a start settle, do the right
answers pass) are tests, because they need a cluster.
"""

from __future__ import annotations

from pathlib import Path

from tutor.course.linting.answers import check_answers
from tutor.course.linting.coverage import check_coverage
from tutor.course.linting.exercises import check_exercises
from tutor.course.linting.lessons import check_lessons
from tutor.course.linting.quizzes import check_quizzes
from tutor.course.linting.report import Report
from tutor.course.linting.scenarios import check_scenarios
from tutor.course.loading.packs import builtin_root, read_pack
from tutor.course.problem import Problem

_RULES = (check_coverage, check_lessons, check_quizzes, check_exercises, check_answers, check_scenarios)


def lint_pack(path: Path | str | None = None) -> list[Problem]:
    """Every problem of the pack in a folder (the built-in one when no path is given), by file and line."""
    report = Report()
    pack = read_pack(builtin_root() if path is None else Path(path), report.problems)
    if pack is not None:
        for rule in _RULES:
            rule(pack, report)
    return sorted(set(report.problems))
