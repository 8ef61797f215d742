"""YAML exactly as kubectl prints it.

kubectl marshals through sigs.k8s.io/yaml, whose emitter is a port of libyaml: keys in natural order, list items at
their key's own indent, plain text folded after column 80, several lines as a literal block, text that would read as
another type in double quotes. PyYAML's writer makes other choices, so this is a writer of its own; what it writes,
PyYAML reads back as the same data.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

_WIDTH = 80
_OTHER_TYPES = frozenset(
    [
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "on",
        "On",
        "ON",
        "true",
        "True",
        "TRUE",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "off",
        "Off",
        "OFF",
        "false",
        "False",
        "FALSE",
        "~",
        "null",
        "Null",
        "NULL",
        ".nan",
        ".NaN",
        ".NAN",
        ".inf",
        ".Inf",
        ".INF",
        "+.inf",
        "+.Inf",
        "+.INF",
        "-.inf",
        "-.Inf",
        "-.INF",
        "<<",
    ]
) | {""}
_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"  # decimal
    r"|[-+]?0[xX][0-9a-fA-F]+|[-+]?0[oO][0-7]+|[-+]?0[bB][01]+"  # other bases
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"  # base 60, which YAML 1.1 has
)
_TIMESTAMP = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([Tt]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?)?"
)
_UNPRINTABLE = re.compile("[^\\n\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd]")
_FIRST_NOT_PLAIN = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v"}
_ESCAPES |= {"\f": "\\f", "\r": "\\r", "\x1b": "\\e", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P"}


def to_yaml(value: Any) -> str:
    """One document without a `---` line, ending in a newline."""
    out: list[str] = []
    if isinstance(value, dict) and value:
        _mapping(value, 0, out)
    elif isinstance(value, list) and value:
        _sequence(value, 0, out)
    else:
        out.append(_scalar(value, 0, 0) + "\n")
    return "".join(out)


def _mapping(mapping: dict[str, Any], indent: int, out: list[str], first_prefix: str | None = None) -> None:
    """Writes `key: value` lines; `first_prefix` replaces the first line's indent (after a `- `)."""
    blank = " " * indent
    prefix = blank if first_prefix is None else first_prefix
    for key in sorted(mapping, key=_sort_key):
        head = f"{prefix}{_key(key)}:"
        _value(mapping[key], indent, head, out)
        prefix = blank


def _value(value: Any, indent: int, head: str, out: list[str]) -> None:
    if isinstance(value, dict) and value:
        out.append(head + "\n")
        _mapping(value, indent + 2, out)
    elif isinstance(value, list) and value:
        out.append(head + "\n")
        _sequence(value, indent, out)
    else:
        out.append(f"{head} {_scalar(value, indent + 2, len(head) + 1)}\n")


def _sequence(items: list[Any], indent: int, out: list[str], first_prefix: str | None = None) -> None:
    blank = " " * indent
    prefix = blank if first_prefix is None else first_prefix
    for item in items:
        head = f"{prefix}- "
        if isinstance(item, dict) and item:
            _mapping(item, indent + 2, out, first_prefix=head)
        elif isinstance(item, list) and item:
            _sequence(item, indent + 2, out, first_prefix=head)
        else:
            out.append(f"{head}{_scalar(item, indent + 2, len(head))}\n")
        prefix = blank


def _key(key: str) -> str:
    text = str(key)
    if "\n" in text:
        return _double_quoted(text, 0, None)
    return _text(text, 0, None)


def _scalar(value: Any, indent: int, column: int) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return _text(value, indent, column)
    return "{}" if isinstance(value, dict) else "[]"


def number_text(value: float) -> str:
    """A JSON number in Go's shortest form: `1`, `0.5`, `1e+21`."""
    if isinstance(value, int):
        return str(value)
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}" if e else text


def _text(text: str, indent: int, column: int | None) -> str:
    """A string in the style libyaml picks. `column` is where it starts, None where it may not be folded (in a key)."""
    if "\n" in text:
        return _literal(text, indent) if _block_allowed(text) else _double_quoted(text, indent, column)
    if _needs_double_quotes(text) or _UNPRINTABLE.search(text):
        return _double_quoted(text, indent, column)
    if _plain_allowed(text):
        return _folded(text, indent, column)
    return "'" + _folded(text.replace("'", "''"), indent, None if column is None else column + 1, quoted=True) + "'"


def _needs_double_quotes(text: str) -> bool:
    """Whether plain text would be read as null, a boolean, a number or a date."""
    if text in _OTHER_TYPES:
        return True
    if text[0] not in "+-.0123456789":
        return False
    bare = text.replace("_", "") if text[0] != "." else text
    return bool(_NUMBER.fullmatch(bare) or _NUMBER.fullmatch(text) or _TIMESTAMP.fullmatch(text))


def _plain_allowed(text: str) -> bool:
    if text[0] in " \t" or text[-1] in " \t" or text.startswith(("---", "...")) or text[0] in _FIRST_NOT_PLAIN:
        return False
    if text[0] in "?:-" and (len(text) == 1 or text[1] in " \t"):
        return False
    return not (": " in text or ":\t" in text or text[-1] == ":" or " #" in text or "\t#" in text)


def _block_allowed(text: str) -> bool:
    return not (text[-1] == " " or " \n" in text or _UNPRINTABLE.search(text))


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n" else ""
    if not text.endswith("\n"):
        hint += "-"
    elif text == "\n" or text.endswith("\n\n"):
        hint += "+"
    body = text.removesuffix("\n")
    blank = " " * indent
    return f"|{hint}\n" + "\n".join(blank + line if line else "" for line in body.split("\n"))


def _folded(text: str, indent: int, column: int | None, *, quoted: bool = False) -> str:
    """Breaks the line at the first single space after column 80, as libyaml does."""
    if column is None or column + len(text) <= _WIDTH:
        return text
    out: list[str] = []
    for index, character in enumerate(text):
        if character == " " and column > _WIDTH and _breakable(text, index, quoted):
            out.append("\n" + " " * indent)
            column = indent
        else:
            out.append(character)
            column += 1
    return "".join(out)


def _breakable(text: str, index: int, quoted: bool) -> bool:
    alone = (index == 0 or text[index - 1] != " ") and text[index + 1 : index + 2] != " "
    return alone and not (quoted and index in (0, len(text) - 1))


def _double_quoted(text: str, indent: int, column: int | None) -> str:
    out = ['"']
    place = (column or 0) + 1
    for index, character in enumerate(text):
        foldable = column is not None and character == " " and place > _WIDTH and 0 < index < len(text) - 1
        if foldable and text[index - 1] != " ":
            out.append("\n" + " " * indent + ("\\" if text[index + 1] == " " else ""))
            place = indent
            continue
        piece = _escaped(character)
        out.append(piece)
        place += len(piece)
    out.append('"')
    return "".join(out)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if not _UNPRINTABLE.match(character):
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


@functools.lru_cache(maxsize=4096)
def _sort_key(key: Any) -> Any:
    return functools.cmp_to_key(_compare)(str(key))


def _compare(left: str, right: str) -> int:
    """go-yaml's order of keys: symbols and digits before letters, runs of digits by their value."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if b.isalpha() else 1
        return _compare_digits(left, right, index)
    return len(left) - len(right)


def _compare_digits(left: str, right: str, index: int) -> int:
    a, b = (re.match(r"[0-9]*", text[index:]) for text in (left, right))
    a_digits, b_digits = (match[0] if match else "" for match in (a, b))
    lead = ""
    if "0" in (left[index], right[index]):
        before = re.search(r"[0-9]*$", left[:index])
        lead = "1" if before and before[0].strip("0") else ""
    a_value, b_value = int(lead + a_digits or "0"), int(lead + b_digits or "0")
    if a_value != b_value:
        return a_value - b_value
    if len(a_digits) != len(b_digits):
        return len(a_digits) - len(b_digits)
    return -1 if left[index] < right[index] else 1


def to_json(value: Any, *, ordered: bool = False) -> str:
    """Indented JSON as kubectl prints it: 4 spaces, keys sorted unless `ordered`, `<`, `>` and `&` escaped as Go does."""
    text = json.dumps(value, indent=4, sort_keys=not ordered, ensure_ascii=False)
    return go_escape(text) + "\n"


def compact_json(value: Any) -> str:
    """JSON without spaces, keys sorted, as Go's `json.Marshal` writes a map."""
    return go_escape(json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False))


def go_escape(text: str) -> str:
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text
