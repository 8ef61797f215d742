"""Saving manifests from lessons into a folder of the learner's, never over something different."""

from __future__ import annotations

from pathlib import Path


def save_manifest(folder: Path, name: str, text: str) -> Path:
    """Write the text under its name, or under `name-2`, `name-3` ... where other content has the name.

    OSError when the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = _free_path(folder, name, text)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return path


def _free_path(folder: Path, name: str, text: str) -> Path:
    path = folder / Path(name).name
    number = 2
    while path.exists() and path.read_text(encoding="utf-8", errors="replace").rstrip("\n") != text.rstrip("\n"):
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path
