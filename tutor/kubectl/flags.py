"""kubectl's flag grammar: what spf13/pflag accepts and the words it refuses things with.

`--flag value`, `--flag=value`, `-n value`, `-nvalue`, `-n=value`, grouped short booleans (`-it`), repeated flags, flags
mixed with arguments, and `--` to end flags. Error texts follow pflag `errors.go`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tutor.kubectl.duration import parse_duration


class Kind(Enum):
    STRING = "string"
    BOOL = "bool"
    INT = "int"
    DURATION = "duration"
    LIST = "strings"  # comma separated, may be repeated
    ARRAY = "stringArray"  # may be repeated, commas are part of the value


@dataclass(frozen=True)
class Flag:
    """One flag of a command.

    `bare` is the value the flag gets when given without one (`--dry-run`); a flag that has it never takes the next
    argument as its value. `deprecated` says so on standard error when the flag is used, and keeps it out of the help.
    """

    name: str
    help: str
    kind: Kind = Kind.STRING
    short: str = ""
    default: Any = None
    bare: str | None = None
    required: bool = False
    deprecated: str = ""

    @property
    def optional_value(self) -> str | None:
        return "true" if self.kind is Kind.BOOL and self.bare is None else self.bare

    @property
    def initial(self) -> Any:
        if self.default is not None:
            return self.default
        return _INITIAL[self.kind]

    def usage_default(self) -> str:
        """The default as `--help` shows it after the `=`."""
        value = self.initial
        if self.kind is Kind.BOOL:
            return str(value).lower()
        if self.kind in (Kind.LIST, Kind.ARRAY):
            return f"[{','.join(value)}]"
        return f"'{value}'" if self.kind is Kind.STRING else str(value)


_INITIAL: dict[Kind, Any] = {
    Kind.STRING: "",
    Kind.BOOL: False,
    Kind.INT: 0,
    Kind.DURATION: 0.0,
    Kind.LIST: (),
    Kind.ARRAY: (),
}


class FlagError(ValueError):
    """The command line does not fit the flags; the message is pflag's."""


@dataclass
class Options:
    """Parsed flags with typed access by long name, the arguments, and how many of them stood before `--` (-1 without one).

    `order` has the flags with their values as they were typed.
    """

    values: dict[str, Any]
    changed: set[str] = field(default_factory=set)
    args: list[str] = field(default_factory=list)
    before_dash: int = -1
    order: list[tuple[str, str]] = field(default_factory=list)

    def text(self, name: str) -> str:
        return str(self.values[name])

    def flag(self, name: str) -> bool:
        return bool(self.values[name])

    def number(self, name: str) -> int:
        return int(self.values[name])

    def seconds(self, name: str) -> float:
        return float(self.values[name])

    def many(self, name: str) -> list[str]:
        return list(self.values[name])

    def has(self, name: str) -> bool:
        """Whether the command knows the flag at all."""
        return name in self.values

    def given(self, name: str) -> bool:
        """Whether the user set the flag."""
        return name in self.changed


class Parser:
    """Parses one command line against a set of flags."""

    def __init__(self, flags: Iterable[Flag]) -> None:
        self._flags = list(flags)
        self._long = {flag.name: flag for flag in self._flags}
        self._short = {flag.short: flag for flag in self._flags if flag.short}
        self.options = Options({flag.name: flag.initial for flag in self._flags})

    def parse(self, argv: Sequence[str], *, interspersed: bool = True) -> Options:
        """Reads the whole command line; without `interspersed` everything from the first argument on is an argument."""
        words = list(argv)
        while words:
            word = words.pop(0)
            if word == "--":
                self.options.before_dash = len(self.options.args)
                self.options.args += words
                break
            if word.startswith("--"):
                self._long_flag(word, words)
            elif word.startswith("-") and len(word) > 1:
                self._short_flags(word, words)
            else:
                self.options.args.append(word)
                if not interspersed:
                    self.options.args += words
                    break
        return self.options

    def _long_flag(self, word: str, words: list[str]) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name.startswith(("-", "=")):
            raise FlagError(f"bad flag syntax: {word}")
        flag = self._long.get(name)
        if flag is None:
            raise FlagError("help requested" if name == "help" else f"unknown flag: --{name}")
        if equals:
            self._set(flag, value)
        elif flag.optional_value is not None:
            self._set(flag, flag.optional_value)
        elif words:
            self._set(flag, words.pop(0))
        else:
            raise FlagError(f"flag needs an argument: --{name}")

    def _short_flags(self, word: str, words: list[str]) -> None:
        letters = word[1:]
        while letters:
            letter, rest = letters[0], letters[1:]
            flag = self._short.get(letter)
            if flag is None:
                raise FlagError(
                    "help requested" if letter == "h" else f"unknown shorthand flag: '{letter}' in -{letters}"
                )
            if len(rest) > 1 and rest[0] == "=":
                self._set(flag, rest[1:])
                return
            if flag.optional_value is not None:
                self._set(flag, flag.optional_value)
                letters = rest
                continue
            if rest:
                self._set(flag, rest)
            elif words:
                self._set(flag, words.pop(0))
            else:
                raise FlagError(f"flag needs an argument: '{letter}' in -{letters}")
            return

    def _set(self, flag: Flag, value: str) -> None:
        try:
            converted = _convert(flag.kind, value)
        except ValueError as problem:
            label = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
            raise FlagError(f'invalid argument "{value}" for "{label}" flag: {problem}') from None
        if flag.kind in (Kind.LIST, Kind.ARRAY) and flag.name in self.options.changed:
            converted = (*self.options.values[flag.name], *converted)
        self.options.values[flag.name] = converted
        self.options.order.append((flag.name, value))
        self.options.changed.add(flag.name)


def _convert(kind: Kind, value: str) -> Any:
    if kind is Kind.BOOL:
        return _boolean(value)
    if kind is Kind.INT:
        return _integer(value)
    if kind is Kind.DURATION:
        return parse_duration(value)
    if kind is Kind.LIST:
        return tuple(next(csv.reader([value]), [])) if value else ()
    return (value,) if kind is Kind.ARRAY else value


def _boolean(value: str) -> bool:
    if value in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if value in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(f'strconv.ParseBool: parsing "{value}": invalid syntax')


def _integer(value: str) -> int:
    if not re.fullmatch(r"[+-]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)", value):
        raise ValueError(f'strconv.ParseInt: parsing "{value}": invalid syntax')
    number = int(value, 0) if not re.fullmatch(r"[+-]?0[0-7]+", value) else int(value, 8)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f'strconv.ParseInt: parsing "{value}": value out of range')
    return number


def boolean(name: str, text: str, short: str = "", default: bool = False) -> Flag:
    return Flag(name, text, Kind.BOOL, short, default)


def string(
    name: str, text: str, short: str = "", default: str = "", bare: str | None = None, required: bool = False
) -> Flag:
    return Flag(name, text, Kind.STRING, short, default, bare, required)


def integer(name: str, text: str, short: str = "", default: int = 0, required: bool = False) -> Flag:
    return Flag(name, text, Kind.INT, short, default, required=required)


def duration(name: str, text: str, short: str = "", default: float = 0.0) -> Flag:
    return Flag(name, text, Kind.DURATION, short, default)


def strings(name: str, text: str, short: str = "", default: tuple[str, ...] = ()) -> Flag:
    return Flag(name, text, Kind.LIST, short, default)


def array(name: str, text: str, short: str = "", default: tuple[str, ...] = (), required: bool = False) -> Flag:
    return Flag(name, text, Kind.ARRAY, short, default, required=required)
