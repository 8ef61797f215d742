"""Pictures of the app, taken without a terminal: for the README, and to look at a screen while working on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.ui.services import Services


def take(
    file: Path,
    *,
    size: tuple[int, int] = (100, 30),
    start_at: str | None = None,
    keys: Sequence[str] = (),
    services: Services | None = None,
) -> None:
    """Write an SVG of what the app shows at `start_at` once it has come to rest and `keys` have been pressed.

    `size` is in cells. The learner's own progress is not touched. ValueError for a size that is none; OSError when
    the file cannot be written; PackError when the course cannot be read.
    """
    if min(size) < 1:
        raise ValueError(f"{size[0]}x{size[1]} is no size")
    file.write_text(asyncio.run(_picture(services or _fresh_services(), size, start_at, keys)), encoding="utf-8")


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
            await pilot.press(key)
            await _rest(pilot)
        return app.export_screenshot(title=app.TITLE)


async def _rest(pilot: Pilot[None]) -> None:
    """Wait until nothing is being loaded or laid out."""
    from textual.worker import WorkerCancelled

    for _ in range(3):
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
