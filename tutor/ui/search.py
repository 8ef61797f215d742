"""Finding pages by words: every page that has all of them, the best matches first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.course.model import Lesson, Page
from tutor.course.pack import Pack

MAX_RESULTS = 50
SNIPPET = 70
"""Characters of text shown around the first match."""

_MARKS = re.compile(r"\*\*|`|!?\[([^\]]*)\]\([^)]*\)")
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_LIST_MARK = re.compile(r"^ *(?:[-*]|\d+\.) +")
_UNDER_HEADING = re.compile(r"\|[ |:-]+")
"""The line of a table between its heading and its rows."""


@dataclass(frozen=True)
class Found:
    """A page that matches, and a piece of its text around the first match."""

    lesson: Lesson
    page: Page
    snippet: str


def search(pack: Pack, query: str) -> list[Found]:
    """Pages with every word of the query, those with the words in their title first, then in reading order."""
    words = query.lower().split()
    if not words:
        return []
    scored: list[tuple[int, Found]] = []
    for lesson in pack.lessons:
        for page in lesson.pages:
            text = readable(page.source)
            everything = f"{lesson.title} {page.title} {text}".lower()
            if all(word in everything for word in words):
                in_title = sum(word in page.title.lower() for word in words)
                scored.append((-in_title, Found(lesson, page, snippet(text, words))))
    scored.sort(key=lambda entry: entry[0])
    return [found for _, found in scored[:MAX_RESULTS]]


def readable(source: str) -> str:
    """Markdown without its marks, on one line."""
    lines = " ".join(_without_layout(line) for line in source.splitlines())
    return " ".join(_MARKS.sub(lambda match: match[1] or "", lines).split())


def _without_layout(line: str) -> str:
    """A line without what makes it a row of a table, an entry of a list, or the edge of a block of code."""
    if _FENCE.match(line) or _UNDER_HEADING.fullmatch(line.strip()):
        return ""
    if line.startswith("|"):
        return ", ".join(cell.strip() for cell in line.split("|") if cell.strip()) + ";"
    return _LIST_MARK.sub("", line, count=1)


def snippet(text: str, words: list[str]) -> str:
    """The text around the first of the words that occurs, or its beginning."""
    places = [place for word in words if (place := text.lower().find(word)) >= 0]
    start = max(0, min(places, default=0) - SNIPPET // 3)
    piece = text[start : start + SNIPPET]
    return ("…" if start else "") + piece.strip() + ("…" if start + SNIPPET < len(text) else "")
