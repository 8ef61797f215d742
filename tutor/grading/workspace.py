"""The learner's files of an exercise: brought once, never overwritten, and kept when the exercise is begun again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tutor.course.model import Exercise


class Workspace:
    """The folder with the files. Those that a reset puts aside go into `backups`. Methods raise OSError."""

    def __init__(self, folder: Path, exercise: Exercise, backups: Path) -> None:
        self.folder = folder
        self._backups = backups
        self._exercise = exercise

    @property
    def _brought(self) -> dict[str, str]:
        return {name: self._exercise.read(name) for name in self._exercise.start.workspace}

    def complete(self) -> None:
        """Bring the files that are not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in self._brought.items():
            target = self.folder / name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")

    def changed(self) -> bool:
        """Whether the learner has changed, added or removed a file."""
        return self._texts() != self._brought

    def restore(self) -> Path | None:
        """Put the files back as they were at the start; returns the folder where changed ones are kept, if any were."""
        brought = self._brought
        theirs = [path for path in self._files() if _text(path) != brought.get(self._name(path))]
        kept = self._new_backup() if theirs else None
        for path in theirs:
            assert kept is not None  # made because there is something to keep
            target = kept / self._name(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
        self.complete()
        return kept

    def _new_backup(self) -> Path:
        stamp = time.strftime("%Y-%m-%d-%H%M%S")
        for number in range(1, 1000):
            folder = self._backups / (stamp if number == 1 else f"{stamp}-{number}")
            if not folder.exists():
                folder.mkdir(parents=True)
                return folder
        raise OSError(f"too many backups in {self._backups}")

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from sorted(path for path in self.folder.rglob("*") if path.is_file() or path.is_symlink())

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _texts(self) -> dict[str, str | None]:
        return {self._name(path): _text(path) for path in self._files()}


def _text(path: Path) -> str | None:
    """The text of a file; None for one that is no text of ours to read."""
    try:
        return path.read_text(encoding="utf-8") if not os.path.islink(path) else None
    except (OSError, UnicodeDecodeError):
        return None
