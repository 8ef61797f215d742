"""Backslash escapes of `printf`, `echo -e`, `tr` and `$'...'`."""

from __future__ import annotations

import re

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(.))", re.DOTALL)
_OCTAL = re.compile(r"[0-7]{1,3}")
_OCTAL_WITH_ZERO = re.compile(r"0[0-7]{0,3}")


def expand(text: str, *, leading_zero: bool = False) -> tuple[str, bool]:
    """Text with its escapes replaced, and whether a `\\c` asked to stop all output there.

    `leading_zero` is the octal form of `echo -e` and `printf %b`: `\\0101` instead of `\\101`.
    """
    out, index = list[str](), 0
    while True:
        start = text.find("\\", index)
        if start < 0 or start + 1 == len(text):
            return "".join(out) + text[index:], False
        out.append(text[index:start])
        if text[start + 1] == "c":
            return "".join(out), True
        replaced, index = _one(text, start, leading_zero)
        out.append(replaced)


def ansi_c(text: str) -> str:
    """The inside of `$'...'`, where quotes can be escaped too."""
    return expand(re.sub(r"\\(['\"?])", lambda m: "\\x" + format(ord(m[1]), "02x"), text))[0]


def _one(text: str, start: int, leading_zero: bool) -> tuple[str, int]:
    octal = (_OCTAL_WITH_ZERO if leading_zero else _OCTAL).match(text, start + 1)
    if not octal and leading_zero:
        octal = _OCTAL.match(text, start + 1)
    if octal:
        return byte(int(octal[0], 8) & 255), octal.end()
    match = _ESCAPE.match(text, start)
    if match is None:
        return "\\", start + 1
    if match[1]:
        return byte(int(match[1], 16)), match.end()
    if match[2] or match[3]:
        code = int(match[2] or match[3], 16)
        return (chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "?"), match.end()
    return _SIMPLE.get(match[4], "\\" + match[4]), match.end()


def byte(value: int) -> str:
    """One byte as text: itself when it is ASCII, otherwise in the form `text.encode` turns back into that byte."""
    return chr(value) if value < 128 else chr(0xDC00 + value)
