"""From Markdown to blocks and spans: the one place that knows the Markdown parser."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from tutor.course.files import inside
from tutor.course.model.blocks import (
    Alignment,
    Block,
    Code,
    Diagram,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Span,
    Table,
)
from tutor.course.problem import PackError, Problem


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """CommonMark with tables, which is all that lessons use."""
    return MarkdownIt("commonmark").enable("table")


def parse_blocks(source: str, path: Path, first_line: int = 1) -> tuple[Block, ...]:
    """The blocks of a piece of Markdown that stands in `path` from `first_line` on.

    Diagrams are read from beside `path`. Raises PackError when one cannot be read.
    """
    reader = _BlockReader(path, first_line)
    return reader.blocks(syntax_tree(source).children)


def syntax_tree(source: str) -> SyntaxTreeNode:
    """The parsed Markdown as a tree, for the linter, which also has to see what blocks leave out."""
    return SyntaxTreeNode(parser().parse(source))


class _BlockReader:
    def __init__(self, path: Path, first_line: int) -> None:
        self._path = path
        self._first_line = first_line

    def blocks(self, nodes: list[SyntaxTreeNode]) -> tuple[Block, ...]:
        return tuple(block for node in nodes if (block := self._block(node)) is not None)

    def _block(self, node: SyntaxTreeNode) -> Block | None:
        line = self._line(node)
        match node.type:
            case "paragraph":
                return self._paragraph(node, line)
            case "heading":
                return Heading(int(node.tag[1:]), inline_source(node), line)
            case "bullet_list" | "ordered_list":
                return self._list(node, line)
            case "table":
                return _table(node, line)
            case "blockquote":
                return Quote(self.blocks(node.children), line)
            case "fence" | "code_block":
                return _code(node, line)
            case "html_block":  # never interpreted; the linter refuses it, and here it shows as what it is
                return Code("text", node.content.rstrip("\n"), line=line)
        return None

    def _line(self, node: SyntaxTreeNode) -> int:
        return self._first_line + (node.map[0] if node.map else 0)

    def _paragraph(self, node: SyntaxTreeNode, line: int) -> Block:
        children = node.children[0].children if node.children else []
        if len(children) == 1 and children[0].type == "image":
            return self._diagram(children[0], line)
        return Paragraph(inline_source(node), line)

    def _list(self, node: SyntaxTreeNode, line: int) -> ListBlock:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        return ListBlock(tuple(self.blocks(item.children) for item in node.children), start, line)

    def _diagram(self, image: SyntaxTreeNode, line: int) -> Diagram:
        name = str(image.attrs.get("src", ""))
        try:
            text = inside(self._path.parent, name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            message = f"the diagram {name!r} cannot be read ({error})"
            raise PackError([Problem(self._path, line, message, "name a text file in the lesson's folder")]) from error
        return Diagram(_rectangular(text), " ".join(image.content.split()), name, line)


def inline_source(node: SyntaxTreeNode) -> str:
    """The inline Markdown of a paragraph, heading or cell, on one line."""
    return " ".join(" ".join(child.content for child in node.children).split("\n"))


def _table(node: SyntaxTreeNode, line: int) -> Table:
    head, *body = node.children
    cells = head.children[0].children
    rows = tuple(tuple(inline_source(cell) for cell in row.children) for part in body for row in part.children)
    return Table(tuple(map(inline_source, cells)), rows, tuple(map(_alignment, cells)), line)


def _alignment(cell: SyntaxTreeNode) -> Alignment:
    return cast(Alignment, str(cell.attrs.get("style", "text-align:left")).removeprefix("text-align:"))


def _code(node: SyntaxTreeNode, line: int) -> Code:
    language, _, rest = (node.info or "text").strip().partition(" ")
    rest = rest.strip()
    fragment = rest == "fragment"
    filename = rest if rest and not fragment else None
    return Code(language, node.content.rstrip("\n"), filename, fragment, line)


def _rectangular(text: str) -> tuple[str, ...]:
    lines = [line.rstrip() for line in text.rstrip("\n").split("\n")]
    width = max(map(len, lines))
    return tuple(line.ljust(width) for line in lines)


@lru_cache(maxsize=512)
def spans(text: str) -> tuple[Span, ...]:
    """Inline Markdown taken apart into pieces of one style. A forced line break is a span holding a newline."""
    found: list[Span] = []
    style: dict[str, bool] = {"strong": False, "emphasis": False}
    href: str | None = None
    for token in _inline_tokens(text):
        kind, _, edge = token.type.rpartition("_")
        if kind in ("strong", "em"):
            style["strong" if kind == "strong" else "emphasis"] = edge == "open"
        elif kind == "link":
            href = str(token.attrs["href"]) if edge == "open" else None
        else:
            is_code = token.type == "code_inline"
            found.append(Span(_token_text(token), style["strong"], style["emphasis"], is_code, href))
    return tuple(span for span in found if span.text)


def _inline_tokens(text: str) -> list[Token]:
    return [child for token in parser().parseInline(text) for child in token.children or []]


def _token_text(token: Token) -> str:
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)


def plain_text(text: str) -> str:
    """Inline Markdown without its marks."""
    return "".join(span.text for span in spans(text))
