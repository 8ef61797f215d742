"""Reads course.yaml and the lessons: front matter, and the pages a lesson's Markdown is cut into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.loading.yamlreader import Fields, Source
from tutor.course.model.lesson import Course, Lesson, Page, Section
from tutor.course.problem import Problem

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PAGE_HEADING = re.compile(r"## +(?P<title>.*?)\s*\{#(?P<id>[^}]*)\}\s*$")
_PAGE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEADING_REMEDY = "write `## Title {#page-id}`, with an id in lower-case letters, digits and single hyphens"


def read_text(path: Path, problems: list[Problem], remedy: str) -> str | None:
    """The text of a file; None, with a problem recorded, when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(Problem(path, 1, "there is no such file", remedy))
    except OSError as error:
        problems.append(Problem(path, 1, f"the file cannot be read ({error.strerror})", remedy))
    except UnicodeDecodeError:
        problems.append(Problem(path, 1, "the file is not UTF-8 text", "save it as UTF-8"))
    return None


def read_course(path: Path, problems: list[Problem]) -> Course | None:
    """The course described by a course.yaml."""
    text = read_text(path, problems, "a pack has a lessons/course.yaml with id, version, title, sections and lessons")
    return None if text is None else Source(path, problems).read(text, "the course", _course)


def _course(fields: Fields) -> Course:
    return Course(
        id=fields.identifier("id"),
        version=fields.number("version"),
        title=fields.text("title"),
        sections=fields.each("sections", "a section", _section, required=True),
        lessons=fields.texts("lessons", required=True),
    )


def _section(fields: Fields) -> Section:
    return Section(id=fields.number("id"), title=fields.text("title"), terms=fields.texts("terms"), line=fields.line)


def read_lesson(path: Path, number: int, problems: list[Problem]) -> Lesson | None:
    """The lesson in a lesson.md; `number` is its place in the course."""
    text = read_text(path, problems, "every folder listed under `lessons` in course.yaml has a lesson.md")
    if text is None:
        return None
    lines = text.split("\n")
    end = _front_matter_end(lines)
    if end is None:
        remedy = "start with `---`, `id:`, `version:`, `title:`, `sections:`, `minutes:`, `summary:` and `---`"
        problems.append(Problem(path, 1, "the lesson has no front matter", remedy))
        return None
    pages = _PageReader(path, problems).pages(lines, end + 1)
    source = Source(path, problems, first_line=2)
    front_matter = "\n".join(lines[1:end])
    return source.read(front_matter, "the front matter", lambda fields: _lesson(fields, pages, number, path))


def _front_matter_end(lines: list[str]) -> int | None:
    if lines[0].rstrip() != "---":
        return None
    return next((index for index, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)


def _lesson(fields: Fields, pages: tuple[Page, ...], number: int, path: Path) -> Lesson:
    return Lesson(
        id=fields.identifier("id"),
        version=fields.number("version"),
        title=fields.text("title"),
        sections=fields.numbers("sections"),
        minutes=fields.number("minutes", highest=240),
        summary=fields.text("summary"),
        pages=pages,
        number=number,
        path=path,
    )


def outside_fences(lines: list[str], start: int = 0) -> Iterator[tuple[int, str]]:
    """Index and text of the lines from `start` on that are not inside a fenced block (its marks are)."""
    fence = ""
    for index, line in enumerate(lines[start:], start):
        mark = _FENCE.match(line)
        if not fence and mark:
            fence = mark[1]
        elif fence:
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            yield index, line


@dataclass
class _PageReader:
    """Cuts a lesson's Markdown at its `## ` headings."""

    path: Path
    problems: list[Problem]
    _ids: set[str] = field(default_factory=set)

    def pages(self, lines: list[str], start: int) -> tuple[Page, ...]:
        cuts: list[int] = []
        stray = False
        for index, line in outside_fences(lines, start):
            if line.startswith("## "):
                cuts.append(index)
            elif line.startswith("# "):
                self._problem(index, "`# ` headings are not used in lessons", "start a page with `## `")
            elif line.strip() and not cuts and not stray:
                self._problem(index, "there is text before the first page", _HEADING_REMEDY)
                stray = True
        if not cuts:
            self._problem(start - 1, "the lesson has no pages", _HEADING_REMEDY)
        ends = [*cuts[1:], len(lines)]
        return tuple(self._page(lines[cut:end], cut) for cut, end in zip(cuts, ends, strict=True))

    def _page(self, lines: list[str], index: int) -> Page:
        match = _PAGE_HEADING.match(lines[0])
        title, page_id = (match["title"], match["id"]) if match else (lines[0].lstrip("# "), "")
        if not (title and _PAGE_ID.fullmatch(page_id)):
            self._problem(index, "the page's heading has no usable title and id", _HEADING_REMEDY)
        elif page_id in self._ids:
            self._problem(index, f"the page id `{page_id}` is used twice in this lesson", "give each page its own id")
        self._ids.add(page_id)
        return Page(page_id, title, "\n".join(lines[1:]), self.path, index + 1)

    def _problem(self, index: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, index + 1, message, remedy))
