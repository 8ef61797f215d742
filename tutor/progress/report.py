"""Progress in full: for `k8s-tutor progress`, as text or as data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tutor.progress.database import Database
from tutor.progress.summary import LessonSummary, Summary, Tally

BESIDE_TITLE = 43
"""Columns of a lesson's line beside its title."""
SHORTEST_TITLE = 8


def report_data(database: Database, summary: Summary, now: datetime) -> dict[str, Any]:
    """The report as a dict with a JSON form."""
    return {
        "at": now.isoformat(timespec="seconds"),
        "percent": summary.percent,
        "continue": None
        if summary.position is None
        else {"lesson": summary.position.lesson_id, "page": summary.position.page_id},
        "reviews": {
            "due": len(summary.due),
            "next": summary.next_due.isoformat(timespec="seconds") if summary.next_due else None,
        },
        "answers": _answer_counts(database),
        "exercises": _exercise_counts(database),
        "lessons": [_lesson_data(lesson) for lesson in summary.lessons],
    }


def report_lines(report: dict[str, Any], columns: int | None = None) -> list[str]:
    """The report as lines of text. In fewer `columns` than they need the titles of lessons are cut."""
    lines = [f"Progress: {report['percent']} %", ""]
    width = max((len(lesson["title"]) for lesson in report["lessons"]), default=0)
    if columns is not None:
        width = min(width, max(SHORTEST_TITLE, columns - BESIDE_TITLE))
    lines += [_lesson_line(number, lesson, width) for number, lesson in enumerate(report["lessons"], start=1)]
    answers, exercises = report["answers"], report["exercises"]
    lines += [
        "",
        f"Answers given: {answers['given']}, right: {answers['right']}",
        f"Exercises: {_counted(exercises['attempts'], 'attempt')}, {exercises['passed']} passed, "
        f"{_counted(exercises['hints'], 'hint')}, {_counted(exercises['solutions'], 'solution')} shown",
        f"Reviews due today: {report['reviews']['due']}",
    ]
    return lines


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _lesson_data(lesson: LessonSummary) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "title": lesson.title,
        "pages": _tally_data(lesson.read),
        "questions": _tally_data(lesson.quiz),
        "exercises": _tally_data(lesson.exercises),
    }


def _tally_data(tally: Tally) -> dict[str, int]:
    return {"done": tally.done, "total": tally.total}


def _lesson_line(number: int, lesson: dict[str, Any], width: int) -> str:
    pages, questions, exercises = (_fraction(lesson[part]) for part in ("pages", "questions", "exercises"))
    title = lesson["title"] if len(lesson["title"]) <= width else f"{lesson['title'][: width - 1]}…"
    return f"{number:>2}  {title:<{width}}  pages {pages:>4}  quiz {questions:>5}  exercises {exercises:>3}"


def _fraction(tally: dict[str, int]) -> str:
    return f"{tally['done']}/{tally['total']}" if tally["total"] else "-"


def _answer_counts(database: Database) -> dict[str, int]:
    row = database.read(
        "SELECT count(*) AS given, coalesce(sum(correct), 0) AS right_ones FROM answer WHERE NOT undone"
    )[0]
    return {"given": row["given"], "right": row["right_ones"]}


def _exercise_counts(database: Database) -> dict[str, int]:
    row = database.read(
        "SELECT count(*) AS attempts, count(passed_at) AS passed, coalesce(sum(hints), 0) AS hints, "
        "coalesce(sum(solution_shown), 0) AS solutions FROM attempt"
    )[0]
    return dict(row)
