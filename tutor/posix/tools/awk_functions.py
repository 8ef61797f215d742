"""The functions that awk has built in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.posix.errors import ToolError
from tutor.posix.regex import compile_regex
from tutor.posix.tools.awk_syntax import Node
from tutor.posix.tools.awk_values import Input, Value, format_text, number, text

if TYPE_CHECKING:
    from tutor.posix.tools.awk_machine import AwkMachine

Parts = tuple[Node, ...]
FUNCTIONS: dict[str, Callable[[AwkMachine, Parts], Value]] = {}


def _named(name: str, least: int = 0) -> Callable[[Callable[[AwkMachine, Parts], Value]], Callable[..., Value]]:
    def register(function: Callable[[AwkMachine, Parts], Value]) -> Callable[..., Value]:
        def checked(machine: AwkMachine, parts: Parts) -> Value:
            if len(parts) < least:
                raise ToolError(f"Too few arguments for {name}", 2)
            return function(machine, parts)

        FUNCTIONS[name] = checked
        return function

    return register


def _texts(machine: AwkMachine, parts: Parts) -> list[str]:
    return [text(machine.value(part)) for part in parts]


@_named("length")
def length(machine: AwkMachine, parts: Parts) -> Value:
    if parts and parts[0].kind == "name" and parts[0].text in machine.arrays:
        return float(len(machine.arrays[parts[0].text]))
    return float(len(_texts(machine, parts)[0] if parts else text(machine.field(0))))


@_named("substr", 2)
def substr(machine: AwkMachine, parts: Parts) -> Value:
    subject = text(machine.value(parts[0]))
    first = round(number(machine.value(parts[1])))
    count = math.inf if len(parts) < 3 else round(number(machine.value(parts[2])))
    last = min(first + count, len(subject) + 1)
    return subject[max(first, 1) - 1 : max(int(last) - 1, 0)]


@_named("index", 2)
def index(machine: AwkMachine, parts: Parts) -> Value:
    subject, wanted = _texts(machine, parts)[:2]
    return float(subject.find(wanted) + 1)


@_named("split", 2)
def split(machine: AwkMachine, parts: Parts) -> Value:
    subject = text(machine.value(parts[0]))
    separator: Value = machine.get("FS")
    if len(parts) > 2:
        separator = machine.pattern(parts[2])
    found = machine.split(subject, separator)
    array = machine.array(parts[1].text)
    array.clear()
    array.update({str(at): Input(part) for at, part in enumerate(found, 1)})
    return float(len(found))


def _substitute(machine: AwkMachine, parts: Parts, *, everywhere: bool) -> Value:
    regex = compile_regex(machine.pattern(parts[0]), extended=True)
    replacement = text(machine.value(parts[1]))
    target = parts[2] if len(parts) > 2 else Node("field", parts=(Node("number", "0"),))
    subject, out, at, count = text(machine.value(target)), "", 0, 0
    while at <= len(subject) and (everywhere or count == 0):
        match = regex.search(subject, at)
        if match is None:
            break
        count += 1
        out += subject[at : match.start] + _replaced(replacement, subject[match.start : match.end])
        at = match.end
        if match.end == match.start:
            out, at = out + subject[at : at + 1], at + 1
    if count:
        machine.value(Node("assign", "=", (target, Node("string", out + subject[at:]))))
    return float(count)


def _replaced(replacement: str, matched: str) -> str:
    """The replacement, in which & is what was matched."""
    out, at = "", 0
    while at < len(replacement):
        if replacement[at] == "\\" and replacement[at + 1 : at + 2] in ("&", "\\"):
            out, at = out + replacement[at + 1], at + 2
            continue
        out, at = out + (matched if replacement[at] == "&" else replacement[at]), at + 1
    return out


@_named("sub", 2)
def sub(machine: AwkMachine, parts: Parts) -> Value:
    return _substitute(machine, parts, everywhere=False)


@_named("gsub", 2)
def gsub(machine: AwkMachine, parts: Parts) -> Value:
    return _substitute(machine, parts, everywhere=True)


@_named("match", 2)
def match(machine: AwkMachine, parts: Parts) -> Value:
    found = compile_regex(machine.pattern(parts[1]), extended=True).search(text(machine.value(parts[0])))
    machine.set("RSTART", float(found.start + 1) if found else 0.0)
    machine.set("RLENGTH", float(found.end - found.start) if found else -1.0)
    return machine.get("RSTART")


@_named("sprintf", 1)
def sprintf(machine: AwkMachine, parts: Parts) -> Value:
    form, *values = [machine.value(part) for part in parts]
    return format_text(text(form), values)


@_named("tolower", 1)
def tolower(machine: AwkMachine, parts: Parts) -> Value:
    return _texts(machine, parts)[0].lower()


@_named("toupper", 1)
def toupper(machine: AwkMachine, parts: Parts) -> Value:
    return _texts(machine, parts)[0].upper()


def _arithmetic(name: str, function: Callable[[float], float]) -> None:
    def calculate(machine: AwkMachine, parts: Parts) -> Value:
        try:
            return float(function(number(machine.value(parts[0]))))
        except (ValueError, OverflowError):
            return math.nan

    _named(name, 1)(calculate)


for _name, _function in (("int", math.trunc), ("sqrt", math.sqrt), ("exp", math.exp), ("log", math.log)):
    _arithmetic(_name, _function)
_arithmetic("sin", math.sin)
_arithmetic("cos", math.cos)


@_named("atan2", 2)
def atan2(machine: AwkMachine, parts: Parts) -> Value:
    return math.atan2(number(machine.value(parts[0])), number(machine.value(parts[1])))


@_named("rand")
def rand(machine: AwkMachine, parts: Parts) -> Value:
    machine.random = (machine.random * 1103515245 + 12345 + machine.seed) % 2147483648
    return machine.random / 2147483648


@_named("srand")
def srand(machine: AwkMachine, parts: Parts) -> Value:
    old, machine.seed = machine.seed, number(machine.value(parts[0])) if parts else machine.now
    machine.random = machine.seed
    return old


@_named("systime")
def systime(machine: AwkMachine, parts: Parts) -> Value:
    return float(int(machine.now))
