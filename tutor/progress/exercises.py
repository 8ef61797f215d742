"""Attempts at exercises: how far each got, how each check stood last, and how much help was used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tutor.progress.database import Database, Row
from tutor.progress.errors import ProgressError
from tutor.progress.schema import new_id
from tutor.progress.times import Clock, read_back, stored


@dataclass(frozen=True)
class CheckRecord:
    """How a check stood when it was last looked at: the grader's verdict in one word, and what was found."""

    check_id: str
    verdict: str
    found: str = ""


@dataclass(frozen=True)
class Attempt:
    """One attempt at an exercise.

    `cluster` names the kind of cluster it was on; `ended_at` is set once it was left for good.
    """

    id: str
    exercise_id: str
    version: int
    cluster: str
    started_at: datetime
    passed_at: datetime | None
    ended_at: datetime | None
    hints: int
    resets: int
    solution_shown: bool
    checks: tuple[CheckRecord, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check passed at some moment of the attempt."""
        return self.passed_at is not None


class ExerciseProgress:
    """Attempts, by exercise id. Methods taking an attempt's id raise ProgressError when there is no such attempt."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def start(self, exercise_id: str, version: int, cluster: str) -> Attempt:
        """Begin an attempt; one still open at the same exercise is ended."""
        attempt_id, now = new_id(), stored(self._clock())

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE attempt SET ended_at = ?, updated_at = ? WHERE exercise_id = ? AND ended_at IS NULL",
                (now, now, exercise_id),
            )
            connection.execute(
                "INSERT INTO attempt (attempt_id, exercise_id, version, cluster, started_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (attempt_id, exercise_id, version, cluster, now, now),
            )

        self._database.write(work)
        return self.attempt(attempt_id)

    def attempt(self, attempt_id: str) -> Attempt:
        """An attempt as it stands."""
        row = self._database.one("SELECT * FROM attempt WHERE attempt_id = ?", (attempt_id,))
        if row is None:
            raise _unknown(attempt_id)
        return self._attempt(row)

    def unfinished(self, exercise_id: str) -> Attempt | None:
        """The attempt that was begun and neither passed nor ended."""
        row = self._database.one(
            "SELECT * FROM attempt WHERE exercise_id = ? AND ended_at IS NULL AND passed_at IS NULL "
            "ORDER BY started_at DESC LIMIT 1",
            (exercise_id,),
        )
        return None if row is None else self._attempt(row)

    def history(self, exercise_id: str) -> list[Attempt]:
        """All attempts at an exercise, the latest first."""
        rows = self._database.read(
            "SELECT * FROM attempt WHERE exercise_id = ? ORDER BY started_at DESC", (exercise_id,)
        )
        return [self._attempt(row) for row in rows]

    def note_hint(self, attempt_id: str) -> None:
        """One more hint was shown."""
        self._change(attempt_id, "hints = hints + 1")

    def note_reset(self, attempt_id: str) -> None:
        """The exercise was set back to its start."""
        self._change(attempt_id, "resets = resets + 1")

    def note_solution(self, attempt_id: str) -> None:
        """The solution was revealed."""
        self._change(attempt_id, "solution_shown = 1")

    def note_checks(self, attempt_id: str, checks: Iterable[CheckRecord]) -> None:
        """How the checks stand now; replaces what was noted for the same checks before."""
        now = stored(self._clock())
        rows = [(attempt_id, check.check_id, check.verdict, check.found, now) for check in checks]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO check_result VALUES (?, ?, ?, ?, ?)", rows)
            changed = connection.execute(
                "UPDATE attempt SET updated_at = ? WHERE attempt_id = ?", (now, attempt_id)
            ).rowcount
            if not changed:
                raise _unknown(attempt_id)

        self._database.write(work)

    def passed(self, attempt_id: str) -> None:
        """Every check passed. The first time counts."""
        self._change(attempt_id, "passed_at = coalesce(passed_at, :now)")

    def ended(self, attempt_id: str) -> None:
        """The attempt was given up or left after passing; it is not offered to be continued."""
        self._change(attempt_id, "ended_at = :now")

    def _change(self, attempt_id: str, assignment: str) -> None:
        now = stored(self._clock())
        sql = f"UPDATE attempt SET {assignment}, updated_at = :now WHERE attempt_id = :id"

        def work(connection: sqlite3.Connection) -> None:
            if not connection.execute(sql, {"now": now, "id": attempt_id}).rowcount:
                raise _unknown(attempt_id)

        self._database.write(work)

    def _attempt(self, row: Row) -> Attempt:
        checks = self._database.read(
            "SELECT * FROM check_result WHERE attempt_id = ? ORDER BY check_id", (row["attempt_id"],)
        )
        return Attempt(
            id=row["attempt_id"],
            exercise_id=row["exercise_id"],
            version=row["version"],
            cluster=row["cluster"],
            started_at=read_back(row["started_at"]),
            passed_at=_moment(row["passed_at"]),
            ended_at=_moment(row["ended_at"]),
            hints=row["hints"],
            resets=row["resets"],
            solution_shown=bool(row["solution_shown"]),
            checks=tuple(CheckRecord(check["check_id"], check["verdict"], check["found"]) for check in checks),
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else read_back(text)


def _unknown(attempt_id: str) -> ProgressError:
    return ProgressError(f"There is no exercise attempt {attempt_id}.", "Start the exercise again.")
