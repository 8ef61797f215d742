"""Forgetting, when the learner asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tutor.progress.summary import LessonContents
from tutor.progress.tables import TABLES


def reset_all(connection: sqlite3.Connection) -> None:
    """Empty every table."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")


def reset_lesson(connection: sqlite3.Connection, lesson: LessonContents) -> None:
    """Forget the pages, answers, cards, quiz and exercise attempts of one lesson. An open review goes on."""
    for table in ("lesson", "page"):
        connection.execute(f"DELETE FROM {table} WHERE lesson_id = ?", (lesson.id,))
    connection.execute("DELETE FROM quiz_session WHERE kind = 'lesson' AND scope = ?", (lesson.id,))
    for table in ("answer", "card"):
        _delete(connection, f"DELETE FROM {table} WHERE question_id = ?", lesson.questions)
    of_attempt = "(SELECT attempt_id FROM attempt WHERE exercise_id = ?)"
    _delete(connection, f"DELETE FROM check_result WHERE attempt_id IN {of_attempt}", lesson.exercises)
    _delete(connection, "DELETE FROM attempt WHERE exercise_id = ?", lesson.exercises)


def _delete(connection: sqlite3.Connection, sql: str, ids: Iterable[str]) -> None:
    connection.executemany(sql, [(value,) for value in ids])
