"""A progress file of its own for each test, and a clock the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tutor.progress import Progress, open_progress


class HandClock:
    """Time that passes a second at each look and otherwise only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def go_on(self, **duration: float) -> None:
        """Let time pass, given as for `timedelta`."""
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "progress.db"


@pytest.fixture
def progress(file: Path, clock: HandClock) -> Iterator[Progress]:
    with open_progress(file, clock=clock, carry_on=False) as opened:
        yield opened
