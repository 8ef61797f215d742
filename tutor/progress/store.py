"""The learner's progress as one object: what the screens and the command line open, ask and tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from tutor.progress.cards import CardProgress
from tutor.progress.database import Database
from tutor.progress.exercises import ExerciseProgress
from tutor.progress.lessons import LessonProgress
from tutor.progress.location import progress_file
from tutor.progress.quizzes import QuizProgress
from tutor.progress.report import report_data, report_lines
from tutor.progress.reset import reset_all, reset_lesson
from tutor.progress.settings import Settings
from tutor.progress.summary import LessonContents, Summary, summarise
from tutor.progress.times import Clock, local_now
from tutor.progress.transfer import Imported, export_file, import_file


class Progress:
    """Everything the learner did, by subject.

    Open it with `open_progress`; use it from any thread; close it at the end.
    """

    def __init__(self, database: Database, clock: Clock = local_now) -> None:
        self._database = database
        self._clock = clock
        self.lessons = LessonProgress(database, clock)
        self.quizzes = QuizProgress(database, clock)
        self.cards = CardProgress(database, clock)
        self.exercises = ExerciseProgress(database, clock)
        self.settings = Settings(database, clock)

    @property
    def warning(self) -> str | None:
        """Why progress is kept in memory only, in words for the learner; None while all is well.

        Show it while it is not None.
        """
        return self._database.warning

    @property
    def path(self) -> Path | None:
        """The file, or None for memory."""
        return self._database.path

    def summary(self, course: Iterable[LessonContents]) -> Summary:
        """What the home screen shows."""
        return summarise(self._database, self.lessons, self.cards, course)

    def report(self, course: Iterable[LessonContents]) -> dict[str, Any]:
        """Progress in full, in a form `json.dumps` accepts."""
        return report_data(self._database, self.summary(course), self._clock())

    def report_lines(self, course: Iterable[LessonContents], columns: int | None = None) -> list[str]:
        """Progress as lines of plain text, shortened to fit so many columns."""
        return report_lines(self.report(course), columns)

    def export(self, path: Path) -> None:
        """Write everything to a JSON file, replacing one that is there. ProgressError when it cannot be written."""
        export_file(self._database, path, self._clock())

    def import_from(self, path: Path, *, replace: bool = False) -> Imported:
        """Take in an exported file: all of it or, on ProgressError, nothing.

        Without `replace` it is merged: events of both are kept, and of two states of the same thing the newer one.
        """
        return import_file(self._database, path, replace=replace)

    def reset(self) -> None:
        """Forget everything. Ask the learner first, and offer an export."""
        self._database.write(reset_all)

    def reset_lesson(self, lesson: LessonContents) -> None:
        """Forget what was done in one lesson: pages, answers, cards and exercises. Ask the learner first."""

        def work(connection: sqlite3.Connection) -> None:
            reset_lesson(connection, lesson)

        self._database.write(work)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_progress(path: Path | None = None, *, clock: Clock = local_now, carry_on: bool = True) -> Progress:
    """Open the progress file (`path`, else the usual one), making it if need be.

    A file that cannot be used, now or later, is a ProgressError with `carry_on=False`. Otherwise the tutor goes on in
    memory with what could still be read, and `Progress.warning` says so.
    """
    return Progress(Database(path or progress_file(), carry_on=carry_on), clock)


def progress_in_memory(clock: Clock = local_now) -> Progress:
    """Progress that is gone when the program ends, for trying things out."""
    return Progress(Database(None), clock)
