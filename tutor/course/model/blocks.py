"""What a page, a task or a question's prompt is made of once its Markdown has been parsed.

The screens and the plain-text renderer both draw these blocks, so that neither has to know Markdown.
Text inside a block is still inline Markdown (emphasis, code, links); `tutor.course.markdown.spans` takes it apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Alignment: TypeAlias = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Heading:
    """A sub-heading inside a page (`###` is level 3; the page's own title is not a block)."""

    level: int
    text: str
    line: int = 0


@dataclass(frozen=True)
class Paragraph:
    """A run of inline Markdown; its line breaks are not significant."""

    text: str
    line: int = 0


@dataclass(frozen=True)
class ListBlock:
    """A bullet list (`start` is None) or an ordered list whose first number is `start`; every item holds blocks."""

    items: tuple[tuple[Block, ...], ...]
    start: int | None = None
    line: int = 0


@dataclass(frozen=True)
class Table:
    """A table: one header row and the rows below it, all cells inline Markdown."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alignments: tuple[Alignment, ...]
    line: int = 0


@dataclass(frozen=True)
class Quote:
    """A block quote; used for asides."""

    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True)
class Code:
    """A fenced block. `filename` is set when it is a whole manifest the learner can save under that name."""

    language: str
    text: str
    filename: str | None = None
    fragment: bool = False
    line: int = 0


@dataclass(frozen=True)
class Diagram:
    """Drawn lines, all padded to the same width, and the text that says the same to somebody who cannot see them."""

    lines: tuple[str, ...]
    alt: str
    name: str
    line: int = 0

    @property
    def width(self) -> int:
        """Width in terminal cells."""
        return len(self.lines[0]) if self.lines else 0


Block: TypeAlias = Heading | Paragraph | ListBlock | Table | Quote | Code | Diagram


@dataclass(frozen=True)
class Span:
    """A piece of inline text in one style. `href` of a link: a web address, or a link such as `lesson:services`."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str | None = None
