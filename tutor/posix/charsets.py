"""Bracket expressions such as `[a-z_[:digit:]]`, shared by shell patterns and regular expressions.

Rules: POSIX base definitions 9.3.5. Collating symbols and equivalence classes are not modelled.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda c: c in " \t",
    "cntrl": lambda c: ord(c) < 32 or ord(c) == 127,
    "digit": lambda c: c in string.digits,
    "graph": lambda c: c.isprintable() and c != " ",
    "lower": str.islower,
    "print": str.isprintable,
    "punct": lambda c: c in string.punctuation,
    "space": lambda c: c in " \t\n\r\v\f",
    "upper": str.isupper,
    "xdigit": lambda c: c in string.hexdigits,
}


@dataclass(frozen=True, slots=True)
class Charset:
    """A set of characters. The empty negated set matches any character."""

    negated: bool = False
    singles: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()
    classes: tuple[str, ...] = ()

    def contains(self, char: str) -> bool:
        """Whether this one character is in the set."""
        found = (
            char in self.singles
            or any(low <= char <= high for low, high in self.ranges)
            or any(CLASSES[name](char) for name in self.classes)
        )
        return found != self.negated


ANYTHING = Charset(negated=True)


def parse_bracket(pattern: str, start: int, *, negators: str, escapes: bool) -> tuple[Charset, int] | None:
    """Read a bracket expression whose `[` is at `start`.

    Returns the set and the index after its `]`, or None when no valid expression starts there. `negators` are the
    characters that negate (`!^` in shell patterns, `^` in regular expressions); `escapes` lets `\\` quote.
    """
    index = start + 1
    negated = index < len(pattern) and pattern[index] in negators
    index += negated
    singles, ranges, classes = set[str](), list[tuple[str, str]](), list[str]()
    first = True
    while index < len(pattern):
        if pattern[index] == "]" and not first:
            return Charset(negated, frozenset(singles), tuple(ranges), tuple(classes)), index + 1
        first = False
        if pattern.startswith("[:", index):
            end = pattern.find(":]", index + 2)
            if end < 0 or pattern[index + 2 : end] not in CLASSES:
                return None
            classes.append(pattern[index + 2 : end])
            index = end + 2
            continue
        low, index = _member(pattern, index, escapes)
        if pattern.startswith("-", index) and index + 1 < len(pattern) and pattern[index + 1] != "]":
            high, index = _member(pattern, index + 1, escapes)
            ranges.append((low, high))
        else:
            singles.add(low)
    return None


def _member(pattern: str, index: int, escapes: bool) -> tuple[str, int]:
    if escapes and pattern[index] == "\\" and index + 1 < len(pattern):
        index += 1
    return pattern[index], index + 1
