"""Which regular expressions are safe to try on what a learner wrote.

Python's `re` backtracks and cannot be interrupted, so the cost has to be bounded before a pattern is tried. A pattern
of this module's subset (no repeated groups, no look-around, no back-references) tries at most `product of its
repetitions' ranges` ways from each place in the text.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

MAX_TEXT = 2000
"""How many characters of an answer are searched."""
MAX_PATTERN = 200
MAX_WAYS = 2 * MAX_TEXT
"""Ways of matching from one place: room for one unbounded repetition, or for two or three short bounded ones."""

_TOKEN = re.compile(
    r"""\\(?P<escaped>.)
    |\[\^?\]?(?:\\.|[^\]\\])*\]          # a character class
    |(?P<special_group>\(\?(?!:))
    |(?P<open>\((?:\?:)?)
    |(?P<close>\))
    |(?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?)
    |(?P<alternative>\|)
    |.""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def problem_with(pattern: str) -> str | None:
    """Why the pattern may not be used, in words for its author; None when it may."""
    if len(pattern) > MAX_PATTERN:
        return f"it is longer than {MAX_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python warns of what a later version will read in another way
            re.compile(pattern)
    except (re.error, OverflowError, Warning) as error:
        return f"it is not a regular expression: {error}"
    return _problem_with_cost(pattern)


def _problem_with_cost(pattern: str) -> str | None:
    ways = 1
    branches = [1]  # of the whole pattern, then of each group that is open
    after_group = False
    for token in _TOKEN.finditer(pattern):
        escaped, repeat = token["escaped"], token["repeat"]
        if token["special_group"] or (escaped and escaped.isdigit()):
            return "look-around, named groups, flags and back-references are not supported"
        if token["open"]:
            branches.append(1)
        elif token["alternative"]:
            branches[-1] += 1
        elif token["close"]:
            ways *= branches.pop()
        elif repeat:
            if after_group and repeat[0] != "?":
                return "a repeated group can take for ever; repeat single characters instead"
            ways *= _range_of(repeat)
        after_group = bool(token["close"])
    ways *= branches.pop()
    if ways > MAX_WAYS:
        return f"it can match in {ways} ways; use fewer alternatives and shorter repetitions, such as .{{0,30}}"
    return None


def _range_of(repeat: str) -> int:
    """How many lengths a repetition allows."""
    if repeat[0] == "?":
        return 2
    if repeat[0] in "*+":
        return MAX_TEXT
    low, comma, high = repeat[1 : repeat.index("}")].partition(",")
    if not comma:
        return 1
    return max(1, (int(high) if high else MAX_TEXT) - int(low) + 1)
