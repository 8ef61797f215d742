"""Where progress is kept."""

from __future__ import annotations

from pathlib import Path

from tutor.folders import HOME_VARIABLE, data_folder

__all__ = ["HOME_VARIABLE", "data_folder", "progress_file"]


def progress_file() -> Path:
    """The file progress is kept in. It need not exist yet."""
    return data_folder() / "progress.db"
