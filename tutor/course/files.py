"""Where a pack's files may be: inside its own folders and nowhere else, whatever a file of the pack names."""

from __future__ import annotations

from pathlib import Path, PurePosixPath


def safe_name(name: str) -> bool:
    """Whether a file name is relative, without `..` and without characters that mean something elsewhere."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith(("/", "~")) and ".." not in parts and not set(name) & set('\\:\0*?"<>|')


def inside(folder: Path, name: str) -> Path:
    """The path of a file a pack names. Raises ValueError when it leads outside the folder, also by a symbolic link."""
    path = folder / name
    if not safe_name(name) or not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{name!r} is not inside {folder}")
    return path
