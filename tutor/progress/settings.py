"""Small things to remember from one start to the next: the cluster chosen, the workspace folder, what has been shown
once.
"""

from __future__ import annotations

import json
from typing import Any

from tutor.progress.database import Database
from tutor.progress.times import Clock, stored


class Settings:
    """Named JSON values."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, name: str, default: Any = None) -> Any:
        """The value last set, or `default`."""
        row = self._database.one("SELECT value FROM setting WHERE name = ?", (name,))
        return default if row is None else json.loads(row["value"])

    def set(self, name: str, value: Any) -> None:
        """Remember a value that has a JSON form (TypeError when it has none)."""
        self._database.execute(
            "INSERT OR REPLACE INTO setting (name, value, updated_at) VALUES (?, ?, ?)",
            (name, json.dumps(value), stored(self._clock())),
        )

    def forget(self, name: str) -> None:
        """Go back to the default."""
        self._database.execute("DELETE FROM setting WHERE name = ?", (name,))

    def first_time(self, what: str) -> bool:
        """Whether this is the first time this is asked about `what`; for things to be shown only once."""
        added = self._database.execute(
            "INSERT OR IGNORE INTO setting (name, value, updated_at) VALUES (?, 'true', ?)",
            (f"seen:{what}", stored(self._clock())),
        )
        return added == 1
