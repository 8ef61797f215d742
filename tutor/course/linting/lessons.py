"""Rules for lessons: their pages, diagrams and folders."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.course.cells import cell_width
from tutor.course.linting.diagrams import check_diagram
from tutor.course.linting.prose import Piece, check_prose
from tutor.course.linting.report import Report
from tutor.course.loading.packs import folder_of, sub_folders
from tutor.course.model.blocks import ListBlock
from tutor.course.model.lesson import Lesson, Page
from tutor.course.pack import Pack
from tutor.course.problem import PackError

_PAGES = range(3, 9)
_BULLETS = range(3, 7)
_LONGEST_PAGE = 60
_WIDEST_TITLE = 70
_SUMMARY_PAGE = "remember"


def check_lessons(pack: Pack, report: Report) -> None:
    """All rules on all lessons."""
    _folders(pack, report)
    for lesson in pack.lessons:
        _name(lesson, report)
        _pages(lesson, report)
        for page in lesson.pages:
            _page(page, report)
            check_prose(Piece(page.source, page.path, page.line + 1, is_page=True), pack, report)
        _diagrams(lesson, report)


def _folders(pack: Pack, report: Report) -> None:
    lessons = pack.root / "lessons"
    for folder in sub_folders(lessons):
        if folder.name not in pack.course.lessons:
            message = f"the folder {folder.name} is not part of the course"
            report.add(lessons / "course.yaml", 1, message, "list it under `lessons`, or remove it")


def _name(lesson: Lesson, report: Report) -> None:
    expected = f"{lesson.number:02d}-{lesson.id}"
    if folder_of(lesson).name != expected:
        message = f"the lesson is in the folder {folder_of(lesson).name}"
        report.add(
            lesson.path, 1, message, f"as number {lesson.number} with the id `{lesson.id}` it belongs in {expected}"
        )


def _pages(lesson: Lesson, report: Report) -> None:
    if len(lesson.pages) not in _PAGES:
        message = f"the lesson has {len(lesson.pages)} pages"
        report.add(lesson.path, 1, message, f"give it {_PAGES.start} to {_PAGES.stop - 1}, one idea a page")
    last = lesson.pages[-1] if lesson.pages else None
    if last is None:
        return
    if last.id != _SUMMARY_PAGE:
        report.add(last.path, last.line, "the lesson does not end with what to remember", _SUMMARY_REMEDY)
        return
    try:
        bullets = [len(block.items) for block in last.blocks if isinstance(block, ListBlock)]
    except PackError:
        return  # an unreadable diagram is reported where pages are checked
    if len(bullets) != 1 or bullets[0] not in _BULLETS:
        message = "the last page is not one list of 3 to 6 points"
        report.add(last.path, last.line, message, "say in 3 to 6 bullets what to remember")


_SUMMARY_REMEDY = f"end with a page `## What to remember {{#{_SUMMARY_PAGE}}}` that holds 3 to 6 bullets"


def _page(page: Page, report: Report) -> None:
    lines = page.source.strip("\n").split("\n")
    if not page.source.strip():
        report.add(page.path, page.line, "the page is empty", "write it, or remove its heading")
    if len(lines) > _LONGEST_PAGE:
        message = f"the page has {len(lines)} lines"
        report.add(page.path, page.line, message, f"keep a page within {_LONGEST_PAGE}; split it at its second idea")
    if cell_width(page.title) > _WIDEST_TITLE:
        report.add(
            page.path, page.line, "the page's title does not fit on a line", f"use at most {_WIDEST_TITLE} cells"
        )


def _diagrams(lesson: Lesson, report: Report) -> None:
    folder = folder_of(lesson) / "diagrams"
    used = _used_diagrams(lesson)
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        check_diagram(path, report)
        if path.name not in used:
            report.add(
                path, 1, "no page shows this diagram", f"show it with ![...](diagrams/{path.name}), or remove it"
            )


def _used_diagrams(lesson: Lesson) -> set[str]:
    return {Path(name).name for page in lesson.pages for name in re.findall(r"\]\((diagrams/[^)]+)\)", page.source)}
