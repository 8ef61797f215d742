"""What `$name` and `${name operator word}` give, once the word is expanded (POSIX XCU 2.5 and 2.6.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.posix import limits, patterns
from tutor.posix.errors import ShellError
from tutor.posix.fields import Piece, Pieces, pattern_of, text_of
from tutor.posix.syntax import Parameter, Word

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

_TESTS = frozenset({"-", "=", "?", "+"})
_BOUNDARY = Piece("", boundary=True)


def needed_words(shell: Shell, part: Parameter) -> tuple[Word, ...]:
    """The words that have to be expanded before the parameter's result is known."""
    if part.operand is None:
        return ()
    if part.operator[-1] in _TESTS:
        present = _is_present(shell, part)
        return (part.operand,) if present == (part.operator[-1] == "+") else ()
    return (part.operand,) if part.replacement is None else (part.operand, part.replacement)


def result(shell: Shell, part: Parameter, words: list[Pieces]) -> Pieces:
    """The pieces a parameter expands to, given the expanded words `needed_words` asked for."""
    operator = part.operator
    if operator and operator[-1] in _TESTS:
        return _tested(shell, part, words)
    if operator == "length":
        return _one(part, str(_length(shell, part.name)))
    if part.name in ("@", "*") and not operator:
        return _all_positional(shell, part)
    value = required(shell, part.name)
    if operator == ":":
        value = _substring(shell, value, text_of(words[0]))
    elif operator in ("/", "//"):
        value = patterns.replace(value, pattern_of(words[0]), text_of(words[1]), every=operator == "//")
    elif operator:
        value = patterns.trim(value, pattern_of(words[0]), operator)
    return _one(part, value)


def lookup(shell: Shell, name: str) -> str | None:
    """The value of a variable, positional or special parameter; None when it is not set."""
    if name.isdecimal():
        index = int(name[:9])
        if index == 0:
            return shell.name
        return shell.variables.positional[index - 1] if index <= len(shell.variables.positional) else None
    if name in ("@", "*"):
        joined = _separator(shell) if name == "*" else " "
        return joined.join(shell.variables.positional) if shell.variables.positional else None
    special = _SPECIAL.get(name)
    return special(shell) if special else shell.variables.get(name)


def required(shell: Shell, name: str) -> str:
    """The value, "" when there is none; raises under `set -u` when there is none."""
    value = lookup(shell, name)
    if value is None and "u" in shell.options and name not in ("@", "*"):
        message = "unbound variable" if shell.dialect.kind == "bash" else "parameter not set"
        raise ShellError(f"{name}: {message}", 1 if shell.dialect.kind == "bash" else 2)
    return value or ""


def _random(shell: Shell) -> str | None:
    return str(shell.process.machine.random.next() & 0x7FFF)


_SPECIAL: dict[str, Callable[[Shell], str | None]] = {
    "?": lambda shell: str(shell.status),
    "#": lambda shell: str(len(shell.variables.positional)),
    "$": lambda shell: str(shell.shell_pid),
    "!": lambda shell: shell.last_background,
    "-": lambda shell: "".join(sorted(o for o in shell.options if len(o) == 1)) + "i" * shell.interactive,
    "RANDOM": _random,
    "LINENO": lambda shell: str(shell.line),
    "SECONDS": lambda shell: str(int(shell.process.now - shell.process.started)),
}


def _is_present(shell: Shell, part: Parameter) -> bool:
    value = lookup(shell, part.name)
    return bool(value) if part.operator[0] == ":" else value is not None


def _one(part: Parameter, text: str) -> Pieces:
    if len(text) > limits.EXPANSION_SIZE:
        raise ShellError(f"{part.name}: value too large", 1)
    return [Piece(text, part.quoted, split=not part.quoted)]


def _tested(shell: Shell, part: Parameter, words: list[Pieces]) -> Pieces:
    operator = part.operator[-1]
    if operator == "+":
        return _as_expanded(words[0]) if words else _one(part, "")
    if not words:
        return result(shell, Parameter(part.name, quoted=part.quoted), [])
    if operator == "?":
        default = "parameter null or not set" if part.operator[0] == ":" else "parameter not set"
        raise ShellError(f"{part.name}: {text_of(words[0]) or default}", 1 if shell.dialect.kind == "bash" else 2)
    if operator == "=":
        if not (part.name[0].isalpha() or part.name[0] == "_"):
            raise ShellError(f"{part.name}: bad variable name", 2)
        shell.variables.set(part.name, text_of(words[0]))
        return _one(part, text_of(words[0]))
    return _as_expanded(words[0])


def _as_expanded(pieces: Pieces) -> Pieces:
    """The pieces of an operand: its own unquoted text is split like any expansion's."""
    return [piece if piece.quoted or piece.boundary else piece._replace(split=True) for piece in pieces]


def _length(shell: Shell, name: str) -> int:
    if name in ("@", "*"):
        return len(shell.variables.positional)
    return len(required(shell, name))


def _separator(shell: Shell) -> str:
    ifs = shell.variables.get("IFS")
    return " " if ifs is None else ifs[:1]


def _all_positional(shell: Shell, part: Parameter) -> Pieces:
    values = shell.variables.positional
    if part.quoted and part.name == "*":
        return _one(part, _separator(shell).join(values))
    pieces: Pieces = []
    for index, value in enumerate(values):
        if index:
            pieces.append(_BOUNDARY)
        pieces.append(Piece(value, part.quoted, split=not part.quoted))
    return pieces


def _substring(shell: Shell, value: str, span: str) -> str:
    offset, colon, length = span.partition(":")
    start = shell.evaluate(offset)
    start = max(len(value) + start, 0) if start < 0 else start
    if not colon:
        return value[start:]
    count = shell.evaluate(length)
    return value[start : len(value) + count] if count < 0 else value[start : start + count]
