"""Indexes of the store: which objects are filed under which values, and in what order.

Lists that are read from an index come in this order, and what is done first depends on it: a saved cluster must keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, str]
"""Namespace ("" for cluster-scoped objects) and name."""

IndexFunction = Callable[[dict[str, Any]], Iterable[str]]
Members = Mapping[str, tuple[Key, ...]]
"""What is filed under each value of an index."""


@dataclass(slots=True)
class Index:
    """What a function files objects under, kept up to date write by write."""

    function: IndexFunction
    members: dict[str, dict[Key, None]] = field(default_factory=dict)
    moved: bool = False
    """Whether objects have come under a value after they were made, so that filing them anew would give another order."""

    def add(self, key: Key, obj: dict[str, Any]) -> None:
        """An object is new."""
        for value in self.function(obj):
            self.members.setdefault(value, {})[key] = None

    def move(self, key: Key, old: dict[str, Any], obj: dict[str, Any]) -> None:
        """An object has changed."""
        before, after = tuple(self.function(old)), tuple(self.function(obj))
        if before != after:
            self.moved = True
            self.remove(key, old)
            self.add(key, obj)

    def remove(self, key: Key, obj: dict[str, Any]) -> None:
        """An object is gone."""
        for value in self.function(obj):
            keys = self.members.get(value)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del self.members[value]

    def save(self) -> Members:
        """What is filed under each value, in order."""
        return {value: tuple(keys) for value, keys in self.members.items()}

    def load(self, members: Members) -> None:
        """Put what is filed under each value into this order."""
        self.members = {value: dict.fromkeys(keys) for value, keys in members.items()}
        self.moved = True
