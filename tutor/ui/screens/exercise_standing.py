"""How far an exercise has come, as its title says it."""

from __future__ import annotations

from tutor.ui.exercise_run import PASSED, ExerciseRun
from tutor.ui.widgets.exercise.checks import WORDS


def is_solved(run: ExerciseRun | None) -> bool:
    """Whether all checks passed when they were last looked at."""
    report = run.report if run else None
    return report is not None and str(report.verdict) == PASSED


def standing(run: ExerciseRun | None) -> str:
    """A mark and how many checks have passed."""
    report = run.report if run else None
    if report is None:
        return "○ not looked at yet" if run is not None and run.ready else "setting up"
    if is_solved(run):
        return f"✓ {report.passed} of {report.total}"
    mark = WORDS.get(str(report.verdict), ("◐",))[0] if report.verdict == "environment_fault" else "◐"
    return f"{mark} {report.passed} of {report.total}"
