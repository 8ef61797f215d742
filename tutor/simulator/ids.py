"""Names and identifiers out of one seeded source, so that the same inputs give the same history."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The characters of generated names: no vowels and no look-alikes (apimachinery, pkg/util/rand)."""

MAX_GENERATED_BASE = 58
"""A generateName is cut to this length before five characters follow (apiserver, pkg/storage/names/generate.go)."""


class Ids:
    """Draws for everything in a cluster that is random on a real one."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uid(self) -> str:
        """A version 4 UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def suffix(self, length: int = 5) -> str:
        """Characters for a generated name."""
        bits = self._random.getrandbits(length * 8)
        return "".join(ALPHABET[(bits >> (8 * i) & 0xFF) % len(ALPHABET)] for i in range(length))

    def generate_name(self, base: str) -> str:
        """A name for an object with a generateName."""
        return base[:MAX_GENERATED_BASE] + self.suffix()

    def choice(self, count: int) -> int:
        """A number below `count`."""
        return self._random.randrange(count)

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def save(self) -> Any:
        """The state as an immutable value."""
        return self._random.getstate()

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._random.setstate(state)


def safe_encode(text: str) -> str:
    """A decimal number in the characters of generated names (apimachinery rand.SafeEncodeString)."""
    return "".join(ALPHABET[ord(character) % len(ALPHABET)] for character in text)
