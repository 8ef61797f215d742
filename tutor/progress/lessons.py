"""Where the learner is in each lesson and which pages have been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tutor.progress.database import Database, Row
from tutor.progress.times import Clock, read_back, stored


@dataclass(frozen=True)
class Position:
    """A page the learner was on, and when. `version` is the lesson's at that time."""

    lesson_id: str
    page_id: str
    version: int
    at: datetime


class LessonProgress:
    """Positions and pages read, by lesson id and page id. A new version of a lesson keeps what was read."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def visit(self, lesson_id: str, version: int, page_id: str) -> None:
        """The learner has gone to a page. It becomes where "continue" leads; it does not count as read yet."""
        self._database.execute(
            "INSERT OR REPLACE INTO lesson (lesson_id, version, page_id, updated_at) VALUES (?, ?, ?, ?)",
            (lesson_id, version, page_id, stored(self._clock())),
        )

    def mark_read(self, lesson_id: str, version: int, page_id: str) -> None:
        """The learner has read a page."""
        self._database.execute(
            "INSERT OR REPLACE INTO page (lesson_id, page_id, version, updated_at) VALUES (?, ?, ?, ?)",
            (lesson_id, page_id, version, stored(self._clock())),
        )

    def position(self, lesson_id: str) -> Position | None:
        """Where the learner was last in a lesson; None when it has not been opened."""
        row = self._database.one("SELECT * FROM lesson WHERE lesson_id = ?", (lesson_id,))
        return None if row is None else _position(row)

    def last(self) -> Position | None:
        """Where the learner was last of all."""
        row = self._database.one("SELECT * FROM lesson ORDER BY updated_at DESC LIMIT 1")
        return None if row is None else _position(row)

    def pages_read(self, lesson_id: str) -> frozenset[str]:
        """Ids of the pages read; they may include pages the lesson no longer has."""
        rows = self._database.read("SELECT page_id FROM page WHERE lesson_id = ?", (lesson_id,))
        return frozenset(row["page_id"] for row in rows)


def _position(row: Row) -> Position:
    return Position(row["lesson_id"], row["page_id"], row["version"], read_back(row["updated_at"]))
