"""From expanded pieces to words: field splitting, pathname expansion, quote removal (POSIX XCU 2.6.5 to 2.6.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tutor.posix import limits, patterns
from tutor.posix.errors import FileError, ShellError
from tutor.posix.process import Process
from tutor.posix.tree import join


class Piece(NamedTuple):
    """Part of an expanded word.

    `split` marks what came from an unquoted expansion and is split at IFS; `boundary` stands between the words of
    `"$@"`.
    """

    text: str
    quoted: bool = False
    split: bool = False
    boundary: bool = False


Pieces = list[Piece]


def text_of(pieces: Iterable[Piece], separator: str = " ") -> str:
    """The pieces as one string, as in an assignment."""
    return "".join(separator if piece.boundary else piece.text for piece in pieces)


def pattern_of(pieces: Iterable[Piece]) -> str:
    """The pieces as a pattern in which quoted text means itself."""
    return "".join(patterns.escape(piece.text) if piece.quoted else piece.text for piece in pieces)


def split(pieces: Sequence[Piece], separators: str) -> list[Pieces]:
    """Fields of an expanded word."""
    splitter = _Splitter(separators)
    for piece in pieces:
        if piece.boundary:
            splitter.end(keep_next=True)
        elif piece.split and not piece.quoted:
            splitter.split(piece.text)
        elif piece.text or piece.quoted:
            splitter.add(piece)
    return splitter.result()


class _Splitter:
    def __init__(self, separators: str) -> None:
        self.white = "".join(c for c in separators if c in " \t\n")
        self.segments = _segments(separators)
        self.fields = list[Pieces]()
        self.current: Pieces | None = None
        self.after_white = False

    def add(self, piece: Piece) -> None:
        self.after_white = False
        if self.current is None:
            self.current = []
        self.current.append(piece)

    def end(self, *, keep_next: bool = False) -> None:
        if self.current is not None:
            if len(self.fields) >= limits.FIELDS:
                raise ShellError("too many words", 2)
            self.fields.append(self.current)
        self.current = [] if keep_next else None

    def split(self, text: str) -> None:
        for match in self.segments.finditer(text):
            segment = match[0]
            if match.lastgroup == "plain":
                self.add(Piece(segment))
            elif segment[0] in self.white:
                had_field = self.current is not None
                self.end()
                self.after_white = had_field or self.after_white
            elif self.after_white:
                self.after_white = False  # white space before a separator belongs to it
            else:
                self.current = self.current if self.current is not None else []
                self.end()

    def result(self) -> list[Pieces]:
        if self.current:
            self.end()
        return self.fields


@lru_cache(maxsize=32)
def _segments(separators: str) -> re.Pattern[str]:
    if not separators:
        return re.compile(r"(?P<plain>.+)", re.DOTALL)
    white = re.escape("".join(c for c in separators if c in " \t\n")) or r"\Z\A"
    every = re.escape(separators)
    whites = f"[{white}]+" if white != r"\Z\A" else r"(?!)"
    return re.compile(rf"(?P<plain>[^{every}]+)|(?P<white>{whites})|(?P<other>[{every}])")


def expand_paths(process: Process, pieces: Pieces) -> list[str]:
    """The files a field names as a pattern, or the field itself when it is none or nothing matches."""
    text = text_of(pieces)
    if not any(not piece.quoted and any(c in piece.text for c in "*?[") for piece in pieces):
        return [text]
    pattern = pattern_of(pieces)
    return glob(process, pattern) or [text]


def glob(process: Process, pattern: str) -> list[str]:
    """Names of files that match, sorted. A leading dot has to be matched by a dot."""
    found = ["/"] if pattern.startswith("/") else [""]
    parts = pattern.strip("/").split("/")
    for part in parts:
        found = [path for base in found for path in _matching(process, base, part)]
        if len(found) > limits.FIELDS:
            raise ShellError("too many words", 2)
    if pattern.endswith("/"):
        found = [path + "/" for path in found if process.files.is_directory(join(process.cwd, path))]
    return sorted(found)


def _matching(process: Process, base: str, part: str) -> list[str]:
    prefix = base if base in ("", "/") else base + "/"
    if not patterns.is_special(part):
        path = prefix + patterns.unescape(part)
        return [path] if process.files.lookup(join(process.cwd, path), follow=False) else []
    try:
        names = process.files.list(join(process.cwd, base))
    except FileError:
        return []
    return [
        prefix + name
        for name in names
        if (not name.startswith(".") or part.startswith((".", "\\."))) and patterns.matches(part, name)
    ]
