"""What an exercise remembers while it is being played, so that another process or a restarted app goes on with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tutor.folders import data_folder, write_private


@dataclass(frozen=True, slots=True)
class State:
    """An exercise that has been set up: where, when, and how it was then."""

    version: int
    """The exercise's version."""
    cluster: str
    """The name of the cluster."""
    attempt: str
    """What the namespace is marked with that was made for it; no two attempts have the same."""
    started_at: float
    """Seconds since 1970, by the cluster's clock."""
    facts: dict[str, Any]
    footprint: str
    """What the namespace held, see `tutor.grading.footprint`."""
    snapshot: str | None
    """The snapshot taken then, on clusters that keep some."""


def exercise_folder(exercise_id: str) -> Path:
    """Where the tutor keeps what belongs to one exercise, beside the learner's files."""
    return data_folder() / "exercises" / exercise_id


def load(folder: Path) -> State | None:
    """The state kept in a folder; None when there is none that can be read."""
    try:
        data = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or set(data) != {field.name for field in fields(State)}:
        return None
    return State(**data)


def save(folder: Path, state: State) -> None:
    """Keep a state. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(folder / "state.json", json.dumps(asdict(state), indent=2) + "\n")


def forget(folder: Path) -> None:
    """Keep it no longer. Raises OSError."""
    (folder / "state.json").unlink(missing_ok=True)
