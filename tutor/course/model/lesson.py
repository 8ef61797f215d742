"""The course and its lessons."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tutor.course.model.blocks import Block


@dataclass(frozen=True)
class Section:
    """A section of the chapter the course teaches, with the terms its lessons have to explain."""

    id: int
    title: str
    terms: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Course:
    """The course: its sections and the folders of its lessons in reading order."""

    id: str
    version: int
    title: str
    sections: tuple[Section, ...]
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One idea of a lesson. `source` is the Markdown under the page's heading, `line` the heading's line in `path`."""

    id: str
    title: str
    source: str
    path: Path
    line: int

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The page's content, parsed the first time it is asked for. Raises PackError for an unreadable diagram."""
        from tutor.course.markdown import parse_blocks  # loads the Markdown parser, which only readers need

        return parse_blocks(self.source, self.path, first_line=self.line + 1)


@dataclass(frozen=True)
class Lesson:
    """A lesson: pages in reading order. `number` is its place in the course, from 1; `exercises` are ids."""

    id: str
    version: int
    title: str
    sections: tuple[int, ...]
    minutes: int
    summary: str
    pages: tuple[Page, ...]
    number: int
    path: Path
    exercises: tuple[str, ...] = ()

    def page(self, page_id: str) -> Page:
        """The page with that id; KeyError when the lesson has none."""
        for page in self.pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)
