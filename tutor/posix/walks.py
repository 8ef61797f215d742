"""Remembers where paths lead, since looking for a command along a PATH walks the same directories again and again."""

from __future__ import annotations

from typing import Any

CAPACITY = 256


class Walks:
    """Where paths lead in one state of a tree. The state is whatever the caller compares: trees here never change in place, so
    that a changed tree is another object. Copies begin empty."""

    def __init__(self) -> None:
        self._state: tuple[object, ...] = ()
        self._ends: dict[tuple[str, bool], str] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Walks:
        return Walks()

    def __reduce__(self) -> tuple[type[Walks], tuple[()]]:
        return Walks, ()

    def of(self, state: tuple[object, ...]) -> dict[tuple[str, bool], str]:
        """What is remembered of this state, to read and to add to."""
        same = len(state) == len(self._state) and all(a is b for a, b in zip(state, self._state, strict=True))
        if not same or len(self._ends) >= CAPACITY:
            self._state, self._ends = state, {}
        return self._ends
