"""find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.posix import limits, patterns
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.tools.base import Tool, describe, tool_class
from tutor.posix.tools.options import integer
from tutor.posix.tools.walking import remove_all, walk
from tutor.posix.tree import FileInfo
from tutor.posix.waits import Child, Exit

_KINDS = {"f": "file", "d": "directory", "l": "link", "c": "device"}
_SIZE_UNITS = {"": 512, "b": 512, "c": 1, "k": 1024, "M": 1 << 20, "G": 1 << 30}
_BATCH = 200


@dataclass(frozen=True)
class _Test:
    """One primary: `-name x`. `not`, `and` and `or` hold others in `parts`."""

    name: str
    argument: str = ""
    parts: tuple[_Test, ...] = ()
    command: tuple[str, ...] = ()


_WITH_ARGUMENT = frozenset(
    {"name", "iname", "path", "type", "maxdepth", "mindepth", "size", "mtime", "mmin", "newer", "perm", "user"}
)
_WITHOUT = frozenset({"print", "print0", "delete", "empty", "true", "prune"})


@tool_class("find")
class Find(Tool):
    def begin(self, process: Process) -> Outcome:
        words = self.argv[1:]
        tops = list[str]()
        while words and not (words[0].startswith("-") or words[0] in ("(", "!", ")")):
            tops.append(words.pop(0))
        self.expression = _parse(words)
        depths = {
            test.name: integer(test.argument) for test in _all(self.expression) if test.name in ("maxdepth", "mindepth")
        }
        self.most, self.least = depths.get("maxdepth", 1 << 30), depths.get("mindepth", 0)
        acts = any(test.name in ("print", "print0", "delete", "exec") for test in _all(self.expression))
        if not acts:
            self.expression = _Test("and", parts=(self.expression, _Test("print")))
        self.found = list[tuple[str, FileInfo]]()
        for top in tops or ["."]:
            self._collect(process, top)
        if any(test.name == "delete" for test in _all(self.expression)):
            self.found.reverse()
        self.pruned: list[str] = []
        self.queue: list[list[str]] = []
        self.batches: dict[tuple[str, ...], list[str]] = {}
        self.child: int | None = None
        self.index = 0
        return None

    def _collect(self, process: Process, top: str) -> None:
        base = 0 if top == "/" else top.rstrip("/").count("/")
        try:
            for name, info in walk(process, top):
                depth = 0 if name == top else name.count("/") - base
                if self.least <= depth <= self.most:
                    self.found.append((name, info))
        except FileError as error:
            self.complain(process, describe(error) if error.path != process.path(top) else f"{top}: {error.reason}")
            self.status = 1

    def work(self, process: Process) -> Outcome:
        if self.child is not None:
            if process.children.get(self.child) is None and self.child in process.children:
                return Child(pids=(self.child,))
            process.reap(self.child)
            self.child = None
        if self.queue:
            self._run(process, self.queue.pop(0))
            return None
        if self.index < len(self.found):
            name, info = self.found[self.index]
            self.index += 1
            if not any(name.startswith(top + "/") for top in self.pruned):
                self._holds(process, self.expression, name, info)
            return None
        if self.batches:
            command, names = self.batches.popitem()
            self.queue += [[*command, *names[at : at + _BATCH]] for at in range(0, len(names), _BATCH)]
            return None
        return Exit(self.status)

    def _run(self, process: Process, argv: list[str]) -> None:
        try:
            self.child = process.spawn(argv)
        except CommandNotFound:
            self.complain(process, f"{argv[0]}: No such file or directory")
            self.status = 1
        except NotExecutable as error:
            self.complain(process, f"{argv[0]}: {error.reason}")
            self.status = 1

    def _holds(self, process: Process, test: _Test, name: str, info: FileInfo) -> bool:
        if test.name == "and":
            return all(self._holds(process, part, name, info) for part in test.parts)
        if test.name == "or":
            return any(self._holds(process, part, name, info) for part in test.parts)
        if test.name == "not":
            return not self._holds(process, test.parts[0], name, info)
        if test.name in ("print", "print0"):
            process.write(1, name + ("\n" if test.name == "print" else "\0"))
            return True
        if test.name == "exec":
            self._execute(test, name)
            return True
        if test.name == "delete":
            remove_all(process, name)
            return True
        if test.name == "prune":
            self.pruned.append(name)
            return True
        return _matches(process, test, name, info)

    def _execute(self, test: _Test, name: str) -> None:
        if test.argument == "+":
            self.batches.setdefault(test.command, []).append(name)
        else:
            self.queue.append([word.replace("{}", name) for word in test.command])


def _matches(process: Process, test: _Test, name: str, info: FileInfo) -> bool:
    last = name.rstrip("/").rsplit("/", 1)[-1] or "/"
    argument = test.argument
    if test.name in ("name", "iname"):
        folded = test.name == "iname"
        return patterns.matches(argument.lower() if folded else argument, last.lower() if folded else last)
    if test.name == "path":
        return patterns.matches(argument, name)
    if test.name == "type":
        return info.kind in {_KINDS.get(letter, "") for letter in argument.split(",")}
    if test.name == "empty":
        return (
            not process.files.list(process.path(name)) if info.is_directory else info.kind == "file" and info.size == 0
        )
    if test.name == "newer":
        return info.modified > process.files.info(process.path(argument)).modified
    if test.name == "perm":
        return (
            bool(info.mode & int(argument[1:], 8) == int(argument[1:], 8))
            if argument[0] in "-/"
            else info.mode == int(argument, 8)
        )
    if test.name == "size":
        unit = _SIZE_UNITS[argument.lstrip("+-0123456789")]
        return _compare(argument, -(-info.size // unit))
    if test.name in ("mtime", "mmin"):
        return _compare(argument, int((process.now - info.modified) // (86400 if test.name == "mtime" else 60)))
    return test.name != "user" or str(info.uid) == argument


def _compare(argument: str, value: int) -> bool:
    match = re.match(r"([-+]?)(\d{1,12})", argument)
    if not match:
        raise ToolError(f"bad number '{argument}'")
    wanted = int(match[2])
    return value > wanted if match[1] == "+" else value < wanted if match[1] == "-" else value == wanted


def _all(test: _Test) -> Iterator[_Test]:
    yield test
    for part in test.parts:
        yield from _all(part)


def _parse(words: list[str]) -> _Test:
    parser = _Parser(words)
    test = parser.any_of(0) if words else _Test("true")
    if parser.index < len(words):
        raise ToolError(f"unrecognized: {words[parser.index]}")
    return test


class _Parser:
    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.index = 0

    def _peek(self) -> str:
        return self.words[self.index] if self.index < len(self.words) else ""

    def any_of(self, depth: int) -> _Test:
        if depth > limits.EXPRESSION_NESTING:
            raise ToolError("expression nested too deeply")
        parts = [self._all_of(depth)]
        while self._peek() in ("-o", "-or"):
            self.index += 1
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else _Test("or", parts=tuple(parts))

    def _all_of(self, depth: int) -> _Test:
        parts = [self._not(depth)]
        while self._peek() and self._peek() not in ("-o", "-or", ")"):
            if self._peek() in ("-a", "-and"):
                self.index += 1
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else _Test("and", parts=tuple(parts))

    def _not(self, depth: int) -> _Test:
        negated = False
        while self._peek() in ("!", "-not"):
            self.index += 1
            negated = not negated
        test = self._primary(depth)
        return _Test("not", parts=(test,)) if negated else test

    def _primary(self, depth: int) -> _Test:
        word = self._peek()
        self.index += 1
        if word == "(":
            test = self.any_of(depth + 1)
            if self._peek() != ")":
                raise ToolError("unmatched '('")
            self.index += 1
            return test
        name = word.removeprefix("-")
        if word.startswith("-") and name in _WITHOUT:
            return _Test(name)
        if word.startswith("-") and name in _WITH_ARGUMENT:
            argument = self._peek()
            self.index += 1
            _check(name, argument)
            return _Test(name, argument)
        if word == "-exec":
            return self._exec()
        raise ToolError(f"unrecognized: {word}" if word else "missing expression")

    def _exec(self) -> _Test:
        command = list[str]()
        while self._peek() not in (";", "+", ""):
            command.append(self._peek())
            self.index += 1
        end = self._peek()
        self.index += 1
        if not end or not command:
            raise ToolError("-exec requires an argument")
        if end == "+" and command[-1:] == ["{}"]:
            command.pop()
        return _Test("exec", end, command=tuple(command))


def _check(name: str, argument: str) -> None:
    """Refuse arguments that could not be evaluated later."""
    shapes = {
        "size": r"[-+]?\d{1,12}[bckMG]?",
        "mtime": r"[-+]?\d{1,12}",
        "mmin": r"[-+]?\d{1,12}",
        "perm": r"[-/]?[0-7]{1,4}",
        "maxdepth": r"\d{1,6}",
        "mindepth": r"\d{1,6}",
        "type": r"[fdlcbps](,[fdlcbps])*",
    }
    if not re.fullmatch(shapes.get(name, r"(?s:.+)"), argument):
        raise ToolError(f"bad argument '{argument}' to -{name}")
