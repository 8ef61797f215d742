"""diff, cmp and comm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.dates import strftime
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Process
from tutor.posix.text import decode
from tutor.posix.tools.base import Invocation, describe, tool
from tutor.posix.tools.walking import child

if TYPE_CHECKING:
    import difflib

_MOST_LINES = 5_000
"""Lines diff compares: its method takes time in proportion to the square."""


@tool("diff")
def diff(invocation: Invocation) -> int:
    names = {"unified": "u", "brief": "q", "recursive": "r", "ignore-case": "i", "color": "x"}
    options = invocation.options("uqriwbBNaU:x", names)
    invocation.require(options.operands, 2, 2)
    first, second = options.operands
    flags = options.flags | ({"u"} if "U" in options.values else set())
    try:
        return _Difference(invocation, flags, int(options.value("U") or 3)).compare(first, second)
    except FileError as error:
        raise ToolError(describe(error), 2) from None
    except ValueError:
        raise ToolError("invalid context length", 2) from None


class _Difference:
    def __init__(self, invocation: Invocation, flags: set[str], context: int) -> None:
        self.invocation = invocation
        self.process: Process = invocation.process
        self.flags = flags
        self.context = max(0, context)

    def compare(self, first: str, second: str) -> int:
        directories = [
            name != "-" and self.invocation.files.is_directory(self.process.path(name)) for name in (first, second)
        ]
        if all(directories):
            return self._directories(first, second)
        if directories[0]:
            first = child(first, second.rsplit("/", 1)[-1])
        if directories[1]:
            second = child(second, first.rsplit("/", 1)[-1])
        return self._files(first, second)

    def _directories(self, first: str, second: str) -> int:
        left, right = (self.invocation.files.list(self.process.path(name)) for name in (first, second))
        status = 0
        for name in sorted({*left, *right}):
            if name not in left or name not in right:
                self.invocation.out(f"Only in {second if name not in left else first}: {name}\n")
                status = 1
                continue
            paths = child(first, name), child(second, name)
            if all(self.invocation.files.is_directory(self.process.path(path)) for path in paths):
                if "r" not in self.flags:
                    self.invocation.out(f"Common subdirectories: {paths[0]} and {paths[1]}\n")
                    continue
                status = max(status, self._directories(*paths))
            else:
                status = max(status, self._files(*paths))
        return status

    def _files(self, first: str, second: str) -> int:
        data = [self._read(name) for name in (first, second)]
        if data[0] == data[1]:
            return 0
        if "q" in self.flags:
            self.invocation.out(f"Files {first} and {second} differ\n")
            return 1
        left, right = (decode(content).splitlines(keepends=True) for content in data)
        if max(len(left), len(right)) > _MOST_LINES:
            raise ToolError("files are too long to compare here", 2)
        keys = [[self._key(line) for line in lines] for lines in (left, right)]
        import difflib  # only here: it takes longer to load than most tools take to run

        matcher = difflib.SequenceMatcher(None, keys[0], keys[1], autojunk=False)
        if all(tag == "equal" for tag, *_ in matcher.get_opcodes()):
            return 0
        self._unified(matcher, (first, second), left, right) if "u" in self.flags else self._normal(
            matcher, left, right
        )
        return 1

    def _read(self, name: str) -> bytes:
        if name == "-":
            data = self.process.stream(0).read(1 << 20)
            if data is None:
                raise ToolError("reading standard input from a pipe is not simulated; use a file", 2)
            return data
        return self.invocation.files.read(self.process.path(name))

    def _key(self, line: str) -> str:
        line = line.lower() if "i" in self.flags else line
        if "w" in self.flags:
            return "".join(line.split())
        return " ".join(line.split()) if "b" in self.flags else line

    def _unified(
        self, matcher: difflib.SequenceMatcher[str], names: tuple[str, str], left: list[str], right: list[str]
    ) -> None:
        for mark, name in zip(("---", "+++"), names, strict=True):
            info = None if name == "-" else self.invocation.files.lookup(self.process.path(name))
            time = strftime("%Y-%m-%d %H:%M:%S", info.modified if info else self.process.now)
            self.invocation.out(f"{mark} {name}\t{time}\n")
        for group in matcher.get_grouped_opcodes(self.context):
            spans = _span(group[0][1], group[-1][2]), _span(group[0][3], group[-1][4])
            self.invocation.out(f"@@ -{spans[0]} +{spans[1]} @@\n")
            for tag, i, j, k, m in group:
                if tag == "equal":
                    self._lines(" ", left[i:j])
                    continue
                self._lines("-", left[i:j])
                self._lines("+", right[k:m])

    def _normal(self, matcher: difflib.SequenceMatcher[str], left: list[str], right: list[str]) -> None:
        for tag, i, j, k, m in matcher.get_opcodes():
            if tag == "equal":
                continue
            letter = {"replace": "c", "delete": "d", "insert": "a"}[tag]
            self.invocation.out(f"{_place(i, j)}{letter}{_place(k, m)}\n")
            self._lines("< ", left[i:j])
            if tag == "replace":
                self.invocation.out("---\n")
            self._lines("> ", right[k:m])

    def _lines(self, mark: str, lines: list[str]) -> None:
        for line in lines:
            self.invocation.out(mark + line + ("" if line.endswith("\n") else "\n\\ No newline at end of file\n"))


def _span(start: int, end: int) -> str:
    length = end - start
    return str(start + 1) if length == 1 else f"{start + (length > 0)},{length}"


def _place(start: int, end: int) -> str:
    if end - start <= 1:
        return str(start + (end > start))
    return f"{start + 1},{end}"


@tool("cmp")
def cmp(invocation: Invocation) -> int:
    options = invocation.options("sl")
    invocation.require(options.operands, 2, 2)
    first, second = options.operands
    left, right = (invocation.files.read(invocation.path(name)) for name in (first, second))
    if left == right:
        return 0
    if "s" not in options.flags:
        at = next((index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
        if at is None:
            invocation.complain(f"EOF on {first if len(left) < len(right) else second}")
        else:
            invocation.out(f"{first} {second} differ: char {at + 1}, line {left[:at].count(10) + 1}\n")
    return 1


@tool("comm")
def comm(invocation: Invocation) -> int:
    options = invocation.options("123")
    invocation.require(options.operands, 2, 2)
    left, right = (decode(invocation.files.read(invocation.path(name))).splitlines() for name in options.operands)
    rows = list[tuple[int, str]]()
    while left or right:
        if left and right and left[0] == right[0]:
            rows.append((3, left.pop(0)))
            right.pop(0)
        elif right and (not left or right[0] < left[0]):
            rows.append((2, right.pop(0)))
        else:
            rows.append((1, left.pop(0)))
    for column, text in rows:
        if str(column) not in options.flags:
            tabs = sum(str(before) not in options.flags for before in range(1, column))
            invocation.out("\t" * tabs + text + "\n")
    return 0
