"""Texts that are folded once."""

from __future__ import annotations

from textual.content import Content

from tutor.ui.widgets.frame.drawn_once import DrawnOnce


def test_what_has_been_drawn_is_drawn_anew_only_for_another_room_or_after_it_was_gone() -> None:
    drawn: DrawnOnce[str] = DrawnOnce()
    asked: list[str] = []

    def draw(text: str) -> list[Content]:
        asked.append(text)
        return [Content(text), Content("below")]

    assert [line.plain for line in drawn.lines(["a", "b", "a"], 80, draw)] == ["a", "below", "b", "below", "a", "below"]
    assert len(drawn.lines(["b", "c"], 80, draw)) == 4
    assert asked == ["a", "b", "c"]
    drawn.lines(["a", "c"], 80, draw)
    drawn.lines(["a", "c"], 40, draw)
    assert asked == ["a", "b", "c", "a", "a", "c"]
