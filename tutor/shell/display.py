"""What the shell's pane gets: text without the control codes of terminals, and never more than a bounded amount."""

from __future__ import annotations

import codecs
import re

OUTPUT_LIMIT = 1024 * 1024
"""Bytes one line may write to the screen."""
CLEAR = "clear"
"""The stream that says: clear the screen."""

_CLEARS = re.compile(r"\x1b\[(?:1;1)?H\x1b\[[0-3]?J(?:\x1b\[3J)?|\x1b\[2J|\x1bc")
"""Going to the top left corner and clearing from there, as `clear` does; a cleared rest of a line is not it."""
_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[PX^_\]][^\x07\x1b]{0,200}\x1b?|[ -/]*)?\Z|\r\Z")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MAX_LINE = 4096
"""Characters of a line that are remembered to see whether it only grew."""
_BACKSPACE = re.compile(r"[^\n\b]\x08")


class Display:
    """Turns the bytes of one output stream into pieces of plain text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._line = ""
        """What of the current line has been shown."""

    def take(self, data: bytes) -> list[tuple[bool, str]]:
        """Pieces of (whether the screen is cleared first, text)."""
        text = self._rest + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        self._rest = text[unfinished.start() :] if unfinished and len(text) - unfinished.start() < 256 else ""
        first, *others = _CLEARS.split(text[: len(text) - len(self._rest)])
        pieces = [(False, self._show(first))]
        for piece in others:
            self._line = ""
            pieces.append((True, self._show(piece)))
        return pieces

    def end(self) -> str:
        """What is left at the end of a line's output."""
        rest, self._rest = self._rest, ""
        shown, self._line = self._show(rest + self._decoder.decode(b"", final=True)), ""
        return shown

    def _show(self, text: str) -> str:
        """The text to add to what was shown; a line that is written over is shown as a new one unless it only grew."""
        shown: list[str] = []
        *whole, last = plain(text).split("\n")
        for line in whole:
            shown.append(self._grown(line) + "\n")
            self._line = ""
        shown.append(self._grown(last))
        return "".join(shown)

    def _grown(self, line: str) -> str:
        before = self._line
        kept = line.rsplit("\r", 1)[-1]
        if "\r" not in line:
            self._line = (before + line)[:_MAX_LINE]
            return line
        self._line = kept[:_MAX_LINE]
        if before.startswith(kept):
            return ""
        return kept[len(before) :] if kept.startswith(before) else f"\n{kept}"


def plain(text: str) -> str:
    """Text without escape sequences and control characters; of carriage returns, those that start a line anew stay."""
    text = _SEQUENCES.sub("", text).replace("\r\n", "\n")
    return _CONTROLS.sub("", _BACKSPACE.sub("", text))
