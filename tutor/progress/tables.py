"""The tables as exporting, merging and resetting see them: any table, its columns and what identifies a row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.progress.times import read_back
from tutor.quiz import SessionState

TABLES = ("setting", "lesson", "page", "quiz_session", "answer", "card", "attempt", "check_result")
"""Every table. Each has a column `updated_at`, which says which of two rows for the same thing is the newer."""

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (int, float)}


_MEANINGS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("updated_at", "started_at", "finished_at", "answered_at", "passed_at", "ended_at"), read_back),
    **dict.fromkeys(("due", "last_review"), read_back),
    **dict.fromkeys(("value", "chosen", "card_before"), json.loads),
    "state": lambda text: SessionState.from_json(json.loads(text)),
}
"""How the text of a column is read; a ValueError there means that it is damaged."""


@dataclass(frozen=True)
class Column:
    """A column: its name, the types a value may have, and whether it is part of the key."""

    name: str
    types: tuple[type, ...]
    key: bool

    def accepts(self, value: Any) -> bool:
        """Whether a value of the right type and with a meaning is offered."""
        if not isinstance(value, self.types):
            return False
        meaning = _MEANINGS.get(self.name)
        try:
            if meaning and isinstance(value, str):
                meaning(value)
        except ValueError:
            return False
        return True


def columns_of(connection: sqlite3.Connection, table: str) -> list[Column]:
    """The columns of a table in their order."""
    return [
        Column(
            row["name"],
            _PYTHON_TYPES[row["type"]] + (() if row["notnull"] or row["pk"] else (type(None),)),
            row["pk"] > 0,
        )
        for row in connection.execute(f"PRAGMA table_info({table})")
    ]


def problem_with(row: Any, columns: Sequence[Column]) -> str | None:
    """Why a row from outside cannot be stored; None when it can."""
    names = {column.name for column in columns}
    if not isinstance(row, dict) or row.keys() != names:
        return f"it should have {', '.join(sorted(names))}"
    return next((f"{c.name} is {row[c.name]!r}" for c in columns if not c.accepts(row[c.name])), None)


def insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row whose columns have been checked."""
    places = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)
