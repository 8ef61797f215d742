"""The app: which screens there are and how one gets to another. What they show is in screens/ and widgets/."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.types import CSSPathType

from tutor.ui.keys import bind
from tutor.ui.themes import THEMES
from tutor.ui.widgets.frame.too_small import COLUMNS, LINES

if TYPE_CHECKING:
    from textual.driver import Driver

    from tutor.ui.services import Services


PRELOAD_AFTER_SECONDS = 1.5
"""Time for the first screen to be drawn and the first keys to be answered."""


class TutorApp(App[None]):
    """The tutor in a terminal."""

    TITLE = "Kubernetes tutor"
    CSS_PATH: ClassVar[CSSPathType | None] = ["global.tcss", "screens/home.tcss"]
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

    def get_default_screen(self) -> Screen[Any]:
        """The screen below all others. Pushing it on an empty one would delay what the learner sees first."""
        from tutor.ui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        """Make a request to end the program restore the terminal, and go where the learner asked to start."""
        self._handle_signals()
        self.call_after_refresh(_collect_garbage_again)
        if not self.is_headless:
            self.set_timer(PRELOAD_AFTER_SECONDS, self._preload)
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
        if len(self.screen_stack) > 1:
            screen.dismiss(None)
        else:
            self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: every key of the screen, every place of the course."""
        from tutor.ui.commands import commands_for

        yield from commands_for(self, screen)

    def action_help_quit(self) -> None:
        """Say once, to somebody who presses ctrl+c to get out, how that is done here."""
        self.clear_notifications()
        self.notify("ctrl+q ends the program from anywhere, q leaves a screen. Nothing is lost.", timeout=3)

    def copy_text(self, text: str, what: str) -> None:
        """Put text on the clipboard, and say so with the remedy for terminals that do not allow it."""
        self.copy_to_clipboard(text)
        self.notify(f"Copied {what}. If your terminal does not allow copying, press s to save it instead.", timeout=4)

    def _preload(self) -> None:
        """Load what a cluster needs while the learner reads, so that the first exercise opens at once."""
        self.run_worker(self.services.preload, thread=True, exit_on_error=False)

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


def _collect_garbage_again() -> None:
    """What has been loaded by now stays for good, so the collector need never look at it (see `tutor.ui.run`)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _driver_class() -> type[Driver] | None:
    """Our driver where Textual would take its own one for Unix; elsewhere whatever Textual takes."""
    from textual import constants

    if sys.platform == "win32" or constants.DRIVER is not None:
        return None
    from tutor.ui.driver import TolerantDriver

    return TolerantDriver
