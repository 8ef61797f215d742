"""sort."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.posix.errors import ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import encode
from tutor.posix.tools.base import tool_class
from tutor.posix.tools.inputs import GatherTool
from tutor.posix.waits import Exit

_NUMBER = re.compile(r"\s*(-?\d{0,18}(?:\.\d{0,9})?)")
_HUMAN = re.compile(r"\s*(-?\d{1,18}(?:\.\d{0,9})?)([KMGTPE]?)", re.IGNORECASE)
_KEY = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?([bdfhinrV]*)(?:,(\d{1,4})(?:\.(\d{1,4}))?([bdfhinrV]*))?")
SortKey = tuple[object, ...]


@dataclass(frozen=True)
class _Key:
    """`-k first.char,last.char` with its own letters; `last` 0 means to the end of the line."""

    first: int
    first_char: int
    last: int
    last_char: int
    letters: str


@tool_class("sort")
class Sort(GatherTool):
    def begin(self, process: Process) -> Outcome:
        names = {
            "reverse": "r",
            "numeric-sort": "n",
            "unique": "u",
            "key": "k",
            "field-separator": "t",
            "output": "o",
            "check": "c",
        }
        options = self.options(
            "rnufbdihVcsk:t:o:", {**names, "human-numeric-sort": "h", "version-sort": "V", "ignore-case": "f"}
        )
        self.inputs = options.operands or ["-"]
        self.flags, self.output = options.flags, options.value("o")
        self.separator = options.value("t")
        if self.separator is not None and len(self.separator) != 1:
            raise ToolError("bad -t parameter")
        self.keys = [_parse_key(text) for text in options.values.get("k", [])]
        return None

    def end_of_input(self, process: Process) -> None:
        if self.data and not self.data.endswith(b"\n"):
            self.data += b"\n"

    def finish(self, process: Process) -> Outcome:
        lines = self.lines()
        ordered = self._sorted(lines)
        if "c" in self.flags:
            return Exit(int(ordered != lines))
        if "u" in self.flags:
            ordered = self._unique(ordered)
        text = "".join(line + "\n" for line in ordered)
        if self.output is not None:
            process.files.write(process.path(self.output), encode(text))
        else:
            process.write(1, text)
        return Exit(self.status)

    def _sorted(self, lines: list[str]) -> list[str]:
        globally = "".join(letter for letter in self.flags if letter in "nfhVdb")
        if "s" not in self.flags and "u" not in self.flags:
            lines = sorted(lines, key=_bytes, reverse="r" in self.flags)
        for key in reversed(self.keys or [_Key(1, 1, 0, 0, "")]):
            letters = key.letters or globally
            reverse = "r" in key.letters if key.letters else "r" in self.flags
            values = {line: _value(self._extract(line, key), letters) for line in lines}
            lines = sorted(lines, key=values.__getitem__, reverse=reverse)
        return lines

    def _unique(self, lines: list[str]) -> list[str]:
        letters = "".join(letter for letter in self.flags if letter in "nfhVdb")
        keys = self.keys or [_Key(1, 1, 0, 0, "")]
        out, last = list[str](), None
        for line in lines:
            value = [_value(self._extract(line, key), key.letters or letters) for key in keys]
            if value != last:
                out.append(line)
            last = value
        return out

    def _extract(self, line: str, key: _Key) -> str:
        if key == _Key(1, 1, 0, 0, key.letters):
            return line
        spans = self._fields(line)
        start = spans[key.first - 1][0] + key.first_char - 1 if key.first <= len(spans) else len(line)
        if not key.last:
            return line[start:]
        if key.last > len(spans):
            return line[start:]
        end = spans[key.last - 1][0] + key.last_char if key.last_char else spans[key.last - 1][1]
        return line[start:end]

    def _fields(self, line: str) -> list[tuple[int, int]]:
        if self.separator is None:
            return [match.span() for match in re.finditer(r"\s*\S+", line)]
        spans, start = list[tuple[int, int]](), 0
        for part in line.split(self.separator):
            spans.append((start, start + len(part)))
            start += len(part) + 1
        return spans


def _bytes(line: str) -> bytes:
    return encode(line)


def _parse_key(text: str) -> _Key:
    match = _KEY.fullmatch(text)
    if not match or match[1] == "0":
        raise ToolError(f"bad field specification '{text}'")
    letters = match[3] + (match[6] or "")
    return _Key(int(match[1]), int(match[2] or 1), int(match[4] or 0), int(match[5] or 0), letters)


def _value(text: str, letters: str) -> SortKey:
    if "h" in letters:
        match = _HUMAN.match(text)
        return (float(match[1]) * 1024 ** " KMGTPE".index(match[2].upper() or " "),) if match else (0.0,)
    if "n" in letters:
        match = _NUMBER.match(text)
        digits = match[1] if match else ""
        return (float(digits) if re.search(r"\d", digits) else 0.0,)
    if "V" in letters:
        parts = re.split(r"([0-9]+)", text)
        return tuple((1, int(part[:18]), "") if number % 2 else (0, 0, part) for number, part in enumerate(parts))
    if "b" in letters:
        text = text.lstrip()
    if "d" in letters:
        text = "".join(char for char in text if char.isalnum() or char.isspace())
    return (_bytes(text.lower() if "f" in letters else text),)
