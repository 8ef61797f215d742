"""Driving the app in tests: opening it somewhere, letting it come to rest, and reading its screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerCancelled

from tutor.ui.app import TutorApp
from tutor.ui.services import Services
from tutor.ui.widgets.exercise.shell_input import ShellInput

PATIENCE = 20
"""Seconds after which a worker that does not end fails the test."""
SMALL, WIDE = (80, 24), (160, 48)
START = "exercise:run-web"
"""An exercise to open the app at."""
S = TypeVar("S", bound=Screen[Any])


@asynccontextmanager
async def open_at(
    services: Services, start_at: str | None = None, size: tuple[int, int] = SMALL
) -> AsyncIterator[Pilot[None]]:
    """The app at some place, at rest."""
    app = TutorApp(services, start_at=start_at)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no worker runs and every message has been handled."""
    for _ in range(3):
        with suppress(WorkerCancelled):
            await asyncio.wait_for(pilot.app.workers.wait_for_complete(), PATIENCE)
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, letting the app come to rest after each."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def on_screen(pilot: Pilot[None], kind: type[S]) -> S:
    """The screen that is open, which must be of this kind."""
    screen = pilot.app.screen
    assert isinstance(screen, kind), f"{type(screen).__name__} is open:\n{text_of(pilot)}"
    return screen


def text_of(pilot: Pilot[None]) -> str:
    """What stands on the screen, line by line, without styles and trailing blanks."""
    compositor: Any = pilot.app.screen._compositor
    lines = ("".join(segment.text for segment in strip).rstrip() for strip in compositor.render_strips())
    return "\n".join(lines) + "\n"


def notices(pilot: Pilot[None]) -> str:
    """Every notification so far, as one text."""
    notifications: Any = pilot.app._notifications
    return "\n".join(notification.message for notification in notifications)


async def type_line(pilot: Pilot[None], line: str) -> None:
    """Type a line into the shell and press enter."""
    pilot.app.screen.query_one(ShellInput).value = line
    await press(pilot, "enter")
