"""Remembers where paths lead, since looking for a command along a PATH walks the same directories again and again."""

from __future__ import annotations

from typing import Any

CAPACITY = 256


class Walks:
    """Where paths lead in one state of a namespace. Trees here never change in place: a changed tree is another object, which
    makes telling states apart cheap. Copies begin empty."""

    def __init__(self) -> None:
        self._tree: object = None
        self._user: object = None
        self._mounts = 0
        self._ends: dict[tuple[str, bool], str] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Walks:
        return Walks()

    def __reduce__(self) -> tuple[type[Walks], tuple[()]]:
        return Walks, ()

    def of(self, tree: object, user: object, mounts: int) -> dict[tuple[str, bool], str]:
        """What is remembered for this root tree, this user and so many mounts, to read and to add to."""
        same = tree is self._tree and user is self._user and mounts == self._mounts
        if not same or len(self._ends) >= CAPACITY:
            self._tree, self._user, self._mounts, self._ends = tree, user, mounts, {}
        return self._ends
