"""Blocks whose lines are never wrapped: code and diagrams. When one is wider than its place it scrolls sideways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tutor.course.model import Code, Diagram
from tutor.ui.keys import bind

STEP = 8
"""Cells that one press of an arrow key moves a block sideways."""


class WideBlock(ScrollView, can_focus=True, inherit_bindings=False):
    """Fixed lines. Tab marks the block, left and right scroll it where it is cut off."""

    DEFAULT_CSS = """
    WideBlock {
        height: auto; margin: 0 0 1 0; padding: 0 0 0 1; overflow-x: auto; overflow-y: hidden;
        scrollbar-size-horizontal: 1; border-left: outer $border-blurred; background: $background;
        &:focus { border-left: thick $primary; }
        &:nocolor:focus { border-left: double $primary; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("right", "sideways(1)", "Scroll", "Show what is cut off at the right.", name="scroll-block-right"),
        bind(
            "left", "sideways(-1)", "Scroll", "Show what is cut off at the left.", name="scroll-block-left", show=False
        ),
    ]

    def __init__(self, lines: Sequence[Content], *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.lines: Sequence[Content] = ()
        self.set_lines(lines)

    def set_lines(self, lines: Sequence[Content]) -> None:
        """Show other lines."""
        self.lines = lines
        self.virtual_size = Size(max((line.cell_length for line in lines), default=0), len(lines))
        self.refresh(layout=True)

    @property
    def is_cut(self) -> bool:
        """Whether some of it does not fit."""
        return self.max_scroll_x > 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave left and right to the screen where there is nothing to scroll."""
        return self.is_cut if action == "sideways" else True

    def action_sideways(self, direction: int) -> None:
        """Scroll a step to the right (1) or to the left (-1)."""
        self.scroll_relative(x=direction * STEP, animate=False)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines) + (1 if self.virtual_size.width > width else 0)

    def render_line(self, y: int) -> Strip:
        offset = self.scroll_offset
        index = y + offset.y
        width = max(self.virtual_size.width, self.scrollable_content_region.width)
        style = self.visual_style
        if index >= len(self.lines):
            return Strip.blank(width, style.rich_style)
        line = self.lines[index].pad_right(max(0, width - self.lines[index].cell_length))
        strips = Visual.to_strips(self, line, width, 1, style)
        return strips[0].crop_extend(offset.x, offset.x + self.scrollable_content_region.width, style.rich_style)


class CodeBlock(WideBlock):
    """A fenced block, coloured by its language. A manifest says under which name it can be saved."""

    def __init__(self, code: Code) -> None:
        self.code = code
        super().__init__(code_lines(code))


class DiagramBlock(WideBlock):
    """A drawing, or in its place the text that says the same."""

    DEFAULT_CSS = "DiagramBlock { border-left: none; padding: 0; &:focus { border-left: none; background: $boost; } }"

    def __init__(self, diagram: Diagram, *, as_text: bool = False, ascii_only: bool = False) -> None:
        super().__init__(())
        self.diagram = diagram
        self._as_text = as_text
        self._ascii_only = ascii_only
        self.set_lines(self._drawn())

    def show_as_text(self, as_text: bool) -> None:
        """Show the text alternative, or the drawing again."""
        self._as_text = as_text
        self.set_lines(self._drawn())

    def on_resize(self) -> None:
        """Wrap the text alternative anew."""
        if self._as_text:
            self.set_lines(self._drawn())

    def _drawn(self) -> list[Content]:
        if self._as_text:
            width = self.size.width or 70
            text = Content.assemble(("Diagram in words: ", "bold"), self.diagram.alt)
            return [line.rstrip() for line in text.wrap(min(width, 76))]
        lines = [plain_ascii(line) for line in self.diagram.lines] if self._ascii_only else self.diagram.lines
        return [Content(line) for line in lines]


def code_lines(code: Code) -> list[Content]:
    """The lines of a fenced block, with a first line naming the file when it is a whole manifest."""
    from textual.highlight import highlight  # loads Pygments

    language = {"console": "console", "sh": "bash"}.get(code.language, code.language)
    content = highlight(code.text, language=language)
    title = [Content.styled(f"file {code.filename}", "bold $text-muted")] if code.filename else []
    return [*title, *content.split("\n", allow_blank=True)]


_ASCII = {
    **dict.fromkeys("─━┄┅┈┉╌╍═", "-"),
    **dict.fromkeys("│┃┆┇┊┋╎╏║", "|"),
    **dict.fromkeys("→▶", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑▲", "^"),
    **dict.fromkeys("↓▼", "v"),
    "✓": "+",
    "✗": "x",
    "●": "*",
    "○": "o",
    "◐": "c",
    "◌": ".",
}


def plain_ascii(line: str) -> str:
    """The line drawn with ASCII only, for terminals and fonts that lack the rest."""
    return "".join(_ASCII.get(character, "+" if 0x2500 <= ord(character) < 0x2580 else character) for character in line)
