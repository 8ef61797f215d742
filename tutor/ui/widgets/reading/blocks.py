"""From a page's blocks to the few widgets that draw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from textual.widget import Widget

from tutor.course.model import Block, Code, Diagram
from tutor.ui.widgets.reading.prose import Prose
from tutor.ui.widgets.reading.wide import CodeBlock, DiagramBlock


def widgets_for(
    blocks: Iterable[Block], *, diagrams_as_text: bool = False, ascii_only: bool = False
) -> Iterator[Widget]:
    """Widgets for the blocks in order: neighbouring prose in one, code and diagrams each in its own."""
    for wide, group in groupby(blocks, key=lambda block: isinstance(block, (Code, Diagram))):
        if not wide:
            yield Prose(tuple(group))
            continue
        for block in group:
            if isinstance(block, Code):
                yield CodeBlock(block)
            elif isinstance(block, Diagram):
                yield DiagramBlock(block, as_text=diagrams_as_text, ascii_only=ascii_only)


def markdown_widgets(source: str, path: Path) -> list[Widget]:
    """Widgets for a piece of Markdown that is not a page: a task, a prompt, a debrief. `path` is the file it is in."""
    from tutor.course.markdown import parse_blocks

    return list(widgets_for(parse_blocks(source, path)))
