"""Quiz sessions that are stored as they happen, so that one can be left, or cut off, at any moment and gone on with
later.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tutor.progress.database import Database, Row
from tutor.progress.recorded import RecordedSession
from tutor.progress.schema import new_id
from tutor.progress.times import Clock, read_back, stored
from tutor.quiz import QuestionBank, Session, SessionKind, SessionState


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as it was given. `correct` is None while a recall answer has not been rated."""

    question_id: str
    version: int
    chosen: tuple[int, ...]
    text: str
    correct: bool | None
    rating: str | None
    at: datetime


class QuizProgress:
    """Sessions and answers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def start(self, bank: QuestionBank, state: SessionState) -> RecordedSession:
        """Begin the session planned in `state`. An unfinished one of the same kind and scope is put aside."""
        session_id, now = new_id(), stored(self._clock())

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE quiz_session SET finished_at = ?, updated_at = ? "
                "WHERE kind = ? AND scope = ? AND finished_at IS NULL",
                (now, now, state.kind, state.scope),
            )
            connection.execute(
                "INSERT INTO quiz_session (session_id, kind, scope, state, started_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (session_id, state.kind, state.scope, json.dumps(state.to_json()), now, now),
            )

        self._database.write(work)
        return RecordedSession(self._database, self._clock, session_id, bank, Session(bank, state))

    def resume(self, bank: QuestionBank, kind: SessionKind, scope: str = "") -> RecordedSession | None:
        """The unfinished session of this kind (and lesson, for a lesson quiz), where it was left.

        None when there is none, or nothing in it is left to do.
        """
        row = self._unfinished(kind, scope)
        try:
            session = Session(bank, SessionState.from_json(json.loads(row["state"]))) if row else None
        except ValueError:  # what was stored makes no sense: its answers are kept, the session is not
            session = None
        if row is None or session is None or session.current is None:
            return None
        return RecordedSession(self._database, self._clock, row["session_id"], bank, session)

    def last_answers(self) -> Mapping[str, GivenAnswer]:
        """The latest answer to each question, by question id."""
        return {
            row["question_id"]: _answer(row) for row in self._database.read(_ANSWERS)
        }  # a later row replaces an earlier

    def answers_to(self, question_id: str) -> list[GivenAnswer]:
        """All answers to a question that were not taken back, the earliest first."""
        rows = self._database.read(
            "SELECT * FROM answer WHERE question_id = ? AND NOT undone ORDER BY answered_at", (question_id,)
        )
        return [_answer(row) for row in rows]

    def _unfinished(self, kind: SessionKind, scope: str) -> Row | None:
        return self._database.one(
            "SELECT * FROM quiz_session WHERE kind = ? AND scope = ? AND finished_at IS NULL "
            "ORDER BY started_at DESC LIMIT 1",
            (kind, scope),
        )


_ANSWERS = "SELECT * FROM answer WHERE NOT undone ORDER BY answered_at"


def _answer(row: Row) -> GivenAnswer:
    return GivenAnswer(
        question_id=row["question_id"],
        version=row["version"],
        chosen=tuple(json.loads(row["chosen"])),
        text=row["text"],
        correct=None if row["correct"] is None else bool(row["correct"]),
        rating=row["rating"],
        at=read_back(row["answered_at"]),
    )
