"""The tables progress is kept in, and how a file of an earlier version becomes one of this version.

Rows carry ids that are unique in the world (see `new_id`), so that two files can be merged. Times are UTC text of
fixed width, so that comparing text compares times. Ids of lessons, pages, questions and exercises are those of the
lesson pack; `version` is the pack's too.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence

from tutor.progress.errors import ProgressError

_VERSION_1 = """
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,                -- JSON
    updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE lesson (
    lesson_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    page_id TEXT NOT NULL,              -- where the learner is
    updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE page (
    lesson_id TEXT NOT NULL,
    page_id TEXT NOT NULL,
    version INTEGER NOT NULL,           -- of the lesson, when the page was last read
    updated_at TEXT NOT NULL,
    PRIMARY KEY (lesson_id, page_id)
) WITHOUT ROWID;
CREATE TABLE quiz_session (
    session_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,                -- JSON, tutor.quiz.SessionState
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    finished_at TEXT
) WITHOUT ROWID;
CREATE TABLE answer (
    answer_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    question_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    chosen TEXT NOT NULL,               -- JSON list of the options' places in the author's order
    text TEXT NOT NULL,                 -- what was written for a recall question
    correct INTEGER,                    -- null while a recall answer has not been rated
    rating TEXT,
    card_before TEXT,                   -- JSON row of the card before this answer, null for none; undoing puts it back
    answered_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX answer_by_question ON answer (question_id, answered_at);
CREATE TABLE card (
    question_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    due TEXT NOT NULL,
    last_review TEXT NOT NULL,
    reviews INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE attempt (
    attempt_id TEXT PRIMARY KEY,
    exercise_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    cluster TEXT NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    passed_at TEXT,
    ended_at TEXT,
    hints INTEGER NOT NULL DEFAULT 0,
    resets INTEGER NOT NULL DEFAULT 0,
    solution_shown INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX attempt_by_exercise ON attempt (exercise_id, started_at);
CREATE TABLE check_result (
    attempt_id TEXT NOT NULL,
    check_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    found TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (attempt_id, check_id)
) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1,)
"""Scripts in order; the first N of them have been run on a file whose `user_version` is N.

Never change one that was released.
"""


def new_id() -> str:
    """An id no other file has."""
    return uuid.uuid4().hex


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the tables up to date, all or nothing.

    ProgressError when the file is of a later version; sqlite3.Error as it comes.
    """
    connection.execute(
        "BEGIN IMMEDIATE"
    )  # also finds out whether the file may be written, and lets one process migrate
    try:
        present = version_of(connection)
        if present > len(migrations):
            raise ProgressError(
                f"The progress file was written by a later version of the tutor (its format is {present}, "
                f"this version knows {len(migrations)}).",
                "Update the tutor, or set K8S_TUTOR_HOME to another folder to start afresh.",
            )
        for script in migrations[present:]:
            _run(connection, script)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # ctrl+c can come when it has just been committed
            connection.execute("ROLLBACK")
        raise


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction (`executescript` would commit it first)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
