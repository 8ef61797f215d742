"""echo, printf, yes, seq, clear, true, false."""

from __future__ import annotations

import re

from tutor.posix import escapes, limits
from tutor.posix.errors import ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.tools.base import Invocation, Tool, tool, tool_class
from tutor.posix.waits import Exit

_DIRECTIVE = re.compile(r"%([-+ #0]*)(\*|\d{1,4})?(?:\.(\*|\d{0,4}))?(.)", re.DOTALL)
_STEP = 500
"""Numbers `seq` prints in one step."""
_BLOCK = 4_096
"""Bytes `yes` writes in one step, as the real one writes whole blocks."""


@tool("true")
def true(invocation: Invocation) -> int:
    return 0


@tool("false")
def false(invocation: Invocation) -> int:
    return 1


@tool("clear")
def clear(invocation: Invocation) -> int:
    invocation.out("\x1b[H\x1b[J")
    return 0


@tool("echo")
def echo(invocation: Invocation) -> int:
    return print_words(invocation, interpret=False)


def print_words(invocation: Invocation, *, interpret: bool) -> int:
    """echo. `interpret` is how dash's own behaves: escapes always count, and -n is the only option."""
    words = invocation.argv[1:]
    newline, options = True, r"-n" if interpret else r"-[neE]+"
    while words and re.fullmatch(options, words[0]):
        newline = newline and "n" not in words[0]
        interpret = words[0].rfind("e") > words[0].rfind("E") if re.search("[eE]", words[0]) else interpret
        words = words[1:]
    text = " ".join(words)
    stopped = False
    if interpret:
        text, stopped = escapes.expand(text, leading_zero=True)
    invocation.out(text + ("\n" if newline and not stopped else ""))
    return 0


@tool("printf")
def printf(invocation: Invocation) -> int:
    words = invocation.argv[2:] if invocation.argv[1:2] == ["--"] else invocation.argv[1:]
    if not words:
        raise ToolError("usage: printf FORMAT [ARG]...", 1)
    printer = _Printer(invocation, words[0], words[1:])
    printer.run()
    return printer.status


class _Printer:
    """printf(1): the format is used again as long as there are arguments."""

    def __init__(self, invocation: Invocation, form: str, arguments: list[str]) -> None:
        self.invocation = invocation
        self.form = form
        self.arguments = arguments
        self.next = 0
        self.size = 0
        self.status = 0
        self.stopped = False

    def run(self) -> None:
        while True:
            before = self.next
            self._once()
            if self.stopped or self.next == before or self.next >= len(self.arguments):
                return

    def _once(self) -> None:
        index = 0
        while index < len(self.form) and not self.stopped:
            percent = self.form.find("%", index)
            end = len(self.form) if percent < 0 else percent
            text, self.stopped = escapes.expand(self.form[index:end])
            self._out(text)
            if percent < 0 or self.stopped:
                return
            index = self._directive(percent)

    def _out(self, text: str) -> None:
        self.size += len(text)
        if self.size > limits.EXPANSION_SIZE:
            raise ToolError("output too large")
        self.invocation.out(text)

    def _take(self) -> str | None:
        self.next += 1
        return self.arguments[self.next - 1] if self.next <= len(self.arguments) else None

    def _directive(self, start: int) -> int:
        if self.form.startswith("%%", start):
            self._out("%")
            return start + 2
        match = _DIRECTIVE.match(self.form, start)
        if not match or match[4] not in "diouxXcsbeEfFgGq":
            raise ToolError(f"{self.form[start:]}: invalid format")
        flags, letter = match[1], match[4]
        width = self._number(self._take()) if match[2] == "*" else int(match[2] or 0)
        precision = None if match[3] is None else self._number(self._take()) if match[3] == "*" else int(match[3] or 0)
        if abs(width) > 10_000 or (precision or 0) > 10_000:
            raise ToolError("field width too large")
        flags, width = (flags + "-", -width) if width < 0 else (flags, width)
        text = self._convert(letter, flags, precision)
        zeros = "0" in flags and "-" not in flags and letter in "diouxXeEfFgG"
        if zeros:
            sign = text[:1] if text[:1] in "+- " and text else ""
            self._out(sign + text[len(sign) :].rjust(width - len(sign), "0"))
        else:
            self._out(text.ljust(width) if "-" in flags else text.rjust(width))
        return match.end()

    def _convert(self, letter: str, flags: str, precision: int | None) -> str:
        argument = self._take()
        if letter == "s":
            return (argument or "")[:precision]
        if letter == "c":
            return (argument or "")[:1]
        if letter == "b":
            text, self.stopped = escapes.expand(argument or "", leading_zero=True)
            return text[:precision]
        if letter == "q":
            return "'" + (argument or "").replace("'", "'\\''") + "'"
        if letter in "eEfFgG":
            return format(
                self._float(argument), f"{'+' if '+' in flags else ''}.{6 if precision is None else precision}{letter}"
            )
        return self._integer(letter, flags, precision, self._number(argument))

    @staticmethod
    def _integer(letter: str, flags: str, precision: int | None, value: int) -> str:
        if letter in "di":
            digits, sign = str(abs(value)), "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        else:
            digits = format(value & (1 << 64) - 1, {"u": "d"}.get(letter, letter))
            sign = {"o": "0", "x": "0x", "X": "0X"}.get(letter, "") if "#" in flags and value else ""
        return sign + digits.rjust(precision or 0, "0")

    def _number(self, text: str | None) -> int:
        if not text:
            return 0
        if text[0] in "'\"" and len(text) > 1:
            return ord(text[1])
        match = re.match(r"\s*([-+]?)(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})", text)
        if not match or match.end() != len(text):
            self._bad(text)
        if not match:
            return 0
        digits = match[2]
        base = 16 if digits[:2].lower() == "0x" else 8 if re.fullmatch("0[0-7]+", digits) else 10
        return int(digits, base) * (-1 if match[1] == "-" else 1)

    def _float(self, text: str | None) -> float:
        try:
            return float((text or "0")[:64])
        except ValueError:
            self._bad(text or "")
            return 0.0

    def _bad(self, text: str) -> None:
        self.invocation.complain(f"invalid number '{text}'")
        self.status = 1


@tool_class("yes")
class Yes(Tool):
    def work(self, process: Process) -> Outcome:
        line = (" ".join(self.argv[1:]) or "y") + "\n"
        process.write(1, line * max(1, _BLOCK // len(line)))
        return None


@tool_class("seq")
class Seq(Tool):
    """seq [-s SEP] [-w] [FIRST [STEP]] LAST, in whole or decimal numbers."""

    def begin(self, process: Process) -> Outcome:
        words, self.separator, self.wide = self.argv[1:], "\n", False
        while words and words[0][:2] in ("-w", "-s", "-f"):
            word = words.pop(0)
            if word.startswith("-f"):
                raise ToolError("-f is not simulated; use printf")
            self.wide = self.wide or word == "-w"
            if word.startswith("-s"):
                self.separator = word[2:] or (words.pop(0) if words else "")
        if not 1 <= len(words) <= 3:
            raise ToolError("usage: seq [-w] [-s SEP] [FIRST [INC]] LAST")
        self.places = max(len(word.partition(".")[2]) for word in words)
        numbers = [self._number(word) for word in words]
        self.last = numbers[-1]
        self.first = numbers[0] if len(numbers) > 1 else 10**self.places
        self.increment = numbers[1] if len(numbers) > 2 else 10**self.places
        if self.increment == 0:
            raise ToolError("invalid Zero increment value: '0'")
        self.width = max(len(self._text(self.first)), len(self._text(self.last))) if self.wide else 0
        self.index = 0
        return None

    def _number(self, text: str) -> int:
        if not re.fullmatch(r"[-+]?\d{1,18}(\.\d{0,9})?", text):
            raise ToolError(f"invalid number '{text}'")
        whole, _, part = text.partition(".")
        return int(whole + part.ljust(self.places, "0"))

    def _text(self, value: int) -> str:
        if not self.places:
            return str(value)
        digits = str(abs(value)).rjust(self.places + 1, "0")
        return ("-" if value < 0 else "") + digits[: -self.places] + "." + digits[-self.places :]

    def work(self, process: Process) -> Outcome:
        out = list[str]()
        while len(out) < _STEP:
            value = self.first + self.index * self.increment
            if value > self.last if self.increment > 0 else value < self.last:
                break
            text = self._text(value)
            out.append((self.separator if self.index else "") + text.rjust(self.width, "0"))
            self.index += 1
        process.write(1, "".join(out))
        if len(out) == _STEP:
            return None
        if self.index:
            process.write(1, "\n")
        return Exit(0)
