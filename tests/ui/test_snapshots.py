"""What the screens look like at two sizes, as plain text in snapshots/.

To accept a change on purpose, delete the file and run the tests twice, then read the new one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.doubles import FakeServices
from tests.ui.driving import SMALL, WIDE, open_at, press, text_of

SNAPSHOTS = Path(__file__).parent / "snapshots"

CASES: dict[str, tuple[str | None, tuple[int, int], tuple[str, ...]]] = {
    "home-80x24": (None, SMALL, ()),
    "home-160x48": (None, WIDE, ("down",)),
    "lesson-80x24": ("lesson:first-steps#manifest", SMALL, ()),
    "lesson-160x48": ("lesson:first-steps#pod", WIDE, ()),
    "quiz-answered-80x24": ("quiz:services", SMALL, ("1",)),
    "exercise-task-80x24": ("exercise:run-web", SMALL, ("f9", "down", "enter")),
    "exercise-cluster-80x24": ("exercise:run-web", SMALL, ("f4",)),
    "exercise-160x48": ("exercise:run-web", WIDE, ("f2",)),
    "help-80x24": ("lesson:first-steps", SMALL, ("question_mark",)),
}


@pytest.mark.parametrize("name", CASES)
async def test_looks_as_before(name: str, services: FakeServices) -> None:
    link, size, keys = CASES[name]
    services.freeze_time()
    async with open_at(services, link, size) as pilot:
        await press(pilot, *keys)
        shown = text_of(pilot).replace(str(services.folder), "FOLDER")
    file = SNAPSHOTS / f"{name}.txt"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
        pytest.fail(f"{file} was missing and has been written: look at it, then run again")
    assert shown.splitlines() == file.read_text(encoding="utf-8").splitlines()
