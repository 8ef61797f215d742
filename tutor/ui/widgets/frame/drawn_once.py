"""Folding texts to a width once, however often the list they stand in is shown anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

from textual.content import Content

T = TypeVar("T", bound=Hashable)


class DrawnOnce(Generic[T]):
    """The lines of things shown in a list that mostly grows at its end. What is not shown any more is forgotten."""

    def __init__(self) -> None:
        self._drawn: dict[T, list[Content]] = {}
        self._room: Hashable = None

    def lines(self, shown: Collection[T], room: Hashable, draw: Callable[[T], list[Content]]) -> list[Content]:
        """The lines of everything shown; `draw` makes those of one thing anew when it is new or the `room` is another."""
        before = self._drawn if room == self._room else {}
        self._drawn, self._room = {}, room
        for thing in shown:
            if thing not in self._drawn:
                self._drawn[thing] = before.get(thing) or draw(thing)
        return [line for thing in shown for line in self._drawn[thing]]
