"""What a screen is for and which keys it has, made from the screen itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tutor.ui.keys import shown_key
from tutor.ui.screens.base import TutorScreen
from tutor.ui.text import cells
from tutor.ui.widgets.frame.scroll import Scroll

EVERYWHERE = (
    ("ctrl+p", "Find any command by its name."),
    ("ctrl+q", "End the program from anywhere. Nothing is lost."),
    ("q", "Leave a screen. Nothing is lost."),
    ("esc", "Close what is open, stop typing, or leave."),
    ("? F10", "This help."),
)


@dataclass(frozen=True)
class HelpLine:
    """A command: its keys and what it does."""

    keys: str
    text: str


class HelpScreen(TutorScreen[None]):
    """The help of another screen."""

    CSS = """
    HelpScreen Scroll { padding: 1 2; }
    HelpScreen Static { max-width: 96; }
    """
    TITLE_TEXT = "Help"
    HELP_TEXT = "You are reading it. Press escape to go back."
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, title: str, text: str, lines: list[HelpLine]) -> None:
        super().__init__()
        self._subject, self._text, self._lines = title, text, lines

    @classmethod
    def of(cls, screen: TutorScreen[Any]) -> HelpScreen:
        """The help of a screen as it is now."""
        return cls(screen.TITLE_TEXT, screen.HELP_TEXT, help_lines(screen))

    def compose_body(self) -> ComposeResult:
        with Scroll():
            yield Static(self._content())

    def on_mount(self) -> None:
        """Name the screen the help is about."""
        self.title_bar.show(f"Help ─ {self._subject}")
        self.query_one(Scroll).focus()

    def _content(self) -> Content:
        here = [_line(line.keys, line.text) for line in self._lines]
        everywhere = [_line(keys, text) for keys, text in EVERYWHERE]
        return Content("\n").join(
            [
                Content(self._text),
                Content(),
                Content.styled("On this screen", "bold $text-primary"),
                *here,
                Content(),
                Content.styled("Everywhere", "bold $text-primary"),
                *everywhere,
            ]
        )


def help_lines(screen: TutorScreen[Any]) -> list[HelpLine]:
    """One line for each command of the screen and of what has the focus, with all its keys."""
    keys: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    general = {binding.id for binding in TutorScreen.BINDINGS if isinstance(binding, Binding)}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.id or binding.id in general or binding.system or active.node is screen.app:
            continue
        keys.setdefault(binding.id, []).append(shown_key(binding.key))
        texts[binding.id] = binding.tooltip or binding.description
    return [HelpLine(" ".join(dict.fromkeys(names)), texts[name]) for name, names in keys.items() if texts[name]]


def _line(keys: str, text: str) -> Content:
    return Content.assemble((cells(keys, 14), "bold"), text)
