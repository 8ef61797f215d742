"""What the shell's pane gets: text without the control codes of terminals, and never more than a bounded amount."""

from __future__ import annotations

import codecs
import re

OUTPUT_LIMIT = 1024 * 1024
"""Bytes one line may write to the screen."""
CLEAR = "clear"
"""The stream that says: clear the screen."""

_CLEARS = re.compile(r"\x1b\[[23]?J|\x1bc")
_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[PX^_\]][^\x07\x1b]{0,200}\x1b?|[ -/]*)?\Z|\r\Z")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BACKSPACE = re.compile(r"[^\n\b]\x08")


class Display:
    """Turns the bytes of one output stream into pieces of plain text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def take(self, data: bytes) -> list[tuple[bool, str]]:
        """Pieces of (whether the screen is cleared first, text)."""
        text = self._rest + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        self._rest = text[unfinished.start() :] if unfinished and len(text) - unfinished.start() < 256 else ""
        text = text[: len(text) - len(self._rest)]
        first, *others = _CLEARS.split(text)
        return [(False, plain(first)), *((True, plain(piece)) for piece in others)]

    def end(self) -> str:
        """What is left at the end of a line's output."""
        rest, self._rest = self._rest, ""
        return plain(rest + self._decoder.decode(b"", final=True))


def plain(text: str) -> str:
    """Text without escape sequences and other control characters; a carriage return starts a new line."""
    text = _SEQUENCES.sub("", text).replace("\r\n", "\n")
    text = _BACKSPACE.sub("", text)
    return _CONTROLS.sub("", text.replace("\r", "\n"))
