"""Taking progress to another machine: a JSON file with everything in it, and merging one in."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tutor.progress.database import Database
from tutor.progress.errors import ProgressError
from tutor.progress.reset import reset_all
from tutor.progress.schema import MIGRATIONS, migrate, version_of
from tutor.progress.tables import TABLES, columns_of, insert, problem_with
from tutor.progress.times import stored

FORMAT = "k8s-tutor progress"

Row = dict[str, Any]


@dataclass(frozen=True)
class Imported:
    """How many rows of the file were new, newer than what was there, and not needed because what was there is as new."""

    added: int
    updated: int
    kept: int


def export_file(database: Database, path: Path, now: datetime) -> None:
    """Write every row to a JSON file.

    It is complete under its name or not there at all; ProgressError when it cannot be written.
    """

    def rows(connection: sqlite3.Connection) -> Row:
        tables = {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in TABLES}
        return {"format": FORMAT, "version": version_of(connection), "exported_at": stored(now), "tables": tables}

    text = json.dumps(database.snapshot(rows), indent=1, ensure_ascii=False) + "\n"
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ProgressError(
            f"{path} cannot be written: {error.strerror or error}.", "Choose a folder you may write to."
        ) from error


def import_file(database: Database, path: Path, *, replace: bool) -> Imported:
    """Take in an exported file, all or nothing. ProgressError says what is wrong with the file."""
    staged = _staged(_read(path), path)

    def work(connection: sqlite3.Connection) -> Imported:
        if replace:
            reset_all(connection)
        return _merge(connection, staged)

    return database.write(work)


def _read(path: Path) -> Row:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProgressError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    except ValueError as error:
        raise _unusable(path, f"is not JSON ({error})") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _unusable(path, "is not an export of this tutor's progress")
    version, tables = data.get("version"), data.get("tables")
    if not isinstance(version, int) or version < 1 or not isinstance(tables, dict):
        raise _unusable(path, "is an incomplete export")
    if version > len(MIGRATIONS):
        raise ProgressError(
            f"{path} was exported by a later version of the tutor.", "Update the tutor, then import it."
        )
    return data


def _staged(data: Row, path: Path) -> dict[str, list[Row]]:
    """The rows of the file, checked, and brought to today's tables by way of a database in memory."""
    staging = sqlite3.connect(":memory:", isolation_level=None)
    staging.row_factory = sqlite3.Row
    try:
        migrate(staging, MIGRATIONS[: data["version"]])
        for table, rows in data["tables"].items():
            _stage_table(staging, table, rows, path)
        migrate(staging)
        return {table: [dict(row) for row in staging.execute(f"SELECT * FROM {table}")] for table in TABLES}
    except sqlite3.Error as error:
        raise _unusable(path, f"holds rows that contradict each other ({error})") from error
    finally:
        staging.close()


def _stage_table(staging: sqlite3.Connection, table: str, rows: Any, path: Path) -> None:
    columns = columns_of(staging, table) if table in TABLES else []
    if not columns or not isinstance(rows, list):
        raise _unusable(path, f"has an unknown part, {table!r}")
    for number, row in enumerate(rows, start=1):
        problem = problem_with(row, columns)
        if problem:
            raise _unusable(path, f"has a row that cannot be used: {table}, row {number}: {problem}")
        insert(staging, table, row)


def _merge(connection: sqlite3.Connection, staged: dict[str, list[Row]]) -> Imported:
    outcomes = [_merge_row(connection, table, row) for table, rows in staged.items() for row in rows]
    return Imported(*(outcomes.count(outcome) for outcome in ("added", "updated", "kept")))


def _merge_row(connection: sqlite3.Connection, table: str, row: Row) -> str:
    key = [column.name for column in columns_of(connection, table) if column.key]
    where = " AND ".join(f"{name} = :{name}" for name in key)
    present = connection.execute(f"SELECT updated_at FROM {table} WHERE {where}", row).fetchone()
    if present is not None and present["updated_at"] >= row["updated_at"]:
        return "kept"
    connection.execute(f"DELETE FROM {table} WHERE {where}", row)
    insert(connection, table, row)
    return "updated" if present is not None else "added"


def _unusable(path: Path, why: str) -> ProgressError:
    return ProgressError(f"{path} {why}.", "Nothing was imported. Export again from the other tutor and try once more.")
