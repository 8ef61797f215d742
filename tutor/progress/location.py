"""Where progress is kept."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "K8S_TUTOR_HOME"


def data_folder() -> Path:
    """The folder for everything the tutor keeps: K8S_TUTOR_HOME, else where the platform keeps a user's data."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser()
    import platformdirs  # not needed by those who say where

    return platformdirs.user_data_path("k8s-tutor", appauthor=False)


def progress_file() -> Path:
    """The file progress is kept in. It need not exist yet."""
    return data_folder() / "progress.db"
