"""Rules for every piece of Markdown a pack holds: what may be in it, where links lead, how wide things are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it.tree import SyntaxTreeNode

from tutor.course.cells import cell_width, character_width
from tutor.course.links import is_internal
from tutor.course.linting.fences import check_fence
from tutor.course.linting.report import Report
from tutor.course.markdown import inline_source, plain_text, syntax_tree
from tutor.course.pack import Pack

WIDEST = 70
_COLUMN_GAP = 2
_SHORTEST_ALTERNATIVE = 40
_EXTRAS = re.compile(r"^\s*([-*+]|\d+[.)])\s+\[[ xX]\]\s|\[\^\w+\]", re.MULTILINE)
_NOT_ALLOWED = {
    "html_block": ("raw HTML is not shown", "write it in Markdown"),
    "html_inline": ("raw HTML is not shown", "write it in Markdown, or put `<name>` in back-ticks"),
    "hr": ("a horizontal rule is not used in lessons", "start a new page or a `### ` heading"),
    "code_block": ("an indented code block has no language", "put it in a fence with a language"),
}
_DEEPEST_WEB_PATH = 2


@dataclass(frozen=True)
class Piece:
    """One piece of Markdown: its text, the line of `path` it begins on, and whether it is a page of a lesson."""

    text: str
    path: Path
    line: int
    is_page: bool = False


def check_prose(piece: Piece, pack: Pack, report: Report) -> None:
    """All rules on one piece."""
    _characters(piece, report)
    for match in _EXTRAS.finditer(piece.text):
        line = piece.line + piece.text.count("\n", 0, match.start())
        report.add(piece.path, line, "task lists and footnotes are not shown", "use a plain list or a sentence")
    checker = _Checker(piece, pack, report)
    for node, line in _walk(syntax_tree(piece.text), piece.line):
        checker.check(node, line)


def _characters(piece: Piece, report: Report) -> None:
    for number, line in enumerate(piece.text.split("\n"), piece.line):
        if line.isascii() and "\t" not in line:
            continue
        odd = next((character for character in line if character_width(character) != 1), None)
        if odd:
            message = f"the character {odd!r} is not one cell wide in a terminal"
            report.add(piece.path, number, message, "use a plain character or a word; spaces for tabs")


def _walk(node: SyntaxTreeNode, first_line: int, line: int = 0) -> Iterator[tuple[SyntaxTreeNode, int]]:
    for child in node.children:
        at = child.map[0] if child.map else line
        yield child, first_line + at
        yield from _walk(child, first_line, at)


class _Checker:
    def __init__(self, piece: Piece, pack: Pack, report: Report) -> None:
        self._piece = piece
        self._pack = pack
        self._report = report

    def _add(self, line: int, message: str, remedy: str) -> None:
        self._report.add(self._piece.path, line, message, remedy)

    def _exact(self, text: str, line: int) -> int:
        """The line a text inside a paragraph stands on; the parser only knows where the paragraph begins."""
        lines = self._piece.text.split("\n")[line - self._piece.line :]
        return line + next((offset for offset, one in enumerate(lines) if text in one), 0)

    def check(self, node: SyntaxTreeNode, line: int) -> None:
        if node.type == "html_inline":
            line = self._exact(node.content, line)
        if node.type in _NOT_ALLOWED:
            self._add(line, *_NOT_ALLOWED[node.type])
        elif node.type == "heading" and node.tag != "h3":
            self._add(line, f"a heading of level {node.tag[1:]} stands inside a page", "use `### ` for sub-headings")
        elif node.type == "link":
            href = str(node.attrs.get("href", ""))
            self._link(href, self._exact(f"]({href}", line))
        elif node.type == "image":
            self._image(node, line)
        elif node.type == "table":
            self._table(node, line)
        elif node.type == "fence":
            check_fence(node.info, node.content, line, self._piece.is_page, self._add)

    def _link(self, href: str, line: int) -> None:
        if is_internal(href):
            try:
                self._pack.resolve(href)
            except ValueError as error:
                self._add(line, f"the link {href} leads nowhere: {error}", "correct the id")
            return
        address = urlsplit(href)
        host, depth = address.hostname or "", len([part for part in address.path.split("/") if part])
        documentation = host == "kubernetes.io" or host.endswith(".kubernetes.io")
        if address.scheme != "https" or not (documentation or depth <= _DEEPEST_WEB_PATH):
            remedy = "link to the kubernetes.io documentation, a project's home page, or lesson:, exercise:, quiz:"
            self._add(line, f"the link {href} leads out of the course", remedy)

    def _image(self, node: SyntaxTreeNode, line: int) -> None:
        name = str(node.attrs.get("src", ""))
        if not re.fullmatch(r"diagrams/[a-z0-9-]+\.txt", name):
            self._add(line, f"the image {name!r} is not a diagram", "name a file such as diagrams/overview.txt")
        elif not (self._piece.path.parent / name).is_file():
            self._add(line, f"the diagram {name} is missing", "draw it, or correct the name")
        if len(node.content) < _SHORTEST_ALTERNATIVE:
            remedy = "describe everything the diagram shows, for somebody who cannot see it"
            self._add(line, "the diagram's text alternative is too short", remedy)
        if node.parent is not None and len(node.parent.children) > 1:
            self._add(line, "a diagram stands inside a paragraph", "put it on a line of its own, between empty lines")

    def _table(self, node: SyntaxTreeNode, line: int) -> None:
        rows = [row for part in node.children for row in part.children]
        texts = [[plain_text(inline_source(cell)) for cell in row.children] for row in rows]
        columns = list(zip(*texts, strict=True))
        width = sum(max(map(cell_width, column)) for column in columns) + _COLUMN_GAP * (len(columns) - 1)
        if width > WIDEST:
            self._add(line, f"the table is {width} cells wide", f"shorten its cells until it takes at most {WIDEST}")
