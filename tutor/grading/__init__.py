"""Grades exercises by looking at a cluster, through the `kubernetes` client alone: the same checks on every kind of cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.folders import data_folder
from tutor.grading.verdicts import CheckResult, Report, Verdict

if TYPE_CHECKING:
    from tutor.grading.session import ExerciseSession

__all__ = ["CheckResult", "ExerciseSession", "Report", "Verdict", "workspace_for"]


def workspace_for(exercise_id: str) -> Path:
    """The folder with the learner's files for an exercise. It need not exist yet."""
    return data_folder() / "workspace" / exercise_id


def __getattr__(name: str) -> Any:
    """Load the session when it is first used: it brings the client library with it."""
    if name != "ExerciseSession":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tutor.grading.session import ExerciseSession

    return ExerciseSession
