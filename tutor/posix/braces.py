"""Brace expansion, `{a,b}` and `{1..5}`, as bash does it before any other expansion. ash and dash have none."""

from __future__ import annotations

import itertools
import re

from tutor.posix import limits
from tutor.posix.errors import ShellError
from tutor.posix.syntax import Literal, Part, Word

_RANGE = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?|([A-Za-z])\.\.([A-Za-z])")


def expand_braces(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words with their brace expansions written out."""
    out = list[Word]()
    for word in words:
        if any(isinstance(part, Literal) and not part.quoted and "{" in part.text for part in word.parts):
            out += [Word(_merge(parts)) for parts in _expand(_characters(word), 0)]
        else:
            out.append(word)
        if len(out) > limits.FIELDS:
            raise ShellError("brace expansion: too many words", 1)
    return tuple(out)


def _characters(word: Word) -> list[Part]:
    """Unquoted text as one part a character, so that braces can be found by index."""
    out = list[Part]()
    for part in word.parts:
        if isinstance(part, Literal) and not part.quoted:
            out += [Literal(char) for char in part.text]
        else:
            out.append(part)
    return out


def _merge(parts: list[Part]) -> tuple[Part, ...]:
    out = list[Part]()
    for part in parts:
        last = out[-1] if out else None
        if isinstance(part, Literal) and not part.quoted and isinstance(last, Literal) and not last.quoted:
            out[-1] = Literal(last.text + part.text)
        else:
            out.append(part)
    return tuple(out)


def _is(part: Part, char: str) -> bool:
    return isinstance(part, Literal) and not part.quoted and part.text == char


def _expand(parts: list[Part], depth: int) -> list[list[Part]]:
    if depth > limits.EXPRESSION_NESTING:
        return [parts]
    for start, part in enumerate(parts):
        if _is(part, "{") and (group := _group(parts, start)):
            end, commas = group
            choices = _choices(parts, start, end, commas)
            if choices:
                heads = [choice for option in choices for choice in _expand(option, depth + 1)]
                tails = _expand(parts[end + 1 :], depth + 1)
                if len(heads) * len(tails) > limits.FIELDS:
                    raise ShellError("brace expansion: too many words", 1)
                return [parts[:start] + head + tail for head in heads for tail in tails]
    return [parts]


def _group(parts: list[Part], start: int) -> tuple[int, list[int]] | None:
    """Where the brace that opens at `start` closes, and its commas."""
    level, commas = 0, list[int]()
    for index in range(start, len(parts)):
        if _is(parts[index], "{"):
            level += 1
        elif _is(parts[index], "}"):
            level -= 1
            if level == 0:
                return index, commas
        elif level == 1 and _is(parts[index], ","):
            commas.append(index)
    return None


def _choices(parts: list[Part], start: int, end: int, commas: list[int]) -> list[list[Part]]:
    if commas:
        bounds = [start, *commas, end]
        return [parts[left + 1 : right] for left, right in itertools.pairwise(bounds)]
    inside = parts[start + 1 : end]
    text = "".join(part.text if isinstance(part, Literal) and not part.quoted else "\0" for part in inside)
    match = _RANGE.fullmatch(text)
    return [[Literal(value)] for value in _range(match)] if match else []


def _range(match: re.Match[str]) -> list[str]:
    if match[4]:
        first, last, step = ord(match[4]), ord(match[5]), 1
    else:
        first, last, step = int(match[1]), int(match[2]), abs(int(match[3] or 1)) or 1
    if abs(last - first) // step > limits.FIELDS:
        raise ShellError("brace expansion: too many words", 1)
    values = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
    if match[4]:
        return [chr(value) for value in values]
    padded = any(re.match(r"-?0\d", text) for text in (match[1], match[2]))
    width = max(len(match[1]), len(match[2])) if padded else 0
    return [f"{value:0{width}d}" for value in values]
