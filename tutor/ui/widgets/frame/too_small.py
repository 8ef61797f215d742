"""What is shown in a window that is too small to work in. Everything behind it stays as it is."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

COLUMNS = 60
LINES = 16


class TooSmall(Widget):
    """Covers the screen and says what size is needed."""

    DEFAULT_CSS = """
    TooSmall { layer: notice; dock: top; width: 100%; height: 100%; display: none; background: $background; }
    """

    def render(self) -> Content:
        size = self.app.size
        return Content(f"Needs {COLUMNS}x{LINES}; this is {size.width}x{size.height}. Nothing is lost.")
