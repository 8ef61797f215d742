"""How wide text is in a terminal. Lessons are drawn in fixed cells, so a character of surprising width breaks them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

DIAGRAM_CHARACTERS = frozenset(
    [chr(code) for code in range(0x20, 0x7F)] + [chr(code) for code in range(0x2500, 0x2580)] + list("←↑→↓▶◀▲▼✓✗●○◐◌")
)
"""What a diagram may be drawn with: ASCII, box drawing and the marks that common terminal fonts all have."""


@lru_cache(maxsize=4096)
def character_width(character: str) -> int:
    """Cells one character takes: 2 for East Asian wide ones and emoji, 0 for combining and control characters.

    "Ambiguous" characters such as box drawing count as 1, as in every terminal that is not set up for East Asian text
    (Unicode Standard Annex 11).
    """
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cell_width(text: str) -> int:
    """Cells a line of text takes."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def pad(text: str, width: int) -> str:
    """The text with spaces added up to `width` cells."""
    return text + " " * max(0, width - cell_width(text))
