"""What an awk program works on: variables, arrays, and the fields of a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.posix.errors import ToolError
from tutor.posix.regex import Match, compile_regex
from tutor.posix.tools.awk_syntax import Program
from tutor.posix.tools.awk_values import Input, Value, number, text

Array = dict[str, Value]
_MOST_FIELDS = 10_000


class AwkState:
    """The state of a program. Who runs it gives it `write`, which gets what is printed (the target's kind, "" for standard
    output, its name, the text), and `load`, which gives a file's text, None when there is none; only while it runs, so that a
    copy of the state needs neither."""

    write: Callable[[str, str, str], None]
    load: Callable[[str], str | None]

    def __init__(self, program: Program) -> None:
        self.program = program
        self.variables: dict[str, Value] = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NF": 0.0, "NR": 0.0, "FNR": 0.0, "SUBSEP": "\x1c",
            "CONVFMT": "%.6g", "OFMT": "%.6g", "RSTART": 0.0, "RLENGTH": -1.0, "FILENAME": "",
        }  # fmt: skip
        self.arrays: dict[str, Array] = {}
        self.locals: list[dict[str, Any]] = []
        self.fields: list[Value] = [Input("")]
        self.inside: dict[int, bool] = {}
        """Rules with a range, by number: whether it is open."""
        self.steps = 0
        self.seed = 0.0
        self.random = 0.0
        self.now = 0.0
        self.files: dict[str, list[str]] = {}
        """Files that `getline` reads: the lines that are left."""

    # -- records

    def set_record(self, record: str) -> None:
        """A new $0."""
        self.fields = [Input(record), *map(Input, self.split(record, self.variables["FS"]))]
        self.variables["NF"] = float(len(self.fields) - 1)

    def split(self, record: str, separator: Value) -> list[str]:
        """The parts of a text between separators."""
        by = text(separator)
        if by == " ":
            return record.split()
        if not record:
            return []
        if by == "":
            return list(record)
        if len(by) == 1 and by != "\\":
            return record.split(by)
        parts, at = list[str](), 0
        for match in all_matches(by, record):
            if match.end > match.start:
                parts.append(record[at : match.start])
                at = match.end
        return [*parts, record[at:]]

    def field(self, index: int) -> Value:
        """$N"""
        if index < 0:
            raise ToolError("Access to negative field", 2)
        return self.fields[index] if index < len(self.fields) else None

    def set_field(self, index: int, value: Value) -> None:
        """Assign to $N."""
        if index == 0:
            self.set_record(text(value, self._form()))
            return
        if not 0 <= index <= _MOST_FIELDS:
            raise ToolError("Access to negative field" if index < 0 else "too many fields", 2)
        self.fields += [None] * (index + 1 - len(self.fields))
        self.fields[index] = Input(text(value, self._form()))
        self.variables["NF"] = float(len(self.fields) - 1)
        self._join_fields()

    def _join_fields(self) -> None:
        self.fields[0] = Input(text(self.variables["OFS"]).join(text(value) for value in self.fields[1:]))

    def _form(self) -> str:
        return text(self.variables["CONVFMT"])

    # -- variables

    def get(self, name: str) -> Value:
        """A variable."""
        scope = self._scope(name)
        if scope is not None:
            found = scope[name]
            if isinstance(found, dict):
                raise ToolError(f"{name} is an array", 2)
            value: Value = found
            return value
        return self.variables.get(name)

    def set(self, name: str, value: Value) -> None:
        """Assign to a variable."""
        scope = self._scope(name)
        if scope is not None:
            scope[name] = value
            return
        self.variables[name] = value
        if name == "NF":
            count = min(max(0, int(number(value))), _MOST_FIELDS)
            self.fields = (self.fields + [None] * count)[: count + 1]
            self._join_fields()

    def array(self, name: str) -> Array:
        """An array."""
        scope = self._scope(name)
        if scope is None:
            return self.arrays.setdefault(name, {})
        if scope[name] is None:
            scope[name] = {}
        found: Array = scope[name]
        return found

    def _scope(self, name: str) -> dict[str, Any] | None:
        return self.locals[-1] if self.locals and name in self.locals[-1] else None


def search(pattern: str, subject: str) -> Match | None:
    return compile_regex(pattern, extended=True).search(subject)


def all_matches(pattern: str, subject: str) -> list[Match]:
    """All matches that do not overlap."""
    regex, found, at = compile_regex(pattern, extended=True), list[Match](), 0
    while at <= len(subject):
        match = regex.search(subject, at)
        if match is None:
            break
        found.append(match)
        at = match.end if match.end > match.start else match.end + 1
    return found
