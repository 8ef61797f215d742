"""The tables as exporting, merging and resetting see them: any table, its columns and what identifies a row."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

TABLES = ("setting", "lesson", "page", "quiz_session", "answer", "card", "attempt", "check_result")
"""Every table. Each has a column `updated_at`, which says which of two rows for the same thing is the newer."""

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (int, float)}


@dataclass(frozen=True)
class Column:
    """A column: its name, the types a value may have, and whether it is part of the key."""

    name: str
    types: tuple[type, ...]
    key: bool

    def accepts(self, value: Any) -> bool:
        """Whether a value may be stored in it."""
        return isinstance(value, self.types)


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


def insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row whose columns have been checked."""
    places = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)
