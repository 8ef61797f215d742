"""The app: which screens there are and how one gets to another. What they show is in screens/ and widgets/."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tutor.ui.keys import bind
from tutor.ui.themes import THEMES
from tutor.ui.widgets.frame.too_small import COLUMNS, LINES

if TYPE_CHECKING:
    from textual.driver import Driver

    from tutor.ui.services import Services


class TutorApp(App[None]):
    """The tutor in a terminal."""

    TITLE = "Kubernetes tutor"
    CSS_PATH = "global.tcss"
    ENABLE_COMMAND_PALETTE = True
    PAUSE_GC_ON_SCROLL = True

    # Textual declares these two as instance variables, so they cannot be class variables here.
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-tiny"), (COLUMNS, "-narrow"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-low"), (LINES, "-short"), (40, "-tall")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+q", "quit", "Quit", "End the program from anywhere. Nothing is lost.", show=False, priority=True),
        bind("ctrl+p", "command_palette", "Commands", "Find any command by its name.", show=False, priority=True),
    ]

    def __init__(self, services: Services, start_at: str | None = None) -> None:
        super().__init__(driver_class=_driver_class())
        self.services = services
        self._start_at = start_at
        for theme in THEMES.values():
            self.register_theme(theme)
        self.use_theme(services.settings.theme)

    def on_mount(self) -> None:
        """Show the first screen, and make a request to end the program restore the terminal."""
        self._handle_signals()
        from tutor.ui.screens.home import HomeScreen

        self.push_screen(HomeScreen())
        if self._start_at:
            self.call_after_refresh(self.action_follow, self._start_at)

    def use_theme(self, name: str) -> None:
        """Change the look: `dark`, `light` or `contrast`."""
        self.theme = THEMES.get(name, THEMES["dark"]).name

    def action_follow(self, href: str) -> None:
        """Go where a link leads, whether it is one of the course's own or a web address."""
        from tutor.ui.routes import follow

        follow(self, href)

    def leave(self, screen: Screen[Any]) -> None:
        """Close a screen; leaving the home screen ends the program."""
        if len(self.screen_stack) > 2:
            screen.dismiss(None)
        else:
            self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: every key of the screen, every place of the course."""
        from tutor.ui.commands import commands_for

        yield from commands_for(self, screen)

    def copy_text(self, text: str, what: str) -> None:
        """Put text on the clipboard, and say so with the remedy for terminals that do not allow it."""
        self.copy_to_clipboard(text)
        self.notify(f"Copied {what}. If your terminal does not allow copying, press s to save it instead.", timeout=4)

    async def on_unmount(self) -> None:
        """Let go of the cluster and of everything that watches it."""
        await asyncio.to_thread(self.services.close)

    def _handle_signals(self) -> None:
        """End in good order when told to from outside: Textual would leave the terminal as it is."""
        if sys.platform == "win32" or self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)


def _driver_class() -> type[Driver] | None:
    """Our driver where Textual would take its own one for Unix; elsewhere whatever Textual takes."""
    from textual import constants

    if sys.platform == "win32" or constants.DRIVER is not None:
        return None
    from tutor.ui.driver import TolerantDriver

    return TolerantDriver
