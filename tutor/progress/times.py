"""Points in time as they are stored:

UTC, ISO 8601, always to the microsecond, so that comparing text compares times.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, with its time zone. The zone says when the learner's day ends."""


def local_now() -> datetime:
    """The wall clock, in the time zone of the machine."""
    return datetime.now(UTC).astimezone()


def stored(moment: datetime) -> str:
    """How a moment is written to the file."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_back(text: str) -> datetime:
    """The moment `stored` wrote. ValueError for anything else."""
    return datetime.fromisoformat(text)
