"""Stored review cards: which questions are due, and each card's state before and after an answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tutor.progress.database import Database, Row
from tutor.progress.times import Clock, read_back, stored
from tutor.quiz import Card, end_of_day

_COLUMNS = (
    "question_id", "version", "stability", "difficulty", "due", "last_review", "reviews", "lapses", "updated_at",
)  # fmt: skip


class CardProgress:
    """The review cards, by question id."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, question_id: str) -> Card | None:
        """The card of a question; None when it has never been answered."""
        row = self._database.one("SELECT * FROM card WHERE question_id = ?", (question_id,))
        return None if row is None else _card(row)

    def all(self) -> list[Card]:
        """Every card, the most overdue first."""
        return [_card(row) for row in self._database.read("SELECT * FROM card ORDER BY due, question_id")]

    def due(self, versions: Mapping[str, int]) -> list[str]:
        """The questions to review today, the most overdue first.

        `versions` maps the ids of the course's questions to their versions: other cards are left out, and a question
        that has changed since it was last answered is due whatever its card says.
        """
        until = end_of_day(self._clock())
        cards = [card for card in self.all() if card.question_id in versions]
        return [card.question_id for card in cards if card.due <= until or card.version != versions[card.question_id]]

    def next_due(self, question_ids: Iterable[str]) -> datetime | None:
        """When the first of these questions falls due; None when none of them has a card."""
        wanted = set(question_ids)
        return min((card.due for card in self.all() if card.question_id in wanted), default=None)


def card_row(connection: sqlite3.Connection, question_id: str) -> str | None:
    """The stored card as JSON, to put back later with `restore_card`."""
    row = connection.execute("SELECT * FROM card WHERE question_id = ?", (question_id,)).fetchone()
    return None if row is None else json.dumps(dict(row))


def restore_card(connection: sqlite3.Connection, question_id: str, row: str | None, now: datetime) -> None:
    """Make the card what `card_row` returned."""
    connection.execute("DELETE FROM card WHERE question_id = ?", (question_id,))
    if row is not None:
        _insert(connection, {**json.loads(row), "updated_at": stored(now)})


def load_card(connection: sqlite3.Connection, question_id: str) -> Card | None:
    """The card of a question, read inside a transaction."""
    row = connection.execute("SELECT * FROM card WHERE question_id = ?", (question_id,)).fetchone()
    return None if row is None else _card(row)


def save_card(connection: sqlite3.Connection, card: Card, now: datetime) -> None:
    """Store a card in place of the one before."""
    values = {column: getattr(card, column, None) for column in _COLUMNS}
    moments = {"due": stored(card.due), "last_review": stored(card.last_review), "updated_at": stored(now)}
    _insert(connection, {**values, **moments})


def _insert(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    places = ", ".join(f":{column}" for column in _COLUMNS)
    connection.execute(f"INSERT OR REPLACE INTO card ({', '.join(_COLUMNS)}) VALUES ({places})", values)


def _card(row: Row) -> Card:
    return Card(
        question_id=row["question_id"],
        version=row["version"],
        stability=row["stability"],
        difficulty=row["difficulty"],
        due=read_back(row["due"]),
        last_review=read_back(row["last_review"]),
        reviews=row["reviews"],
        lapses=row["lapses"],
    )
