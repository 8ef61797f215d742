"""What a rule for tips is given and what it is made of."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

MANIFEST = re.compile(r"[^\s]+\.(?:ya?ml|json)$")


class Look(Protocol):
    """What a rule can find out. Every answer is empty when it cannot be had quickly."""

    @property
    def namespace(self) -> str:
        """The namespace the command used."""

    def find(self, kinds: str, name: str = "", *, everywhere: bool = False) -> list[tuple[str, str, str]]:
        """Objects as (namespace, kind in lower case, name), in the command's namespace or everywhere."""

    def kinds(self) -> list[str]:
        """The names of the kinds the cluster has, plural."""

    def files(self) -> list[str]:
        """Manifest files in the folder the command was started in."""


@dataclass(frozen=True)
class Failure:
    """A kubectl command and what it printed: `words` are its arguments, `output` what it wrote to standard error."""

    words: tuple[str, ...]
    output: str


Explain = Callable[[re.Match[str], Failure, Look], str]


@dataclass(frozen=True)
class Rule:
    """`pattern` is searched in the output; `explain` gives the tip, or "" when it has nothing to say."""

    pattern: re.Pattern[str]
    explain: Explain


def says(text: str) -> Explain:
    """A rule's tip that is always the same."""
    return lambda match, failure, look: text


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that is most like this one; empty when none is like it."""
    return next(iter(difflib.get_close_matches(word, list(known), 1, cutoff)), "")
