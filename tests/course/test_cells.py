"""How wide text is."""

from __future__ import annotations

import pytest

from tutor.course.cells import DIAGRAM_CHARACTERS, cell_width, character_width, pad


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("├─▶ ✓", 5), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("🚀", 2), ("\u200b", 0)],
)
def test_cell_width(text: str, width: int) -> None:
    assert cell_width(text) == width


def test_padding_counts_cells() -> None:
    assert [pad("漢", 4), pad("abc", 2)] == ["漢  ", "abc"]


def test_every_diagram_character_takes_one_cell() -> None:
    assert {character_width(character) for character in DIAGRAM_CHARACTERS} == {1}
