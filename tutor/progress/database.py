"""The open progress file: transactions, errors in words, and going on in memory when the file fails.

Write-ahead logging with full synchronisation: what `write` has returned from is on the disk, and a reader never waits
for a writer. Several tutors may use one file at the same time.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

from tutor.progress.errors import ProgressError, explained, is_trouble_with_the_file
from tutor.progress.schema import MIGRATIONS, migrate, version_of
from tutor.progress.tables import TABLES, columns_of, insert, problem_with

T = TypeVar("T")
Row: TypeAlias = sqlite3.Row
Parameters: TypeAlias = Sequence[object] | Mapping[str, object]

BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""


class Database:
    """A connection to the progress file, or to memory when `path` is None. Safe to use from several threads.

    With `carry_on`, a failing file is replaced by memory (holding whatever could still be read) and `warning` says
    so; without it every failure is a ProgressError.
    """

    def __init__(self, path: Path | None, *, carry_on: bool = False, migrations: Sequence[str] = MIGRATIONS) -> None:
        self.path = path
        self.warning: str | None = None
        self._carry_on = carry_on
        self._migrations = migrations
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = _opened(path, migrations)
        except ProgressError as error:
            self._replace_by_memory(error)

    def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """The rows of a query."""
        return self._guarded(lambda connection: connection.execute(sql, parameters).fetchall())

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, None when there is none."""
        rows = self.read(sql, parameters)
        return rows[0] if rows else None

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction and return its result once it is stored.

        `work` may run a second time, in memory.
        """
        return self._guarded(lambda connection: _in_transaction(connection, work))

    def snapshot(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read several things as they are at one moment, whatever other programs write meanwhile."""
        return self._guarded(lambda connection: _in_transaction(connection, work, begin="BEGIN"))

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """One changing statement as a transaction of its own; the number of rows it changed."""
        return self.write(lambda connection: connection.execute(sql, parameters).rowcount)

    def close(self) -> None:
        """Close the file. Closing twice is allowed; using it afterwards is a ProgressError."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                return work(self._open())
            except sqlite3.Error as error:
                failure = explained(error, self.path)
                if not is_trouble_with_the_file(error):
                    raise failure from error
                self._replace_by_memory(failure)
                return work(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ProgressError("The progress file has been closed.", "Open it again to use it.")
        return self._connection

    def _replace_by_memory(self, error: ProgressError) -> None:
        """Go on without the file, or raise `error` where that is not wanted or has been done already."""
        if not self._carry_on or self.path is None:
            raise error
        memory = _opened(None, self._migrations)
        _rescue(self._connection, self.path, memory, self._migrations)
        if self._connection is not None:
            self._connection.close()
        self._connection = memory
        self.path = None
        self.warning = f"{error} Until then your progress is kept in memory only: export it before you quit to keep what you do now."


def _opened(path: Path | None, migrations: Sequence[str]) -> sqlite3.Connection:
    """A connection with its tables in place. ProgressError when the file cannot be used."""
    connection: sqlite3.Connection | None = None
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path or ":memory:")
        migrate(connection, migrations)
    except (sqlite3.Error, OSError, ProgressError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, ProgressError):
            raise
        raise explained(error, path) from error
    return connection


def _connect(target: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(target, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(
            "PRAGMA journal_mode = WAL"
        )  # where the file system cannot, SQLite keeps its older, safe way
        connection.execute("PRAGMA synchronous = FULL")
        _check(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Find damage at the start rather than in the middle of a lesson."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        error = sqlite3.DatabaseError(found)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error


def _in_transaction(
    connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T], begin: str = "BEGIN IMMEDIATE"
) -> T:
    connection.execute(begin)
    try:
        done = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done


def _rescue(
    connection: sqlite3.Connection | None, path: Path, memory: sqlite3.Connection, migrations: Sequence[str]
) -> None:
    """Copy into memory what the failing file still gives; nothing when it gives nothing."""
    if connection is not None:
        _rescue_from(connection, memory, migrations)
        return
    for options in ("mode=ro", "mode=ro&immutable=1"):  # a folder that may not be written to takes the second
        try:
            source = sqlite3.connect(f"{path.resolve().as_uri()}?{options}", uri=True, timeout=BUSY_SECONDS)
        except (sqlite3.Error, OSError):
            continue
        source.row_factory = sqlite3.Row
        rescued = _rescue_from(source, memory, migrations)
        source.close()
        if rescued:
            return


def _rescue_from(source: sqlite3.Connection, memory: sqlite3.Connection, migrations: Sequence[str]) -> bool:
    """Whether the source could be read at all."""
    try:
        if version_of(source) != len(migrations):
            return False
    except sqlite3.Error:
        return False
    for table in TABLES:
        _rescue_table(source, memory, table)
    return True


def _rescue_table(source: sqlite3.Connection, memory: sqlite3.Connection, table: str) -> None:
    """Copy the rows up to the first damaged one."""
    columns = columns_of(memory, table)
    try:
        for row in source.execute(f"SELECT * FROM {table}"):
            if problem_with(dict(row), columns) is None:
                insert(memory, table, dict(row))
    except sqlite3.Error:
        return  # the rest of this table cannot be read
