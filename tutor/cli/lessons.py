"""`lesson list` and `lesson show`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tutor.cli.output import (
    OK,
    USAGE,
    CommandError,
    built_in_pack,
    json_option,
    opened_progress,
    say,
    say_json,
    unknown,
    width,
)

if TYPE_CHECKING:
    from tutor.course.model import Lesson
    from tutor.course.pack import Pack


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    lesson = commands.add_parser("lesson", help="list and read lessons")
    verbs = lesson.add_subparsers(title="verbs", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="list the lessons")
    json_option(listing)
    listing.set_defaults(handler=list_lessons)
    show = verbs.add_parser("show", help="print a lesson, or one page of it")
    show.add_argument("lesson", help="id or number of the lesson")
    show.add_argument("page", nargs="?", help="id or number of a page; without it the whole lesson")
    show.add_argument("--no-diagrams", action="store_true", help="print the text alternatives of diagrams")
    show.set_defaults(handler=show_lesson)


def find_lesson(pack: Pack, wanted: str) -> Lesson:
    """A lesson by its id or its number. CommandError when there is none."""
    lessons = list(pack.lessons)
    if wanted.isdigit() and 1 <= int(wanted) <= len(lessons):
        return lessons[int(wanted) - 1]
    for lesson in lessons:
        if lesson.id == wanted:
            return lesson
    raise unknown("lesson", wanted, (lesson.id for lesson in lessons))


def list_lessons(arguments: argparse.Namespace) -> int:
    """Print the course map with progress."""
    from tutor.progress import contents_of

    pack = built_in_pack()
    with opened_progress() as progress:
        summary = progress.summary(contents_of(pack.lessons, pack.quizzes, pack.exercises))
    rows = list(zip(pack.lessons, summary.lessons, strict=True))
    if arguments.json:
        say_json(
            [
                {"id": lesson.id, "title": lesson.title, "summary": lesson.summary, "minutes": lesson.minutes}
                | {"pages": [page.id for page in lesson.pages], "read": done.read.done}
                for lesson, done in rows
            ]
        )
        return OK
    for number, (lesson, done) in enumerate(rows, start=1):
        tallies = (("read", done.read), ("quiz", done.quiz), ("exercises", done.exercises))
        counts = "   ".join(f"{what} {tally.done}/{tally.total}" for what, tally in tallies if tally.total)
        say(f"{number:>2}  {lesson.id:<22} {lesson.title:<36} {counts}".rstrip())
    return OK


def show_lesson(arguments: argparse.Namespace) -> int:
    """Print pages and remember that they were read."""
    from tutor.course.plain import render_plain

    lesson = find_lesson(built_in_pack(), arguments.lesson)
    pages = list(lesson.pages)
    if arguments.page is not None:
        number = int(arguments.page) if arguments.page.isdigit() else 0
        pages = [p for i, p in enumerate(pages, start=1) if arguments.page == p.id or number == i]
        if not pages:
            known = ", ".join(page.id for page in lesson.pages)
            raise CommandError(f"{lesson.id} has no page {arguments.page!r}. Its pages are: {known}", USAGE)
    with opened_progress() as progress:
        for page in pages:
            say([*render_plain(page, width(), diagrams=not arguments.no_diagrams), ""])
            progress.lessons.visit(lesson.id, lesson.version, page.id)
            progress.lessons.mark_read(lesson.id, lesson.version, page.id)
    return OK
