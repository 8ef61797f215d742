"""Go's `fmt.Sprintf` and string literals, for templates. The rules are those of https://pkg.go.dev/fmt."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutor.kubectl.printers.text import go_syntax, go_value

_DIRECTIVE = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+)?(?P<point>))?(?:\[(?P<index>\d+)\])?(?P<verb>.)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_INTEGER = {"d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIX = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}
_WIDEST = 1_000_000  # fmt's own bound for a width (format.go, `tooLarge`)


class GoInt(int):
    """A whole number whose Go type is `int`, as those of a template itself; the ones of an object are `int64`."""


def type_name(value: Any) -> str:
    """The Go type of a value of an unstructured object or of a template."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if isinstance(value, GoInt) else "int64"
    names: dict[type, str] = {float: "float64", dict: "map[string]interface {}", list: "[]interface {}"}
    return names.get(type(value), "<nil>" if value is None else "string")


def unquote(text: str) -> str:
    """The value of a Go string or character literal with its quotes. ValueError when an escape is none."""
    inner = text[1:-1]
    if text.startswith("`"):
        return inner.replace("\r", "")

    def plain(match: re.Match[str]) -> str:
        for digits, base in ((match[1] or match[2] or match[3], 16), (match[4], 8)):
            if digits:
                return chr(int(digits, base))
        if match[5] not in _SIMPLE or (match[5] in "'\"" and match[5] != text[0]):
            raise ValueError("invalid syntax")
        return _SIMPLE[match[5]]

    try:
        return _ESCAPE.sub(plain, inner)
    except (OverflowError, ValueError):
        raise ValueError("invalid syntax") from None


def quote(text: str) -> str:
    """`%q` of a text."""
    return json.dumps(text, ensure_ascii=False)


def sprint(values: Sequence[Any]) -> str:
    """`fmt.Sprint`: a blank between two values when neither is text."""
    out = ""
    for position, value in enumerate(values):
        if position and not isinstance(value, str) and not isinstance(values[position - 1], str):
            out += " "
        out += go_value(value)
    return out


def sprintf(pattern: str, values: Sequence[Any]) -> str:
    """`fmt.Sprintf`, with its own remarks where a value is missing, left over or of another type."""
    return _Printf(values).run(pattern)


@dataclass(frozen=True)
class _Directive:
    flags: str
    width: int | None
    precision: int | None
    verb: str


class _Printf:
    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values
        self._used = 0
        self._reordered = False

    def run(self, pattern: str) -> str:
        out = _DIRECTIVE.sub(self._directive, pattern)
        rest = self._values[self._used :]
        if rest and not self._reordered:
            extra = ", ".join("<nil>" if value is None else f"{type_name(value)}={go_value(value)}" for value in rest)
            out += f"%!(EXTRA {extra})"
        return out

    def _directive(self, match: re.Match[str]) -> str:
        width, remark = self._size(match["width"], "WIDTH")
        precision, second = self._size(match["precision"], "PREC")
        if match["point"] is not None and match["precision"] is None:
            precision = 0
        flags, verb = match["flags"], match["verb"]
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        if verb is None:
            return remark + second + "%!(NOVERB)"
        if verb == "%":
            return remark + second + "%"
        if match["index"]:
            self._reordered = True
            if not 1 <= int(match["index"]) <= len(self._values):
                return f"{remark}{second}%!{verb}(BADINDEX)"
            self._used = int(match["index"]) - 1
        if self._used >= len(self._values):
            return f"{remark}{second}%!{verb}(MISSING)"
        value = self._values[self._used]
        self._used += 1
        return remark + second + _formatted(value, _Directive(flags, width, precision, verb))

    def _size(self, text: str | None, what: str) -> tuple[int | None, str]:
        """A width or precision, which `*` takes from the values."""
        if text is None:
            return None, ""
        if text != "*":
            return min(int(text), _WIDEST), ""
        value = self._values[self._used] if self._used < len(self._values) else None
        self._used += self._used < len(self._values)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _WIDEST:
            return None, f"%!(BAD{what})"
        return value, ""


def _formatted(value: Any, directive: _Directive) -> str:
    verb = directive.verb
    if verb == "T":
        return _padded(type_name(value), directive)
    if value is None:
        return _padded("<nil>", directive) if verb == "v" else f"%!{verb}(<nil>)"
    if isinstance(value, dict):
        inner = (f"{_formatted(key, directive)}:{_formatted(value[key], directive)}" for key in sorted(value))
        return go_syntax(value) if _as_source(directive) else f"map[{' '.join(inner)}]"
    if isinstance(value, list):
        return (
            go_syntax(value)
            if _as_source(directive)
            else f"[{' '.join(_formatted(item, directive) for item in value)}]"
        )
    text = _scalar(value, directive)
    return f"%!{verb}({type_name(value)}={go_value(value)})" if text is None else text


def _as_source(directive: _Directive) -> bool:
    return directive.verb == "v" and "#" in directive.flags


def _scalar(value: Any, directive: _Directive) -> str | None:
    """A value that is no container as its verb wants it; None when the verb is not for its type."""
    if isinstance(value, bool):
        return _padded(str(value).lower(), directive) if directive.verb in "tv" else None
    if isinstance(value, str):
        return _string(value, directive)
    return _integer(value, directive) if isinstance(value, int) else _float(value, directive)


def _string(value: str, directive: _Directive) -> str | None:
    cut = value if directive.precision is None else value[: directive.precision]
    if directive.verb == "q" or _as_source(directive):
        raw = "#" in directive.flags and directive.verb == "q" and "`" not in cut
        return _padded(f"`{cut}`" if raw else json.dumps(cut, ensure_ascii="+" in directive.flags), directive)
    if directive.verb in "sv":
        return _padded(cut, directive)
    if directive.verb in "xX":
        data = value.encode("utf-8", "surrogateescape")[: directive.precision]
        digits = data.hex(" ") if " " in directive.flags else data.hex()
        digits = ("0x" if "#" in directive.flags and digits else "") + digits
        return _padded(digits.upper() if directive.verb == "X" else digits, directive)
    return None


def _integer(value: int, directive: _Directive) -> str | None:
    verb = "d" if directive.verb == "v" else directive.verb
    if verb == "c":
        return _padded(_letter(value), directive)
    if verb == "q":
        return _padded(f"'{_letter(value)}'", directive)
    if verb == "U":
        return _padded(f"U+{value:04X}", directive)
    if verb not in _INTEGER:
        return None
    digits = format(abs(value), _INTEGER[verb]).rjust(directive.precision or 0, "0")
    prefix = "0o" if verb == "O" else _PREFIX.get(verb, "") if "#" in directive.flags and directive.verb != "v" else ""
    sign = "-" if value < 0 else _plus(directive)
    return _number_padded(sign + prefix, digits, directive, zeros=directive.precision is None)


def _letter(value: int) -> str:
    return chr(value) if 0 <= value <= 0x10FFFF else "\ufffd"


def _float(value: float, directive: _Directive) -> str | None:
    verb = directive.verb
    if verb not in "eEfFgGv":
        return None
    if verb in "gGv" and directive.precision is None:
        digits = go_value(abs(value)) if verb != "G" else go_value(abs(value)).upper()
    else:
        digits = format(
            abs(value), f".{6 if directive.precision is None else directive.precision}{'g' if verb == 'v' else verb}"
        )
    return _number_padded("-" if value < 0 else _plus(directive), digits, directive, zeros=True)


def _plus(directive: _Directive) -> str:
    if directive.verb == "v":  # where a plus asks for field names instead
        return ""
    return "+" if "+" in directive.flags else " " if " " in directive.flags else ""


def _number_padded(sign: str, digits: str, directive: _Directive, *, zeros: bool) -> str:
    if zeros and "0" in directive.flags and "-" not in directive.flags:
        digits = digits.rjust((directive.width or 0) - len(sign), "0")
    return _padded(sign + digits, directive, zeros=False)


def _padded(text: str, directive: _Directive, *, zeros: bool = True) -> str:
    width = directive.width or 0
    if "-" in directive.flags:
        return text.ljust(width)
    return text.rjust(width, "0" if zeros and "0" in directive.flags else " ")
