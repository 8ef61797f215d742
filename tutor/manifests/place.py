"""Where in a manifest a cursor is, found from the indentation alone, so that it works in a text that is half written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

FieldPath = tuple[str | int, ...]

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[\w./$-]+)\s*:(?=\s|$)""")
_DASH = re.compile(r"-(?=\s|$)")
_BLANKS = re.compile(r" *")
_BLOCK_TEXT = re.compile(r"[|>][-+\d]*\s*(#.*)?$")
_COMMENT = re.compile(r"(^|\s)#")
_END = re.compile(r"---(\s|$)")
_WORD = re.compile(r"\S*$")


@dataclass(frozen=True)
class Token:
    """A list's dash or a key, in `column`. `value` is what stands behind the key on the same line."""

    column: int
    key: str = ""
    value: str = ""

    @property
    def is_dash(self) -> bool:
        """Whether it begins an item of a list."""
        return not self.key


def line_tokens(line: str) -> list[Token]:
    """The dashes and the key a line begins with, from the left. A comment has none."""
    found: list[Token] = []
    column = _end_of_blanks(line, 0)
    while _DASH.match(line, column):
        found.append(Token(column))
        column = _end_of_blanks(line, column + 1)
    match = _KEY.match(line, column)
    if match is not None:
        found.append(Token(column, match["key"].strip("\"'"), line[match.end() :].strip()))
    return found


def _end_of_blanks(line: str, start: int) -> int:
    match = _BLANKS.match(line, start)
    return match.end() if match else start


@dataclass(frozen=True)
class Place:
    """What is being written: the field `path` (its last part still unfinished when `is_key`), in a document of a kind."""

    lines: tuple[str, ...]
    """The document around the cursor."""
    row: int
    """The cursor's line within `lines`."""
    path: FieldPath
    """For a key the path of the mapping it goes into; for a value that of the field the value is for."""
    is_key: bool
    typed: str
    """What stands between the beginning of the word and the cursor."""
    start: int
    """The column the word begins in."""
    column: int
    """The column in which keys of this mapping begin."""

    @cached_property
    def api_version(self) -> str:
        """The document's, empty while it has none."""
        return self._top("apiVersion")

    @cached_property
    def kind(self) -> str:
        """The document's, empty while it has none."""
        return self._top("kind")

    @cached_property
    def namespace(self) -> str:
        """The namespace the document names, empty for none."""
        pattern = re.compile(r"^\s+namespace:\s*([\w-]+)")
        for line in self.lines:
            if match := pattern.match(line):
                return match[1]
        return ""

    def _top(self, key: str) -> str:
        for line in self.lines:
            token = next(iter(line_tokens(line)), None)
            if token is not None and token.column == 0 and token.key == key:
                return token.value.split(" #")[0].strip("\"' ")
        return ""

    @cached_property
    def siblings(self) -> frozenset[str]:
        """The keys the mapping around the cursor already has, without the one being written."""
        above = _keys_in(self.column, [line_tokens(line) for line in reversed(self.lines[: self.row])])
        own = [token for token in line_tokens(self.lines[self.row]) if token.is_dash]
        if own:  # the first key of an item: what stands above belongs to the item before
            above = set()
        below = _keys_in(self.column, [line_tokens(line) for line in self.lines[self.row + 1 :]], down=True)
        return frozenset(above | below)


def _keys_in(column: int, lines: Sequence[Sequence[Token]], *, down: bool = False) -> set[str]:
    """The keys in `column` on the lines until one that belongs to something around the mapping."""
    keys: set[str] = set()
    for tokens in lines:
        if not tokens or tokens[0].column > column:
            continue
        if down and tokens[0].column < column:
            break
        keys |= {token.key for token in tokens if token.column == column and token.key}
        if tokens[0].column < column:
            break
    return keys


def place_at(text: str, row: int, column: int) -> Place | None:
    """The place of a cursor (`row` and `column` count from 0), None where nothing is to be said: in a comment, in a
    block of text, in a flow mapping, within a word."""
    lines, row = _document(text.split("\n"), row)
    before = lines[row][:column]
    if _COMMENT.search(before) or _END.match(lines[row]) or lines[row][column : column + 1].strip():
        return None
    tokens = line_tokens(before)
    word = _WORD.search(before)
    start = word.start() if word else column
    key = tokens[-1] if tokens and not tokens[-1].is_dash else None
    if key is not None and re.search(r"[\[{]", before[key.column :]):
        return None
    own = key.column if key is not None else start
    dashes = [token for token in tokens if token.is_dash]
    path = _path_above(lines[:row], own, dashes)
    if path is None:
        return None
    typed = before[start:]
    if key is None:
        return Place(tuple(lines), row, path, True, typed, start, own)
    if start <= key.column:  # the cursor stands in the key, or right behind its colon
        return None
    return Place(tuple(lines), row, (*path, key.key), False, typed.lstrip("\"'"), start, own)


def field_at(text: str, row: int) -> Place | None:
    """The field that is written on a line, whole; None on a line without one."""
    lines, row = _document(text.split("\n"), row)
    tokens = line_tokens(lines[row])
    key = tokens[-1] if tokens else None
    if key is None:
        return None
    dashes = [token for token in tokens if token.is_dash]
    path = _path_above(lines[:row], key.column + key.is_dash, dashes)
    if path is None:
        return None
    whole = path if key.is_dash else (*path, key.key)
    return Place(tuple(lines), row, whole, False, "", key.column, key.column)


def _document(lines: Sequence[str], row: int) -> tuple[list[str], int]:
    """The document that holds a line, and the line's place in it."""
    row = min(row, len(lines) - 1)
    first = next((n + 1 for n in range(row - 1, -1, -1) if _END.match(lines[n])), 0)
    last = next((n for n in range(row + 1, len(lines)) if _END.match(lines[n])), len(lines))
    return list(lines[first:last]), row - first


def _path_above(lines: Sequence[str], column: int, dashes: Sequence[Token]) -> FieldPath | None:
    """The path of the mapping whose keys begin in `column`, from the lines above and the dashes before it on its line."""
    parts: list[str | int] = []
    below_dash = False
    for token in [*reversed(dashes), *_backwards(lines)]:
        if token.is_dash:
            if token.column < column:
                parts.append(0)
                column, below_dash = token.column, True
            elif below_dash and token.column == column:
                parts[-1] = int(parts[-1]) + 1
        elif token.column < column or (below_dash and token.column == column):
            if _BLOCK_TEXT.match(token.value):
                return None
            parts.append(token.key)
            column, below_dash = token.column, False
    return tuple(reversed(parts))


def _backwards(lines: Sequence[str]) -> Iterator[Token]:
    for line in reversed(lines):
        yield from reversed(line_tokens(line))
