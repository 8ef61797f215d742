"""cut, tr, uniq, paste: tools that rearrange text within lines or between neighbours."""

from __future__ import annotations

import re

from tutor.posix import escapes
from tutor.posix.charsets import CLASSES
from tutor.posix.errors import ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode
from tutor.posix.tools.base import Tool, tool_class
from tutor.posix.tools.inputs import GatherTool, LineTool
from tutor.posix.tools.options import integer
from tutor.posix.waits import Exit, Readable

_MAX_COLUMN = 1 << 20


def _ranges(text: str) -> list[tuple[int, int]]:
    """A list such as "1,3-5,7-": pairs of first and last, from 0, last excluded."""
    out = list[tuple[int, int]]()
    for part in text.split(","):
        match = re.fullmatch(r"(\d{0,6})(-?)(\d{0,6})", part)
        if not match or not (match[1] or match[3]):
            raise ToolError(f"invalid range '{part}'")
        first = int(match[1] or 1)
        last = first if not match[2] else int(match[3]) if match[3] else _MAX_COLUMN
        if first < 1 or last < first:
            raise ToolError(f"invalid range '{part}'")
        out.append((first - 1, last))
    return sorted(out)


@tool_class("cut")
class Cut(LineTool):
    def begin(self, process: Process) -> Outcome:
        names = {
            "fields": "f",
            "delimiter": "d",
            "characters": "c",
            "bytes": "b",
            "only-delimited": "s",
            "output-delimiter": "O",
        }
        options = self.options("f:d:c:b:sO:", names)
        self.inputs = options.operands or ["-"]
        chosen = [letter for letter in "fcb" if options.value(letter) is not None]
        if len(chosen) != 1:
            raise ToolError("expected a list of bytes, characters, or fields")
        self.by_field = chosen == ["f"]
        self.ranges = _ranges(options.value(chosen[0]) or "")
        self.delimiter = options.value("d") or "\t"
        if len(self.delimiter) != 1:
            raise ToolError("the delimiter must be a single character")
        self.joint = options.value("O") or self.delimiter
        self.only = "s" in options.flags
        return None

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        if not self.by_field:
            process.write(1, "".join(self._pick(list(line))) + "\n")
        elif self.delimiter in line:
            process.write(1, self.joint.join(self._pick(line.split(self.delimiter))) + "\n")
        elif not self.only:
            process.write(1, line + "\n")

    def _pick(self, items: list[str]) -> list[str]:
        out, at = list[str](), 0
        for first, last in self.ranges:
            out += items[max(first, at) : last]
            at = max(at, last)
        return out


@tool_class("tr")
class Tr(Tool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("dscC", mixed=False)
        self.delete, self.squeeze = "d" in options.flags, "s" in options.flags
        complement = bool({"c", "C"} & options.flags)
        sets = [_tr_set(text) for text in options.operands]
        wanted = 2 if self.delete and self.squeeze else 1 if self.delete or self.squeeze else 2
        if not wanted <= len(sets) <= 2:
            raise ToolError("missing operand" if len(sets) < wanted else "extra operand")
        first = sets[0]
        if complement:
            known = set(first)
            first = [chr(code) for code in range(256) if chr(code) not in known]
        second = sets[1] if len(sets) > 1 else []
        self.known = set(sets[0])
        self.complement = complement
        self.last_target = second[-1] if second else ""
        translates = bool(second) and not self.delete
        self.table = {
            ord(a): (second[min(index, len(second) - 1)] if translates else a)
            for index, a in reversed(list(enumerate(first)))
        }
        self.squeezed = set(second if len(sets) > 1 else first)
        self.last = ""
        return None

    def work(self, process: Process) -> Outcome:
        data = process.read(0)
        if data is None:
            return Readable(fd=0)
        if not data:
            return Exit(0)
        text = decode(data)
        text = "".join(char for char in text if not self._is_in_first(char)) if self.delete else self._translate(text)
        process.write(1, self._squeeze(text) if self.squeeze else text)
        return None

    def _is_in_first(self, char: str) -> bool:
        return (char in self.known) != self.complement

    def _translate(self, text: str) -> str:
        if self.complement and self.last_target:
            return "".join(self.last_target if self._is_in_first(char) else char for char in text)
        return text.translate(self.table)

    def _squeeze(self, text: str) -> str:
        out = list[str]()
        for char in text:
            if char != self.last or char not in self.squeezed:
                out.append(char)
            self.last = char
        return "".join(out)


def _tr_set(text: str) -> list[str]:
    """The characters of a tr set, in order."""
    text = re.sub(r"\[:(\w+):\]", lambda match: _class_text(match[1]), text)
    chars = list[tuple[str, bool]]()
    for match in re.finditer(r"\\([0-7]{1,3}|.)|(.)", text, re.DOTALL):
        chars.append((escapes.expand(match[0])[0] if match[1] else match[2], bool(match[1])))
    out, index = list[str](), 0
    while index < len(chars):
        char = chars[index][0]
        if index + 2 < len(chars) and chars[index + 1] == ("-", False):
            last = chars[index + 2][0]
            if ord(last) < ord(char) or ord(last) - ord(char) > 0x3000:
                raise ToolError(f"invalid range '{char}-{last}'")
            out += [chr(code) for code in range(ord(char), ord(last) + 1)]
            index += 3
            continue
        out.append(char)
        index += 1
    return out


def _class_text(name: str) -> str:
    if name not in CLASSES:
        raise ToolError(f"invalid character class '{name}'")
    members = (chr(code) for code in range(128) if CLASSES[name](chr(code)))
    return "".join("\\" + char if char in "\\-" else char for char in members)


@tool_class("uniq")
class Uniq(LineTool):
    def begin(self, process: Process) -> Outcome:
        options = self.options("cdiuf:s:", {"count": "c", "repeated": "d", "unique": "u", "ignore-case": "i"})
        self.inputs = options.operands[:1] or ["-"]
        self.flags = options.flags
        self.skip_fields, self.skip_chars = integer(options.value("f") or "0"), integer(options.value("s") or "0")
        self.current: str | None = None
        self.count = 0
        return None

    def _key(self, line: str) -> str:
        for _ in range(max(0, self.skip_fields)):
            line = re.sub(r"^\s*\S+", "", line)
        line = line[self.skip_chars :]
        return line.lower() if "i" in self.flags else line

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        if self.current is not None and self._key(line) == self._key(self.current):
            self.count += 1
            return
        self._print(process)
        self.current, self.count = line, 1

    def _print(self, process: Process) -> None:
        if self.current is None or ("d" in self.flags and self.count < 2) or ("u" in self.flags and self.count > 1):
            return
        process.write(1, (f"{self.count:7} " if "c" in self.flags else "") + self.current + "\n")

    def finish(self, process: Process) -> Outcome:
        self._print(process)
        return Exit(self.status)


@tool_class("paste")
class Paste(GatherTool):
    """paste [-s] [-d LIST] FILE...: files side by side."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("sd:")
        self.inputs = options.operands or ["-"]
        self.serial = "s" in options.flags
        self.delimiters = escapes.expand(options.value("d") or "\t")[0] or "\t"
        self.files: list[list[str]] = []
        return None

    def end_of_input(self, process: Process) -> None:
        self.files.append(self.lines())
        self.data.clear()

    def finish(self, process: Process) -> Outcome:
        height = max(map(len, self.files), default=0)
        rows = [[lines[n] if n < len(lines) else "" for lines in self.files] for n in range(height)]
        for row in self.files if self.serial else rows:
            process.write(1, self._joined(row) + "\n")
        return Exit(self.status)

    def _joined(self, row: list[str]) -> str:
        marks = [self.delimiters[number % len(self.delimiters)] for number in range(len(row) - 1)]
        return "".join(text + mark for text, mark in zip(row, [*marks, ""], strict=False))
