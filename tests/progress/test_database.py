"""The file under bad conditions: killed programs, other programs, damage, no space, other versions."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.quiz.samples import sample_bank
from tutor.progress import Progress, ProgressError, open_progress, progress_in_memory
from tutor.progress.database import Database
from tutor.progress.schema import MIGRATIONS, migrate
from tutor.quiz import SessionKind, lesson_quiz

BANK = sample_bank()
REPOSITORY = Path(__file__).parents[2]

ANSWER_AND_DIE = """
import os, signal, sys
from pathlib import Path
from tests.quiz.samples import sample_bank
from tutor.progress import open_progress
from tutor.quiz import lesson_quiz
bank = sample_bank()
session = open_progress(Path(sys.argv[1]), carry_on=False).quizzes.start(bank, lesson_quiz(bank, "services", 1))
session.answer([0]); session.answer([1]); session.skip()
os.kill(os.getpid(), signal.SIGKILL)
"""

WRITE_PAGES = """
import sys
from pathlib import Path
from tutor.progress import open_progress
with open_progress(Path(sys.argv[1]), carry_on=False) as progress:
    for number in range(25):
        progress.lessons.mark_read(sys.argv[2], 1, f"page-{number}")
"""


def python(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=environment, stderr=subprocess.PIPE)


def test_a_killed_program_has_lost_nothing(file: Path) -> None:
    process = python(ANSWER_AND_DIE, str(file))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors.decode()
    with open_progress(file, carry_on=False) as progress:
        assert len(progress.quizzes.last_answers()) == 2
        resumed = progress.quizzes.resume(BANK, SessionKind.LESSON, "services")
        assert resumed is not None
        assert len(resumed.session.state.actions) == 3


def test_several_programs_can_start_and_write_at_once(file: Path) -> None:
    processes = [python(WRITE_PAGES, str(file), f"lesson-{number}") for number in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    with open_progress(file, carry_on=False) as progress:
        assert all(len(progress.lessons.pages_read(f"lesson-{number}")) == 25 for number in range(3))


def test_several_threads_can_write_at_once(progress: Progress) -> None:
    def work(name: str) -> None:
        for number in range(20):
            progress.lessons.mark_read(name, 1, f"page-{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [len(progress.lessons.pages_read(name)) for name in ("a", "b", "c")] == [20, 20, 20]


def garbage(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"this is not a database " * 100)


def damaged_page(file: Path) -> None:
    with open_progress(file, carry_on=False) as progress:
        for number in range(200):
            progress.lessons.mark_read("services", 1, f"page-{number}")
    data = bytearray(file.read_bytes())
    data[4096 : len(data) - 4096] = b"\x55" * (len(data) - 8192)
    file.write_bytes(bytes(data))


def a_folder(file: Path) -> None:
    file.mkdir(parents=True)


def later_version(file: Path) -> None:
    open_progress(file, carry_on=False).close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


UNUSABLE = [
    pytest.param(garbage, "damaged", id="garbage"),
    pytest.param(damaged_page, "damaged", id="damaged page"),
    pytest.param(a_folder, "cannot be opened", id="a folder"),
    pytest.param(later_version, "later version", id="later version"),
]


@pytest.mark.parametrize(("make", "message"), UNUSABLE)
def test_an_unusable_file_is_an_error_that_says_what_to_do(
    file: Path, make: Callable[[Path], None], message: str
) -> None:
    make(file)
    with pytest.raises(ProgressError, match=message) as caught:
        open_progress(file, carry_on=False)
    assert caught.value.remedy


@pytest.mark.parametrize(("make", "message"), UNUSABLE)
def test_with_an_unusable_file_the_tutor_goes_on_in_memory(
    file: Path, tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    make(file)
    before = file.read_bytes() if file.is_file() else None
    with open_progress(file) as progress:
        assert progress.warning is not None
        assert message in progress.warning
        assert "memory" in progress.warning
        progress.lessons.visit("services", 1, "a")
        assert progress.lessons.last() is not None
        progress.exercises.start("fix", 1, "simulated")
        progress.export(tmp_path / "rescued.json")
    assert (file.read_bytes() if file.is_file() else None) == before
    assert (tmp_path / "rescued.json").is_file()


def test_a_parent_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(ProgressError, match="cannot be opened") as caught:
        open_progress(tmp_path / "kept" / "progress.db", carry_on=False)
    assert "K8S_TUTOR_HOME" in caught.value.remedy


LIMITS = [
    pytest.param("PRAGMA query_only = ON", "may not be written to", id="read-only"),
    pytest.param("PRAGMA max_page_count = 1", "the disk is full", id="full disk"),
]


def limited(file: Path, pragma: str, *, carry_on: bool) -> Progress:
    """Progress whose file starts to refuse writes after something has been kept."""
    database = Database(file, carry_on=carry_on)
    progress = Progress(database)
    progress.lessons.visit("services", 1, "a")
    assert database.warning is None
    database.read(pragma)
    return progress


def write_much(progress: Progress) -> None:
    for number in range(300):
        progress.lessons.mark_read("services", 1, f"page-{number}")


@pytest.mark.parametrize(("pragma", "message"), LIMITS)
def test_a_file_that_cannot_be_written_any_more_is_an_error(file: Path, pragma: str, message: str) -> None:
    with limited(file, pragma, carry_on=False) as progress, pytest.raises(ProgressError, match=message):
        write_much(progress)


@pytest.mark.parametrize(("pragma", "message"), LIMITS)
def test_when_the_file_fails_later_nothing_done_so_far_is_lost(file: Path, pragma: str, message: str) -> None:
    with limited(file, pragma, carry_on=True) as progress:
        write_much(progress)
        assert progress.warning is not None
        assert message in progress.warning
        assert progress.path is None
        assert len(progress.lessons.pages_read("services")) == 300
        assert progress.lessons.position("services") is not None


def test_a_session_goes_on_when_the_file_fails_under_it(file: Path) -> None:
    with limited(file, "PRAGMA query_only = ON", carry_on=True) as progress:
        session = progress.quizzes.start(BANK, lesson_quiz(BANK, "services", 1))
        session.answer([0])
        assert progress.warning is not None
        assert len(progress.quizzes.last_answers()) == 1


def test_a_program_that_holds_the_file_is_named_after_a_bounded_wait(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.progress.database.BUSY_SECONDS", 0.05)
    with open_progress(file, carry_on=False) as progress:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProgressError, match="held by another program"):
            progress.lessons.visit("services", 1, "a")
        holder.execute("ROLLBACK")
        holder.close()
        progress.lessons.visit("services", 1, "a")


def test_a_failing_transaction_leaves_nothing_behind(file: Path) -> None:
    database = Database(file)

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO setting VALUES ('a', '1', 'now')")
        mistakes: dict[str, str] = {}
        connection.execute("INSERT INTO setting VALUES ('b', ?, 'now')", (mistakes["of the program"],))

    with pytest.raises(KeyError):
        database.write(work)
    assert database.read("SELECT * FROM setting") == []
    database.close()


def test_a_mistake_in_a_statement_is_not_blamed_on_the_file(file: Path) -> None:
    database = Database(file, carry_on=True)
    with pytest.raises(ProgressError, match="no such table"):
        database.execute("INSERT INTO no_such_table VALUES (1)")
    assert (database.path, database.warning) == (file, None)
    database.close()


def test_memory_needs_no_file() -> None:
    with progress_in_memory() as progress:
        progress.lessons.visit("services", 1, "a")
        assert progress.path is None
        assert progress.warning is None


def test_what_can_still_be_read_of_a_damaged_file_is_rescued(file: Path) -> None:
    with open_progress(file, carry_on=False) as progress:
        progress.lessons.visit("services", 1, "a")
        progress.exercises.start("fix", 1, "simulated")
    connection = sqlite3.connect(file)
    place = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'lesson'").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    data = bytearray(file.read_bytes())
    data[(place - 1) * size : place * size] = b"\x55" * size
    file.write_bytes(bytes(data))
    with open_progress(file) as progress:
        assert progress.warning is not None
        assert progress.lessons.position("services") is None
        assert progress.exercises.unfinished("fix") is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only files")
@pytest.mark.parametrize("folder", [0o555, 0o755])
def test_a_read_only_file_is_read_and_the_tutor_goes_on_in_memory(file: Path, folder: int) -> None:
    with open_progress(file, carry_on=False) as progress:
        progress.lessons.visit("services", 1, "a")
    file.chmod(0o444)
    file.parent.chmod(folder)
    with pytest.raises(ProgressError, match="may not be written to"):
        open_progress(file, carry_on=False)
    with open_progress(file) as progress:
        assert progress.warning is not None
        assert progress.lessons.last() is not None
    file.parent.chmod(0o755)


LATER = (*MIGRATIONS, "ALTER TABLE lesson ADD COLUMN note TEXT NOT NULL DEFAULT 'none';\n")
BROKEN = (*MIGRATIONS, "CREATE TABLE extra (id TEXT);\nINSERT INTO no_such_table VALUES (1);\n")


def test_a_file_of_an_earlier_version_is_migrated_with_its_rows(file: Path) -> None:
    with open_progress(file, carry_on=False) as progress:
        progress.lessons.visit("services", 1, "a")
    database = Database(file, migrations=LATER)
    row = database.one("SELECT * FROM lesson")
    database.close()
    assert row is not None
    assert (row["page_id"], row["note"]) == ("a", "none")


def test_a_migration_that_fails_changes_nothing(file: Path) -> None:
    with open_progress(file, carry_on=False) as progress:
        progress.lessons.visit("services", 1, "a")
    with pytest.raises(ProgressError, match="cannot be used"):
        Database(file, migrations=BROKEN)
    database = Database(file, migrations=LATER)
    assert database.read("SELECT * FROM sqlite_master WHERE name = 'extra'") == []
    database.close()


class _InterruptedAfterCommit(sqlite3.Connection):
    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        done = super().execute(sql, *arguments)
        if sql == "COMMIT":
            raise KeyboardInterrupt
        return done


def test_ctrl_c_right_after_the_tables_were_made_is_not_taken_for_a_broken_file() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=_InterruptedAfterCommit)
    with pytest.raises(KeyboardInterrupt):
        migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_what_to_do_about_a_damaged_file_names_a_command_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(ProgressError, match=r"k8s-tutor progress --import FILE"):
        open_progress(path, carry_on=False)
