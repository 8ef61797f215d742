"""Looks and the way diagrams are drawn."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.own_editor import own_editor
from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.themes import THEMES, TITLES
from tutor.ui.widgets.frame.menu import Menu


class SettingsScreen(TutorScreen[None]):
    """Choices that are kept. Each takes effect at once."""

    CSS = """
    SettingsScreen Menu { height: auto; padding: 1; }
    SettingsScreen Static { padding: 0 2; color: $text-muted; }
    """
    TITLE_TEXT = "Settings"
    HELP_TEXT = "Enter changes the marked setting at once; it is kept for next time."
    BINDINGS: ClassVar[list[BindingType]] = [bind("c", "cluster", "Cluster", "Choose the cluster for exercises.")]

    def compose_body(self) -> ComposeResult:
        yield Menu(id="settings")
        where = self.services.progress.path or "memory only"
        yield Static(
            Content(
                "With the environment variable NO_COLOR set the tutor uses no colours at all.\n"
                f"Your progress is kept in {where}."
            )
        )

    def on_mount(self) -> None:
        """List the settings."""
        self.title_bar.show("Settings")
        self._fill()

    def _fill(self) -> None:
        settings = self.services.settings
        menu = self.query_one(Menu)
        marked = menu.highlighted or 0
        themes = [_choice(f"Look: {TITLES[name]}", settings.theme == name, f"theme:{name}") for name in THEMES]
        menu.set_options(
            [
                *themes,
                None,
                _choice("Draw diagrams with ASCII characters only", settings.ascii_diagrams, "ascii"),
                _choice("Show diagrams as text", settings.diagrams_as_text, "words"),
                _choice(_editor_label(), settings.own_editor, "editor"),
            ]
        )
        menu.mark(marked)
        menu.focus()

    @on(Menu.OptionSelected, "#settings")
    def change(self, event: Menu.OptionSelected) -> None:
        """Change a setting."""
        settings = self.services.settings
        name = event.option.id or ""
        if name.startswith("theme:"):
            settings.theme = name.removeprefix("theme:")
            self.tutor.use_theme(settings.theme)
        elif name == "ascii":
            settings.ascii_diagrams = not settings.ascii_diagrams
        elif name == "editor":
            settings.own_editor = not settings.own_editor
        else:
            settings.diagrams_as_text = not settings.diagrams_as_text
        self._fill()

    def action_cluster(self) -> None:
        """Open the choice of clusters."""
        from tutor.ui.screens.clusters import ClusterScreen

        self.app.push_screen(ClusterScreen())


def _editor_label() -> str:
    editor = own_editor()
    name = editor[0] if editor else "$EDITOR, not set"
    return f"vi, nano and kubectl edit open your own editor ({name})"


def _choice(label: str, chosen: bool, option_id: str) -> Option:
    return Option(f"{'✓ on ' if chosen else '○ off'}  {label}", id=option_id)
