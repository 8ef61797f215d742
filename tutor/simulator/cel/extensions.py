"""What expressions of admission policies use beyond the language's core: values that may not be there, formatted texts, and JSON
pointers.

Source: cel-go, cel/library.go (OptionalTypes) and ext/formatting.go; apiserver, pkg/cel/library/jsonpatch.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.cel.nodes import CelError

ABSENT = object()
NONE_VALUE = "optional.none() dereference"


@dataclass(frozen=True, slots=True)
class Optional:
    """A value that may not be there."""

    held: Any = ABSENT

    @property
    def there(self) -> bool:
        """Whether there is a value."""
        return self.held is not ABSENT

    def at(self, key: Any) -> Optional:
        """What is under a key of the value, if that is there."""
        if isinstance(self.held, Mapping):
            return Optional(self.held[key]) if key in self.held else Optional()
        if isinstance(self.held, list) and isinstance(key, int):
            return Optional(self.held[key]) if 0 <= key < len(self.held) else Optional()
        if self.there and self.held is not None:
            raise CelError("no such overload")
        return Optional()


def or_value(value: Any, otherwise: Any) -> Any:
    """The value, or another where there is none."""
    return _optional(value).held if _optional(value).there else otherwise


def value(of: Any) -> Any:
    """The value. Raises CelError where there is none."""
    if not _optional(of).there:
        raise CelError(NONE_VALUE)
    return of.held


def has_value(of: Any) -> bool:
    """Whether there is a value."""
    return _optional(of).there


def either(value: Any, other: Any) -> Any:
    """The first of two that is there."""
    return value if _optional(value).there else other


def _optional(found: Any) -> Optional:
    if not isinstance(found, Optional):
        raise CelError("no such overload")
    return found


_VERB = re.compile(r"%(?:\.(\d+))?([a-zA-Z%])")


def format_text(pattern: str, arguments: Any, shown: Any) -> str:
    """A text with its clauses (%s, %d, %f, %e, %x, %X, %o, %b) filled in; `shown` is how a value is written for %s."""
    left = list(arguments)

    def fill(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        if not left:
            raise CelError("index 0 out of range")
        return _clause(match[2], match[1], left.pop(0), shown)

    text = _VERB.sub(fill, pattern)
    if left:
        raise CelError(f"too many arguments supplied to string.format (expected {len(arguments) - len(left)})")
    return text


def _clause(verb: str, digits: str | None, value: Any, shown: Any) -> str:
    if verb == "s":
        return _plain(value, shown)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if verb in "fe" and number:
        return f"{float(value):.{digits or 6}{verb}}"
    if verb in "dxXob" and (isinstance(value, int) or (verb == "b" and isinstance(value, bool))):
        return format(int(value), verb)
    if verb in "xX" and isinstance(value, str):
        text = value.encode().hex()
        return text.upper() if verb == "X" else text
    raise CelError(f'error during formatting: unrecognized formatting clause or value for "{verb}"')


def _plain(value: Any, shown: Any) -> str:
    """A value as %s shows it: lists and maps in their brackets, with sorted keys."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        pairs = sorted((_plain(key, shown), _plain(item, shown)) for key, item in value.items())
        return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(item, shown) for item in value) + "]"
    return str(shown(value))


def escape_key(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
