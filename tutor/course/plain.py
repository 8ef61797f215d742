"""Pages as plain lines of text, for reading without a screen: in a pipe, with a screen reader, on a braille display."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.course.cells import cell_width, pad
from tutor.course.markdown import spans
from tutor.course.model import Block, Code, Diagram, Heading, ListBlock, Page, Paragraph, Quote, Table

MINIMUM_WIDTH = 20


def render_plain(page: Page, width: int = 80, *, diagrams: bool = True) -> list[str]:
    """The page's title and content in lines of at most `width` cells where words allow it; code is never broken.

    With `diagrams` off, and where a diagram is wider than `width`, its text alternative stands instead.
    """
    title = plain_inline(page.title)
    return [title, "=" * cell_width(title), "", *render_blocks(page.blocks, width, diagrams=diagrams)]


def render_blocks(blocks: Sequence[Block], width: int = 80, *, diagrams: bool = True) -> list[str]:
    """The same for blocks that are not a page: a task, a question's prompt, a debrief."""
    renderer = _Renderer(diagrams)
    return renderer.render(blocks, max(width, MINIMUM_WIDTH))


def plain_inline(text: str) -> str:
    """Inline Markdown for a reader of plain text: code keeps its back-ticks and web links show their address."""
    pieces = []
    all_spans = spans(text)
    for index, span in enumerate(all_spans):
        pieces.append(f"`{span.text}`" if span.code else span.text)
        last_of_link = index + 1 == len(all_spans) or all_spans[index + 1].href != span.href
        if span.href and last_of_link and span.text != span.href:
            pieces.append(f" ({_address(span.href)})")
    return "".join(pieces)


def _address(href: str) -> str:
    kind, _, rest = href.partition(":")
    return f"{kind} {rest.replace('#', ', page ')}" if kind in ("lesson", "exercise", "quiz") else href


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at spaces; a word longer than that has a line of its own."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split():
            if line and cell_width(line) + 1 + cell_width(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


class _Renderer:
    def __init__(self, diagrams: bool) -> None:
        self._diagrams = diagrams

    def render(self, blocks: Sequence[Block], width: int) -> list[str]:
        lines: list[str] = []
        for block in blocks:
            if lines:
                lines.append("")
            lines.extend(self._block(block, width))
        return lines

    def _block(self, block: Block, width: int) -> list[str]:
        match block:
            case Heading():
                title = plain_inline(block.text)
                return [title, "-" * cell_width(title)]
            case Paragraph():
                return wrap(plain_inline(block.text), width)
            case ListBlock():
                return self._list(block, width)
            case Quote():
                return [f"| {line}".rstrip() for line in self.render(block.blocks, width - 2)]
            case Table():
                return _table(block, width)
            case Code():
                return _code(block)
            case Diagram():
                return self._diagram(block, width)

    def _list(self, block: ListBlock, width: int) -> list[str]:
        loose = any(len(item) > 1 for item in block.items)
        lines: list[str] = []
        for number, item in enumerate(block.items, start=block.start or 0):
            mark = "- " if block.start is None else f"{number}. "
            if lines and loose:
                lines.append("")
            lines.extend(_hanging(mark, self.render(item, width - len(mark))))
        return lines

    def _diagram(self, block: Diagram, width: int) -> list[str]:
        if self._diagrams and block.width <= width:
            return [line.rstrip() for line in block.lines]
        return wrap(f"Diagram: {block.alt}", width)


def _hanging(mark: str, lines: Iterable[str]) -> list[str]:
    indent = " " * len(mark)
    return [(mark if index == 0 else indent if line else "") + line for index, line in enumerate(lines)] or [mark]


def _code(block: Code) -> list[str]:
    title = [f"  {block.filename}:"] if block.filename else []
    return title + [f"    {line}".rstrip() for line in block.text.split("\n")]


def _table(block: Table, width: int) -> list[str]:
    rows = [[plain_inline(cell) for cell in row] for row in (block.header, *block.rows)]
    widths = _column_widths(rows, width)
    rule = "  ".join("-" * column for column in widths)
    lines = [*_table_row(rows[0], widths), rule]
    tall = any(cell_width(cell) > column for row in rows for cell, column in zip(row, widths, strict=True))
    for index, row in enumerate(rows[1:]):
        if tall and index:
            lines.append("")
        lines.extend(_table_row(row, widths))
    return lines


def _column_widths(rows: list[list[str]], width: int) -> list[int]:
    """The natural widths, with the widest columns narrowed until the table fits or no column can give more."""
    widths = [max(1, *map(cell_width, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths


def _table_row(row: list[str], widths: list[int]) -> list[str]:
    columns = [wrap(cell, column) for cell, column in zip(row, widths, strict=True)]
    height = max(map(len, columns))
    filled = [column + [""] * (height - len(column)) for column in columns]
    return ["  ".join(map(pad, parts, widths)).rstrip() for parts in zip(*filled, strict=True)]
