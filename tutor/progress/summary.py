"""What the home screen says about the learner's progress, in a few quick queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tutor.progress.cards import CardProgress
from tutor.progress.database import Database
from tutor.progress.lessons import LessonProgress, Position


@dataclass(frozen=True)
class LessonContents:
    """What there is to do in a lesson. `questions` and `exercises` map ids to versions."""

    id: str
    title: str
    version: int
    pages: Sequence[str]
    questions: Mapping[str, int]
    exercises: Mapping[str, int]


@dataclass(frozen=True)
class Tally:
    """So many done of so many there are; `begun` is also true when something was tried without success."""

    done: int
    total: int
    begun: bool

    @property
    def complete(self) -> bool:
        """Whether everything is done (never so where there is nothing to do)."""
        return self.total > 0 and self.done == self.total


@dataclass(frozen=True)
class LessonSummary:
    """A lesson's line: pages read, questions right, exercises passed."""

    id: str
    title: str
    read: Tally
    quiz: Tally
    exercises: Tally


@dataclass(frozen=True)
class Summary:
    """Everything the home screen shows.

    `position` is None before the first page; `next_due` when there are no cards.
    """

    lessons: tuple[LessonSummary, ...]
    due: tuple[str, ...]
    next_due: datetime | None
    position: Position | None

    @property
    def percent(self) -> int:
        """Pages read, questions right and exercises passed, as a share of all there are; 100 only when all are, and 0 only when
        none is."""
        tallies = [tally for lesson in self.lessons for tally in (lesson.read, lesson.quiz, lesson.exercises)]
        done, total = sum(tally.done for tally in tallies), sum(tally.total for tally in tallies)
        return max(1, 100 * done // total) if done else 0


def summarise(
    database: Database, lessons: LessonProgress, cards: CardProgress, course: Iterable[LessonContents]
) -> Summary:
    """The summary for the lessons of a course, in their order.

    A page counts as read and an exercise as passed in whatever version; an answer counts only if the question is
    still the same. A position in a lesson or on a page the course no longer has is left out.
    """
    contents = list(course)
    pages, answers, attempts = _pages_read(database), _last_verdicts(database), _exercises_passed(database)
    versions = {question: version for lesson in contents for question, version in lesson.questions.items()}
    return Summary(
        lessons=tuple(_summary(lesson, pages, answers, attempts) for lesson in contents),
        due=tuple(cards.due(versions)),
        next_due=cards.next_due(versions),
        position=_valid(lessons.last(), contents),
    )


def _summary(
    lesson: LessonContents,
    pages: Mapping[str, set[str]],
    answers: Mapping[tuple[str, int], bool],
    attempts: Mapping[str, bool],
) -> LessonSummary:
    read = pages.get(lesson.id, set())
    verdicts = [answers[key] for key in lesson.questions.items() if key in answers]
    tried = [attempts[exercise] for exercise in lesson.exercises if exercise in attempts]
    return LessonSummary(
        id=lesson.id,
        title=lesson.title,
        read=Tally(sum(page in read for page in lesson.pages), len(lesson.pages), bool(read)),
        quiz=Tally(sum(verdicts), len(lesson.questions), bool(verdicts)),
        exercises=Tally(sum(tried), len(lesson.exercises), bool(tried)),
    )


def _pages_read(database: Database) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in database.read("SELECT lesson_id, page_id FROM page"):
        found[row["lesson_id"]].add(row["page_id"])
    return found


def _last_verdicts(database: Database) -> Mapping[tuple[str, int], bool]:
    """Whether the last answer to each question in each version was right."""
    rows = database.read(
        "SELECT question_id, version, correct, max(answered_at) FROM answer "
        "WHERE NOT undone AND correct IS NOT NULL GROUP BY question_id, version"
    )  # SQLite takes the other columns from the row with the maximum: https://www.sqlite.org/lang_select.html
    return {(row["question_id"], row["version"]): bool(row["correct"]) for row in rows}


def _exercises_passed(database: Database) -> Mapping[str, bool]:
    rows = database.read("SELECT exercise_id, max(passed_at IS NOT NULL) AS passed FROM attempt GROUP BY exercise_id")
    return {row["exercise_id"]: bool(row["passed"]) for row in rows}


def _valid(position: Position | None, contents: Sequence[LessonContents]) -> Position | None:
    for lesson in contents:
        if position and lesson.id == position.lesson_id and position.page_id in lesson.pages:
            return position
    return None
