"""Editing a text that a command waits for, as `kubectl edit` does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.exercise.yaml_area import YamlArea


class EditScreen(TutorScreen[str]):
    """An editor over the whole screen. Its result is the saved text, or None when nothing was saved."""

    CSS = "EditScreen YamlArea { border: none; padding: 0 1; &:focus { border: none; } }"
    TITLE_TEXT = "Editor"
    HELP_TEXT = "Change the text; ctrl+s saves it and goes back to the command that asked for it. Escape saves nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+s,ctrl+o", "save", "Save and close", "Save the text and go back.", name="save-text"),
        bind("escape", "close", "Do not save", "Go back without saving.", name="discard"),
    ]

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._subject, self._text = name, text

    def compose_body(self) -> ComposeResult:
        yield YamlArea(self._text, show_line_numbers=True, soft_wrap=False, tab_behavior="focus", compact=True)

    def on_mount(self) -> None:
        """Begin at once."""
        self.title_bar.show(f"Editing {self._subject}")
        self.query_one(YamlArea).focus()

    def action_save(self) -> None:
        """Save and go back."""
        self.dismiss(self.query_one(YamlArea).text)

    def action_close(self) -> None:
        """Go back without saving."""
        self.dismiss(None)
