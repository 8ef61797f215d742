"""Command line options the way getopt(3) reads them, and the numbers and durations they take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tutor.posix.errors import ToolError

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Options:
    """Parsed options: letters given without a value, values by letter (all of them, in order), and operands."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def value(self, letter: str) -> str | None:
        """The last value given for a letter."""
        return self.values[letter][-1] if letter in self.values else None


def parse_options(argv: list[str], letters: str, names: dict[str, str] | None = None, *, mixed: bool = True) -> Options:
    """getopt: `letters` as in getopt(3) ("nk:" is -n and -k VALUE); `names` gives long options their letters.

    `mixed` lets options stand after operands, as GNU tools do. Raises ToolError for an option there is none of.
    """
    options, words, index = Options(), argv[1:], 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            options.operands += words[index:]
            break
        if word.startswith("--"):
            index = _long_option(options, word, words, index, letters, names or {})
        elif word.startswith("-") and len(word) > 1:
            index = _short_options(options, word, words, index, letters)
        else:
            options.operands.append(word)
            if not mixed:
                options.operands += words[index:]
                break
    return options


def _takes_value(letters: str, letter: str) -> bool:
    at = letters.find(letter)
    return letters[at + 1 : at + 2] == ":"


def _short_options(options: Options, word: str, words: list[str], index: int, letters: str) -> int:
    for position, letter in enumerate(word[1:], 1):
        if letter == ":" or letter not in letters:
            raise ToolError(f"unrecognized option: {letter}")
        if not _takes_value(letters, letter):
            options.flags.add(letter)
            continue
        value = word[position + 1 :]
        if not value:
            if index == len(words):
                raise ToolError(f"option requires an argument: {letter}")
            value, index = words[index], index + 1
        options.values.setdefault(letter, []).append(value)
        break
    return index


def _long_option(options: Options, word: str, words: list[str], index: int, letters: str, names: dict[str, str]) -> int:
    name, equals, value = word[2:].partition("=")
    letter = names.get(name)
    if letter is None:
        raise ToolError(f"unrecognized option: {name}")
    if not _takes_value(letters, letter):
        options.flags.add(letter)
        return index
    if not equals:
        if index == len(words):
            raise ToolError(f"option requires an argument: {name}")
        value, index = words[index], index + 1
    options.values.setdefault(letter, []).append(value)
    return index


def integer(text: str) -> int:
    """A whole number, or ToolError in the words tools use."""
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        raise ToolError(f"invalid number '{text}'")
    return int(text)


def seconds(text: str) -> float:
    """A duration such as "5", "0.5" or "2m", in seconds; "inf" is allowed, as in coreutils."""
    if text in ("inf", "infinity"):
        return 1e12
    match = _DURATION.fullmatch(text[:32])
    if not match:
        raise ToolError(f"invalid number '{text}'")
    return float(match[1]) * _UNITS[match[2]]
