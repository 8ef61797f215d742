"""Styled text for the screens: inline Markdown, lines with a left and a right end, and padding to a width in cells."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

CODE_STYLE = "$text-accent"
LINK_STYLE = "underline $text-primary"


def inline(markdown: str, base: str = "") -> Content:
    """The text of a paragraph, cell or list item with its emphasis, code and links shown."""
    from tutor.course.markdown import spans  # loads the Markdown parser, which the home screen does without

    parts: list[Content | tuple[str, str]] = []
    for span in spans(markdown):
        style = " ".join(filter(None, [base, "bold" if span.strong else "", "italic" if span.emphasis else ""]))
        if span.href:
            parts.append(link(span.text, span.href))
        elif span.code:
            parts.append((_code(span.text), f"{style} {CODE_STYLE}".strip()))
        else:
            parts.append((span.text, style))
    return Content.assemble(*parts)


def _code(text: str) -> str:
    """Code in running text: told by its colour, and by back-ticks where there are no colours."""
    return f"`{text}`" if "NO_COLOR" in os.environ else text


def link(text: str, href: str) -> Content:
    """A link that can be clicked; `links_of` finds it again for the keyboard."""
    content = Content.styled(text, LINK_STYLE)
    return content.stylize(Style.from_meta({"@click": f"app.follow({href!r})", "href": href}))


def links_of(content: Content) -> list[tuple[int, int, str]]:
    """Every link of the text as start, end and target, in reading order."""
    found = [
        (span.start, span.end, str(span.style.meta["href"]))
        for span in content.spans
        if isinstance(span.style, Style) and "href" in span.style.meta
    ]
    return sorted(found)


def spread(left: Content, right: Content, width: int) -> Content:
    """One line with `right` at its right end; `left` gives way when there is not enough room."""
    room = max(0, width - right.cell_length - 1)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    gap = width - left.cell_length - right.cell_length
    return Content.assemble(left, " " * max(0, gap), right)


def hanging(head: Content | str, text: Content | str, width: int) -> list[Content]:
    """The text wrapped to `width`, its first line after `head` and the others indented below it."""
    head = Content(head) if isinstance(head, str) else head
    body = Content(text) if isinstance(text, str) else text
    lines = body.wrap(max(10, width - head.cell_length)) or [Content()]
    indent = " " * head.cell_length
    return [Content.assemble(head if index == 0 else indent, line.rstrip()) for index, line in enumerate(lines)]


def cells(text: str, width: int) -> str:
    """The text cut or padded with blanks to exactly `width` cells."""
    missing = width - cell_len(text)
    if missing >= 0:
        return text + " " * missing
    while cell_len(text) > max(0, width - 1):
        text = text[:-1]
    return text + "…" if width > 0 else ""


def join(parts: Iterable[Content | str], separator: str = "\n") -> Content:
    """Several texts as one, with a separator between them."""
    return Content(separator).join(list(parts))


def bar(done: int, total: int, width: int = 10) -> str:
    """A progress bar of lines, which reads in words beside it everywhere it is used. What has been begun is never empty, and only
    what is done is full."""
    filled = round(width * done / total) if total else 0
    if 0 < done < total:
        filled = min(max(filled, 1), width - 1)
    return "━" * filled + "─" * (width - filled)


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Rows of cells as lines in which the cells stand below each other."""
    if not rows:
        return []
    widths = [max(cell_len(row[index]) for row in rows) for index in range(len(rows[0]))]
    blank = " " * gap
    return [blank.join(cells(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
