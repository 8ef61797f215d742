"""The first line of a screen: where the learner is, and what changes while they are there."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tutor.ui.text import spread


class TitleBar(Widget):
    """A line with a left and a right part, ruled off below."""

    DEFAULT_CSS = """
    TitleBar { height: 2; padding: 0 1; border-bottom: solid $border-blurred; text-style: bold; }
    """

    left: reactive[Content] = reactive(Content)
    """Where the learner is; cut when there is no room for all."""
    right: reactive[Content] = reactive(Content)
    """Progress, a score, the state of the cluster."""

    def render(self) -> Content:
        return spread(self.left, self.right, self.content_size.width)

    def show(self, left: Content | str, right: Content | str = "") -> None:
        """Set both parts."""
        self.left = Content(left) if isinstance(left, str) else left
        self.right = Content(right) if isinstance(right, str) else right
