"""Courses as data: typed models, loaders that say file and line, and the linter for authors.

Importing this package is cheap: the YAML and Markdown parsers are loaded when a pack or a page is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.course.problem import PackError, Problem

if TYPE_CHECKING:
    from tutor.course.pack import Pack

__all__ = ["PackError", "Problem", "lint", "load_pack"]


def load_pack(path: Path | str | None = None) -> Pack:
    """The pack in a folder that holds `lessons/` and `quizzes/`; the built-in one when no path is given.

    Raises PackError with every problem that keeps the pack from being read.
    """
    from tutor.course.loading.packs import load_pack as load

    return load(path)


def lint(path: Path | str | None = None) -> list[Problem]:
    """Everything an author should mend in a pack (the built-in one when no path is given), by file and line."""
    from tutor.course.linting import lint_pack

    return lint_pack(path)
