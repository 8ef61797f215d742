"""Where in its file something stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Lines: TypeAlias = Mapping[str, int]
"""Line of each key of an item, counted from 1; for block scalars the line of their first line of text."""


def no_lines() -> Lines:
    """The lines of something that was not read from a file."""
    return {}
