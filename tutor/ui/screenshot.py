"""Pictures of the app, taken without a terminal: for the README, and to look at a screen while working on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.ui.services import Services

LONGEST_WAIT = 60.0
"""Seconds that one `wait:` may take."""


def take(
    file: Path,
    *,
    size: tuple[int, int] = (100, 30),
    start_at: str | None = None,
    keys: Sequence[str] = (),
    services: Services | None = None,
) -> None:
    """Write an SVG of what the app shows at `start_at` once it has come to rest and `keys` have been pressed.

    A key is one by Textual's name, `text:WORDS` (typed, with a blank for each `_`), or `wait:SECONDS`. `size` is in
    cells. The learner's own progress is not touched. ValueError for a size that is none, a wait that is no number or a place
    that the course does not have; OSError when the file cannot be written; PackError when the course cannot be read.
    """
    if min(size) < 1:
        raise ValueError(f"{size[0]}x{size[1]} is no size; write e.g. 100x30")
    services = services or _fresh_services()
    if start_at is not None:
        services.pack.resolve(start_at)
    file.write_text(asyncio.run(_picture(services, size, start_at, keys)), encoding="utf-8")


def _fresh_services() -> Services:
    from tutor.progress import progress_in_memory
    from tutor.ui.services import Services

    return Services("simulated", progress=progress_in_memory())


async def _picture(services: Services, size: tuple[int, int], start_at: str | None, keys: Sequence[str]) -> str:
    from tutor.ui.app import TutorApp

    app = TutorApp(services, start_at=start_at)
    async with app.run_test(size=size) as pilot:
        await _rest(pilot)
        for key in keys:
            await _press(pilot, key)
            await _rest(pilot)
        return without_addresses(app.export_screenshot(title=app.TITLE))


async def _press(pilot: Pilot[None], key: str) -> None:
    what, _, value = key.partition(":")
    if what == "wait":
        await asyncio.sleep(_seconds(value))
    elif what == "text":
        await pilot.press(*("space" if letter == "_" else letter for letter in value))
    else:
        await pilot.press(key)


def _seconds(text: str) -> float:
    try:
        return min(float(text), LONGEST_WAIT)
    except ValueError:
        raise ValueError(f"wait:{text} is no number of seconds; write e.g. wait:2") from None


def without_addresses(svg: str) -> str:
    """The picture without the fonts that it would fetch from the web: a viewer takes its own monospaced one."""
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # some viewers drop even blanks that do not break
    return re.sub(r"\s*@font-face\s*\{[^}]*\}|<!--.*?-->", "", svg, flags=re.DOTALL)


async def _rest(pilot: Pilot[None]) -> None:
    """Wait until nothing is being loaded or laid out."""
    from textual.worker import WorkerCancelled

    for _ in range(3):
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
