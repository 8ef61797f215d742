"""The one error storing progress can raise, always with what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class ProgressError(Exception):
    """Progress could not be read or stored. `problem` says what is wrong, `remedy` what the learner can do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy


def explained(error: sqlite3.Error | OSError, path: Path | None) -> ProgressError:
    """The ProgressError for what SQLite or the operating system said about the file."""
    where = f"The progress file {path}" if path else "The progress kept in memory"
    if isinstance(error, OSError):
        return ProgressError(f"{where} cannot be opened: {error.strerror or error}.", _CHOOSE_ANOTHER)
    name = getattr(error, "sqlite_errorname", None) or ""
    for beginning, (problem, remedy) in _KNOWN.items():
        if name.startswith(beginning):
            return ProgressError(f"{where} {problem}.", remedy)
    return ProgressError(f"{where} cannot be used: {error}.", "Run `k8s-tutor doctor` to see what is wrong.")


def is_trouble_with_the_file(error: sqlite3.Error) -> bool:
    """Whether the file is to blame, so that going on without it helps. A mistake in a statement would fail anywhere."""
    return (getattr(error, "sqlite_errorname", None) or "").startswith(tuple(_KNOWN))


_CHOOSE_ANOTHER = "Make the file and its folder writable, or set K8S_TUTOR_HOME to a folder that is."
_REPLACE = "Move it away to start afresh; `k8s-tutor progress --import FILE` brings back an exported copy."
_KNOWN = {
    "SQLITE_NOTADB": ("is damaged or is not a progress file", _REPLACE),
    "SQLITE_CORRUPT": ("is damaged", _REPLACE),
    "SQLITE_READONLY": ("may not be written to", _CHOOSE_ANOTHER),
    "SQLITE_CANTOPEN": ("cannot be opened", _CHOOSE_ANOTHER),
    "SQLITE_PERM": ("may not be opened", _CHOOSE_ANOTHER),
    "SQLITE_FULL": ("cannot grow, the disk is full", "Free some space and start the tutor again."),
    "SQLITE_IOERR": ("cannot be read or written, the disk reports an error", "Check the disk and its free space."),
    "SQLITE_BUSY": ("is held by another program", "Close other tutors that hang, then try again."),
    "SQLITE_LOCKED": ("is held by another program", "Close other tutors that hang, then try again."),
}
