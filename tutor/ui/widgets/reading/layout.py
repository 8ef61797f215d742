"""Prose laid out in lines: headings, paragraphs, lists, tables and quotes, wrapped to a width.

One widget draws any number of these blocks. A widget each would make every page slower to open and to resize.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from textual.content import Content

from tutor.course.model import Block, Code, Diagram, Heading, ListBlock, Paragraph, Quote, Table
from tutor.ui.text import inline

BULLETS = ("•", "-", "*")


def lay_out(blocks: Sequence[Block], width: int, depth: int = 0) -> list[Content]:
    """The blocks as lines of at most `width` cells, a blank line between them."""
    lines: list[Content] = []
    for block in blocks:
        if lines and not (depth and isinstance(block, ListBlock)):
            lines.append(Content())
        lines.extend(_block(block, max(10, width), depth))
    return lines


def _block(block: Block, width: int, depth: int) -> list[Content]:
    match block:
        case Heading():
            return _text(block.text, width, "bold $text-primary")
        case Paragraph():
            return _text(block.text, width)
        case ListBlock():
            return _list(block, width, depth)
        case Table():
            return _table(block, width)
        case Quote():
            inner = lay_out(block.blocks, width - 2, depth)
            return [Content.assemble(("│ ", "$text-muted"), line.stylize_before("italic")) for line in inner]
        case Code():
            return [Content.styled(f"  {line}", "$text-accent") for line in block.text.split("\n")]
        case Diagram():
            return _text(f"Diagram: {block.alt}", width)


@lru_cache(maxsize=256)
def _inline(text: str, style: str) -> Content:
    return inline(text, style)


def _text(text: str, width: int, style: str = "") -> list[Content]:
    return [line.rstrip() for line in _inline(text, style).wrap(width)]


def _list(block: ListBlock, width: int, depth: int) -> list[Content]:
    spaced = any(not isinstance(part, ListBlock) for item in block.items for part in item[1:])
    lines: list[Content] = []
    for number, item in enumerate(block.items, start=block.start or 0):
        mark = BULLETS[min(depth, 2)] if block.start is None else f"{number}."
        if lines and spaced:
            lines.append(Content())
        lines.extend(_hanging(f"{mark} ", lay_out(item, width - len(mark) - 1, depth + 1)))
    return lines


def _hanging(mark: str, lines: Iterable[Content]) -> list[Content]:
    first, *rest = list(lines) or [Content()]
    indent = " " * len(mark)
    return [Content.assemble((mark, "bold $text-primary"), first), *(Content.assemble(indent, line) for line in rest)]


def _table(block: Table, width: int) -> list[Content]:
    header = [_inline(cell, "bold") for cell in block.header]
    rows = [[_inline(cell, "") for cell in row] for row in block.rows]
    widths = _column_widths([header, *rows], width)
    rule = Content.styled("─┼─".join("─" * column for column in widths), "$text-muted")
    tall = any(cell.cell_length > column for row in rows for cell, column in zip(row, widths, strict=True))
    lines = [*_row(header, widths), rule]
    for index, row in enumerate(rows):
        if tall and index:
            lines.append(Content.styled("─┼─".join("─" * column for column in widths), "$text-disabled"))
        lines.extend(_row(row, widths))
    return lines


def _column_widths(rows: Sequence[Sequence[Content]], width: int) -> list[int]:
    """Natural widths; the widest columns give way until the table fits or nothing is left to give."""
    widths = [max(1, *(cell.cell_length for cell in column)) for column in zip(*rows, strict=True)]
    while sum(widths) + 3 * (len(widths) - 1) > width and max(widths) > 6:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: Sequence[Content], widths: Sequence[int]) -> list[Content]:
    wrapped = [cell.wrap(width) for cell, width in zip(row, widths, strict=True)]
    separator = Content.styled(" │ ", "$text-muted")
    lines = []
    for index in range(max(map(len, wrapped))):
        parts = [lines_of[index] if index < len(lines_of) else Content() for lines_of in wrapped]
        lines.append(separator.join([_padded(part, width) for part, width in zip(parts, widths, strict=True)]))
    return lines


def _padded(content: Content, width: int) -> Content:
    content = content.rstrip()
    return content.pad_right(max(0, width - content.cell_length))
