"""grep, egrep, fgrep."""

from __future__ import annotations

from collections import deque

from tutor.posix import patterns, regex
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode
from tutor.posix.tools.base import tool_class
from tutor.posix.tools.inputs import LineTool
from tutor.posix.tools.options import Options, integer
from tutor.posix.tools.walking import walk
from tutor.posix.waits import Exit

_LETTERS = "ivncoEFrRqwxlLhHsaPe:f:m:A:B:C:I:X:"
_NAMES = {
    "ignore-case": "i",
    "invert-match": "v",
    "line-number": "n",
    "count": "c",
    "only-matching": "o",
    "extended-regexp": "E",
    "fixed-strings": "F",
    "recursive": "r",
    "quiet": "q",
    "silent": "q",
    "word-regexp": "w",
    "line-regexp": "x",
    "files-with-matches": "l",
    "files-without-match": "L",
    "no-filename": "h",
    "with-filename": "H",
    "no-messages": "s",
    "regexp": "e",
    "file": "f",
    "max-count": "m",
    "after-context": "A",
    "before-context": "B",
    "context": "C",
    "include": "I",
    "exclude": "X",
    "color": "s",
}


@tool_class("grep", "egrep", "fgrep")
class Grep(LineTool):
    def begin(self, process: Process) -> Outcome:
        options = self._arguments()
        flags = self.flags = options.flags
        if "P" in flags:
            raise ToolError("-P is not simulated; use -E", 2)
        operands = list(options.operands)
        self.regexes = self._compile(process, options, operands)
        recursive = bool({"r", "R"} & flags)
        self.inputs = operands or (["."] if recursive else ["-"])
        if recursive:
            self.inputs = self._files(process, options)
        self.names = ("H" in flags or recursive or len(self.inputs) > 1) and "h" not in flags
        context = options.value("C") or "0"
        self.after, self.before = integer(options.value("A") or context), integer(options.value("B") or context)
        self.most = None if options.value("m") is None else integer(options.value("m") or "0")
        self.matched = self.failed = False
        self._reset()
        return None

    def _arguments(self) -> Options:
        argv = [word for word in self.argv if word.split("=")[0] not in ("--color", "--colour")]
        argv = [argv[0], *(f"-C{word[1:]}" if word[:1] == "-" and word[1:].isdecimal() else word for word in argv[1:])]
        self.argv = argv
        return self.options(_LETTERS, _NAMES)

    def _compile(self, process: Process, options: Options, operands: list[str]) -> list[regex.Regex]:
        sources = list(options.values.get("e", []))
        for name in options.values.get("f", []):
            sources += decode(process.files.read(process.path(name))).splitlines()
        if not sources and "f" not in options.values:
            if not operands:
                raise ToolError("no pattern given", 2)
            sources = operands.pop(0).split("\n")
        program = self.argv[0].rsplit("/", 1)[-1]
        fixed, extended = "F" in options.flags or program == "fgrep", "E" in options.flags or program == "egrep"
        sources = [regex.escape(source) for source in sources] if fixed else sources
        return [
            regex.compile_regex(source, extended=extended or fixed, ignore_case="i" in options.flags)
            for source in sources
        ]

    def _files(self, process: Process, options: Options) -> list[str]:
        found = list[str]()
        for name in self.inputs:
            found += [path for path, info in walk(process, name) if info.kind == "file"]
        include, exclude = options.values.get("I", []), options.values.get("X", [])
        return [
            path
            for path in found
            if (not include or any(patterns.matches(glob, path.rsplit("/", 1)[-1]) for glob in include))
            and not any(patterns.matches(glob, path.rsplit("/", 1)[-1]) for glob in exclude)
        ]

    def _reset(self) -> None:
        self.number = self.count = self.printed = 0
        self.kept: deque[tuple[int, str]] = deque(maxlen=max(0, min(self.before, 10_000)))
        self.pending = 0

    def begin_input(self, process: Process) -> None:
        self._reset()

    def cannot_open(self, process: Process, error: FileError) -> None:
        self.failed = True
        if "s" not in self.flags:
            self.complain(process, f"{self.name()}: {error.reason}")

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        self.number += 1
        if self.most is not None and self.count >= self.most:
            return
        spans = self._spans(line)
        if (not spans) == ("v" in self.flags):
            self._hit(process, line, spans)
        elif self.pending:
            self.pending -= 1
            self._print(process, self.number, "-", line)
        else:
            self.kept.append((self.number, line))

    def _spans(self, line: str) -> list[tuple[int, int]]:
        """Where the patterns match; the first match only, unless all are to be printed."""
        spans = list[tuple[int, int]]()
        for expression in self.regexes:
            start = 0
            while start <= len(line) and (match := self._match(expression, line, start)):
                spans.append((match.start, match.end))
                if "o" not in self.flags:
                    return spans
                start = max(match.end, match.start + 1)
        return sorted(spans)

    def _match(self, expression: regex.Regex, line: str, start: int) -> regex.Match | None:
        while start <= len(line):
            match = expression.search(line, start)
            if match is None:
                return None
            whole = "x" not in self.flags or (match.start == 0 and match.end == len(line))
            if whole and ("w" not in self.flags or _is_word(line, match)):
                return match
            start = match.start + 1
        return None

    def _hit(self, process: Process, line: str, spans: list[tuple[int, int]]) -> None:
        self.matched = True
        self.count += 1
        if {"q", "l", "L"} & self.flags:
            self.done = "q" in self.flags
            return
        if "c" in self.flags:
            return
        if "o" in self.flags:
            for start, end in spans if "v" not in self.flags else []:
                if end > start:
                    self._print(process, self.number, ":", line[start:end])
            return
        if (self.before or self.after) and self.printed and self.printed < self.number - len(self.kept) - 1:
            process.write(1, "--\n")
        for number, text in self.kept:
            self._print(process, number, "-", text)
        self.kept.clear()
        self._print(process, self.number, ":", line)
        self.pending = self.after

    def _print(self, process: Process, number: int, mark: str, text: str) -> None:
        self.printed = number
        name = ("(standard input)" if self.name() == "-" else self.name()) + mark if self.names else ""
        process.write(1, name + (f"{number}{mark}" if "n" in self.flags else "") + text + "\n")

    def end_of_input(self, process: Process) -> None:
        super().end_of_input(process)
        name = "(standard input)" if self.name() == "-" else self.name()
        if ("l" in self.flags and self.count) or ("L" in self.flags and not self.count):
            process.write(1, name + "\n")
        elif "c" in self.flags and not {"q", "l", "L"} & self.flags:
            process.write(1, (f"{name}:" if self.names else "") + f"{self.count}\n")

    def finish(self, process: Process) -> Outcome:
        if self.failed and not ("q" in self.flags and self.matched):
            return Exit(2)
        return Exit(int(not self.matched))


def _is_word(line: str, match: regex.Match) -> bool:
    def inside(index: int) -> bool:
        return 0 <= index < len(line) and (line[index].isalnum() or line[index] == "_")

    return not inside(match.start - 1) and not inside(match.end)
