"""The question before a cluster of the learner's own is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.text import cells

if TYPE_CHECKING:
    from tutor.clusters.consent import ContextInfo


class ConsentScreen(TutorScreen[bool]):
    """Shows which server would be used and as whom. Only y agrees."""

    CSS = "ConsentScreen Static { padding: 1 2; max-width: 90; }"
    AUTO_FOCUS = ""
    TITLE_TEXT = "A cluster of yours"
    HELP_TEXT = "Press y to let the tutor use this cluster, or n to go back without touching it."
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("y", "agree", "Use it", "Let the tutor use this cluster."),
        bind("n", "leave", "Do not use it", "Go back; nothing is touched.", name="refuse"),
    ]

    def __init__(self, info: ContextInfo) -> None:
        super().__init__()
        self._info = info

    def compose_body(self) -> ComposeResult:
        info = self._info
        facts = (("context", info.context), ("server", info.server), ("user", info.user or "not named"))
        lines = [Content.assemble((cells(name, 12), "bold"), value) for name, value in facts]
        yield Static(
            Content("\n").join(
                [
                    Content.styled("The tutor would use this cluster:", "bold"),
                    Content(),
                    *lines,
                    Content(),
                    Content("It makes namespaces of its own there, labelled as the tutor's, and works"),
                    Content("only in them. It removes one when you go on to another exercise; nothing"),
                    Content("else is changed."),
                    Content(),
                    Content("Is this a cluster you may try things out on?  y / n"),
                ]
            )
        )

    def on_mount(self) -> None:
        """Say which context it is."""
        self.title_bar.show(f"context:{self._info.context}")

    def action_agree(self) -> None:
        """Agree."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Go back without using it."""
        self.dismiss(False)
