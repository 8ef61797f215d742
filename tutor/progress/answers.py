"""Answers in the file: putting one in, rating it, taking it back.

Each function runs inside the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tutor.progress.cards import card_row, load_card, restore_card, save_card
from tutor.progress.schema import new_id
from tutor.progress.times import stored
from tutor.quiz import Action, ActionKind, Rating, review


@dataclass(frozen=True)
class Answering:
    """Who answers what, and when: the session, the question in its version, the moment."""

    session_id: str
    question_id: str
    version: int
    now: datetime


def store_answer(connection: sqlite3.Connection, context: Answering, action: Action) -> None:
    """Keep an answer as given. One that is right or wrong at once also moves the review card."""
    now = stored(context.now)
    connection.execute(
        "INSERT INTO answer (answer_id, session_id, question_id, version, chosen, text, answered_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new_id(),
            context.session_id,
            context.question_id,
            context.version,
            json.dumps(action.chosen),
            action.text,
            now,
            now,
        ),
    )
    if action.correct is not None:
        store_verdict(connection, context, Rating.GOOD if action.correct else Rating.AGAIN)


def store_verdict(connection: sqlite3.Connection, context: Answering, rating: Rating) -> None:
    """Say how the answer standing in this session went, and move the review card."""
    before = card_row(connection, context.question_id)
    connection.execute(
        "UPDATE answer SET correct = ?, rating = ?, card_before = ?, updated_at = ? WHERE answer_id = ?",
        (rating is Rating.GOOD, rating, before, stored(context.now), _standing(connection, context)),
    )
    card = load_card(connection, context.question_id)
    save_card(connection, review(card, context.question_id, context.version, rating, context.now), context.now)


def take_back(connection: sqlite3.Connection, context: Answering, kind: ActionKind) -> None:
    """Undo an answer or a rating of this session. A skip left nothing behind."""
    answer_id = _standing(connection, context)
    if kind is ActionKind.SKIP or answer_id is None:
        return
    _put_card_back(connection, context, answer_id)
    change = "undone = 1" if kind is ActionKind.ANSWER else "correct = NULL, rating = NULL, card_before = NULL"
    connection.execute(
        f"UPDATE answer SET {change}, updated_at = ? WHERE answer_id = ?", (stored(context.now), answer_id)
    )


def _put_card_back(connection: sqlite3.Connection, context: Answering, answer_id: str) -> None:
    """Make the card what it was before the answer, unless the question has been answered elsewhere since."""
    row = connection.execute("SELECT * FROM answer WHERE answer_id = ?", (answer_id,)).fetchone()
    later = connection.execute(
        "SELECT 1 FROM answer WHERE question_id = ? AND answered_at > ? AND NOT undone",
        (context.question_id, row["answered_at"]),
    ).fetchone()
    if row["correct"] is not None and later is None:
        restore_card(connection, context.question_id, row["card_before"], context.now)


def _standing(connection: sqlite3.Connection, context: Answering) -> str | None:
    """The answer to the question that stands in this session."""
    row = connection.execute(
        "SELECT answer_id FROM answer WHERE session_id = ? AND question_id = ? AND NOT undone "
        "ORDER BY answered_at DESC LIMIT 1",
        (context.session_id, context.question_id),
    ).fetchone()
    return None if row is None else str(row["answer_id"])
