"""Where the tutor keeps things on the learner's machine."""

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


def private_folder(name: str) -> Path:
    """A folder of that name below the data folder that only the learner can read, made if need be. Raises OSError."""
    folder = data_folder() / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only the learner can read, replacing an old one in one step. Raises OSError."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
