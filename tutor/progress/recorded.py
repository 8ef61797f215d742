"""A quiz session whose every step is on the disk before the next one is possible."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from typing import TypeVar

from tutor.progress.answers import Answering, store_answer, store_verdict, take_back
from tutor.progress.database import Database
from tutor.progress.times import Clock, stored
from tutor.quiz import Action, Coverage, Mark, QuestionBank, Rating, Result, Session, SessionState, Shown, result

T = TypeVar("T")


class RecordedSession:
    """A `Session` that stores the session, the answer and the review card in one transaction at each step.

    When storing fails (ProgressError) the step has not happened, neither here nor in the file, and may be tried again.
    """

    def __init__(self, database: Database, clock: Clock, session_id: str, bank: QuestionBank, session: Session) -> None:
        self.id = session_id
        self._database = database
        self._clock = clock
        self._bank = bank
        self._session = session

    @property
    def session(self) -> Session:
        """The session as it stands, for reading. Change it only through this object."""
        return self._session

    @property
    def current(self) -> Shown | None:
        """The question to show next; None when all have been dealt with."""
        return self._session.current

    def answer(self, chosen: Collection[int]) -> Mark:
        """Answer the current question with options. ValueError says why that is no answer."""
        return self._step(lambda session: session.answer(chosen), self._store_answer)

    def submit(self, text: str) -> Coverage:
        """Answer the current recall question; it is to be rated next."""
        return self._step(lambda session: session.submit(text), self._store_answer)

    def rate(self, rating: Rating) -> None:
        """Rate the recall answer just submitted."""
        self._step(lambda session: session.rate(rating), self._store_rating)

    def skip(self) -> None:
        """Go on without answering the current question."""
        self._step(lambda session: session.skip())

    def flag(self, question_id: str) -> bool:
        """Mark a question, or take the mark off; returns whether it is marked now."""
        return self._step(lambda session: session.flag(question_id))

    def undo(self) -> Action | None:
        """Take back the last answer, rating or skip, and what it did to the review card."""
        actions = self._session.state.actions
        if not actions:
            return None
        last = actions[-1]
        return self._step(
            lambda session: session.undo(),
            lambda connection, _: take_back(connection, self._answering(last.question_id), last.kind),
        )

    def finish(self) -> Result:
        """End the session: it is not offered to be continued. Returns how it went."""
        self._database.execute(
            "UPDATE quiz_session SET finished_at = coalesce(finished_at, :now), updated_at = :now "
            "WHERE session_id = :id",
            {"now": stored(self._clock()), "id": self.id},
        )
        return self.result()

    def result(self) -> Result:
        """How the session has gone so far."""
        return result(self._bank, self._session)

    def _step(
        self, step: Callable[[Session], T], also: Callable[[sqlite3.Connection, SessionState], None] | None = None
    ) -> T:
        """Do a step on a copy, store it, and only then make the copy the session."""
        session = Session(self._bank, self._session.state)
        outcome = step(session)

        def work(connection: sqlite3.Connection) -> None:
            self._store_state(connection, session.state)
            if also is not None:
                also(connection, session.state)

        self._database.write(work)
        self._session = session
        return outcome

    def _store_state(self, connection: sqlite3.Connection, state: SessionState) -> None:
        connection.execute(
            "UPDATE quiz_session SET state = ?, updated_at = ? WHERE session_id = ?",
            (json.dumps(state.to_json()), stored(self._clock()), self.id),
        )

    def _store_answer(self, connection: sqlite3.Connection, state: SessionState) -> None:
        action = state.actions[-1]
        store_answer(connection, self._answering(action.question_id), action)

    def _store_rating(self, connection: sqlite3.Connection, state: SessionState) -> None:
        action = state.actions[-1]
        store_verdict(connection, self._answering(action.question_id), action.rating or Rating.AGAIN)

    def _answering(self, question_id: str) -> Answering:
        return Answering(self.id, question_id, self._bank.question(question_id).version, self._clock())
