"""Random numbers from a seed that is part of a machine's state, so that the same run repeats exactly."""

from __future__ import annotations

_MASK = (1 << 64) - 1


class Generator:
    """SplitMix64 (Steele, Lea and Flood 2014): one integer of state, good enough for `$RANDOM` and `/dev/urandom`."""

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def next(self) -> int:
        """The next 64 random bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def take(self, size: int) -> bytes:
        """This many random bytes."""
        return b"".join(self.next().to_bytes(8, "little") for _ in range(-(-size // 8)))[:size]
