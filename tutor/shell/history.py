"""Lines typed before, kept in a private file for each workspace."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tutor.folders import private_folder, write_private

MAX_LINES = 1_000
MAX_LENGTH = 10_000
"""Characters a line may have to be remembered."""


class History:
    """The latest lines, oldest first. Without a file they are forgotten with the shell."""

    def __init__(self, file: Path | None = None) -> None:
        self.lines: list[str] = []
        self._file = file
        if file is not None:
            self.lines = _read(file)

    @classmethod
    def of(cls, workspace: Path) -> History:
        """The history that belongs to a workspace; kept in memory only when the data folder cannot be used."""
        digest = hashlib.sha256(str(workspace.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        try:
            return cls(private_folder("history") / f"{workspace.name}-{digest}.jsonl")
        except OSError:
            return cls()

    def add(self, line: str) -> None:
        """Remember a line unless it is blank or the same as the one before."""
        if not line.strip() or len(line) > MAX_LENGTH or self.lines[-1:] == [line]:
            return
        self.lines.append(line)
        del self.lines[:-MAX_LINES]
        self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            write_private(self._file, "".join(json.dumps(line) + "\n" for line in self.lines))
        except OSError:
            self._file = None


def _read(file: Path) -> list[str]:
    """The lines of a history file; what cannot be read is left out."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = [_line(entry) for entry in text.splitlines()[-MAX_LINES:]]
    return [line for line in lines if line]


def _line(entry: str) -> str:
    try:
        line = json.loads(entry)
    except ValueError:
        return ""
    return line if isinstance(line, str) else ""
