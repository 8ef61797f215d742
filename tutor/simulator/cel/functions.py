"""The functions that expressions can call: those of the language, of its string extension, and of Kubernetes' libraries.

A function gets its target first, if it is called like a method. Source: cel-spec, doc/langdef.md; cel-go, ext/strings.go;
apiserver, pkg/cel/library.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.cel import extensions
from tutor.simulator.cel.nodes import CelError
from tutor.simulator.cel.types import BOOL, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, Type, parse_duration

LIMIT = 2**63
NO_OVERLOAD = "no such overload"
MAX_TEXT = 10_000_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """A Kubernetes quantity."""

    amount: Any


@dataclass(frozen=True, slots=True)
class Function:
    """What is called, the type of its result, and, where they are checked, those of its target and arguments."""

    call: Callable[..., Any]
    result: Type
    takes: tuple[Type, ...] | None = None


def whole(value: int) -> int:
    """An integer that fits in 64 bits. Raises CelError."""
    if not -LIMIT <= value < LIMIT:
        raise CelError("integer overflow")
    return value


def _size(value: Any) -> int:
    if not isinstance(value, (str, list, Mapping)):
        raise CelError(NO_OVERLOAD)
    return len(value)


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern is found in a text. Raises CelError for a pattern that is none."""
    return _compiled(pattern).search(text) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CelError(f"error parsing regexp: {error.msg}") from None


def to_string(value: Any) -> str:
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (str, int)):
        return str(value)
    raise CelError(NO_OVERLOAD)


def _to_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, datetime)):
        raise CelError(NO_OVERLOAD)
    try:
        return whole(int(value.timestamp() if isinstance(value, datetime) else value))
    except (ValueError, OverflowError):
        raise CelError(f"type conversion error from '{to_string(value)}' to 'int'") from None


def _to_double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise CelError(NO_OVERLOAD)
    try:
        return float(value)
    except ValueError:
        raise CelError(f"type conversion error from '{value}' to 'double'") from None


def _to_bool(value: Any) -> bool:
    found = value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise CelError(f"type conversion error from '{value}' to 'bool'")
    return found


def _to_duration(value: Any) -> timedelta:
    found = value if isinstance(value, timedelta) else parse_duration(str(value))
    if found is None:
        raise CelError(f'time: invalid duration "{value}"')
    return found


def _to_timestamp(value: Any) -> datetime:
    try:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise CelError(f'parsing time "{value}" failed') from None


def _type(value: Any) -> str:
    kinds = (
        (bool, "bool"),
        (int, "int"),
        (float, "double"),
        (str, "string"),
        (list, "list"),
        (datetime, str(TIMESTAMP)),
    )
    found = next((name for kind, name in kinds if isinstance(value, kind)), None)
    return found or ("null_type" if value is None else "map")


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    changed = text.replace(old, new, limit)
    if len(changed) > MAX_TEXT:
        raise CelError("the text becomes too long")
    return changed


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        return list(text) if limit < 0 else [*text[: limit - 1], text[limit - 1 :]]
    return text.split(separator, limit - 1 if limit > 0 else -1)


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise CelError(f"index out of range: {start if not 0 <= start <= len(text) else end}")
    return text[start:end]


def _char_at(text: str, at: int) -> str:
    if not 0 <= at <= len(text):
        raise CelError(f"index out of range: {at}")
    return text[at : at + 1]


def _index_of(where: Any, what: Any, start: int = 0) -> int:
    if isinstance(where, str):
        return where.find(what, start)
    return next((i for i, item in enumerate(where) if item == what), -1)


def _last_index_of(where: Any, what: Any) -> int:
    if isinstance(where, str):
        return where.rfind(what)
    return next((i for i in range(len(where) - 1, -1, -1) if where[i] == what), -1)


def _extreme(choose: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def of(values: Any) -> Any:
        if not values:
            raise CelError(f"{name} called on empty list")
        return choose(values)

    return of


def _sum(values: Any) -> Any:
    if any(isinstance(value, float) for value in values):
        return math.fsum(values)
    return sum(values, timedelta(0)) if values and isinstance(values[0], timedelta) else whole(sum(values))


def _quantity(text: str) -> Quantity:
    try:
        return Quantity(quantity.parse(text))
    except quantity.QuantityError as error:
        raise CelError(str(error)) from None


def _is_quantity(text: str) -> bool:
    try:
        quantity.parse(text)
    except quantity.QuantityError:
        return False
    return True


def _compared(a: Quantity, b: Quantity) -> int:
    return int(a.amount > b.amount) - int(a.amount < b.amount)


def _plus(a: Quantity, b: Any) -> Quantity:
    return Quantity(a.amount + (b.amount if isinstance(b, Quantity) else b))


def _minus(a: Quantity, b: Any) -> Quantity:
    return Quantity(a.amount - (b.amount if isinstance(b, Quantity) else b))


_TWO_TEXTS = (STRING, STRING)
JSON_PATCH_LIBRARY = Type("jsonpatch")
"""What the name `jsonpatch` is, where it is known."""
FUNCTIONS: dict[str, Function] = {
    "size": Function(_size, INT),
    "string": Function(to_string, STRING),
    "int": Function(_to_int, INT),
    "double": Function(_to_double, DOUBLE),
    "bool": Function(_to_bool, BOOL),
    "duration": Function(_to_duration, DURATION),
    "timestamp": Function(_to_timestamp, TIMESTAMP),
    "dyn": Function(lambda value: value, DYN),
    "type": Function(_type, DYN),
    "quantity": Function(_quantity, DYN, (STRING,)),
    "isQuantity": Function(_is_quantity, BOOL, (STRING,)),
}
"""Called by name alone."""

AUTHORIZER, _PATH_CHECK, _GROUP_CHECK, _RESOURCE_CHECK, _DECISION = (
    Type(f"kubernetes.authorization.{name}")
    for name in ("Authorizer", "PathCheck", "GroupCheck", "ResourceCheck", "Decision")
)
"""What the name `authorizer` is, where it is known, and what asking it comes to."""


def _asking(name: str, result: Type, *takes: Type) -> Function:
    return Function(lambda target, *given: getattr(target, name)(*given), result, takes)


_ASKING: dict[str, Function] = {
    "serviceAccount": _asking("serviceAccount", AUTHORIZER, AUTHORIZER, STRING, STRING),
    "path": _asking("path", _PATH_CHECK, AUTHORIZER, STRING),
    "group": _asking("group", _GROUP_CHECK, AUTHORIZER, STRING),
    "resource": _asking("resource", _RESOURCE_CHECK, _GROUP_CHECK, STRING),
    "subresource": _asking("subresource", _RESOURCE_CHECK, _RESOURCE_CHECK, STRING),
    "namespace": _asking("namespace", _RESOURCE_CHECK, _RESOURCE_CHECK, STRING),
    "name": _asking("name", _RESOURCE_CHECK, _RESOURCE_CHECK, STRING),
    "check": Function(lambda asker, verb: asker.check(verb), _DECISION),
    "allowed": _asking("allowed", BOOL, _DECISION),
    "reason": _asking("reason", STRING, _DECISION),
    "errored": _asking("errored", BOOL, _DECISION),
    "error": _asking("error", STRING, _DECISION),
}

METHODS: dict[str, Function] = {
    **_ASKING,
    "size": Function(_size, INT),
    "startsWith": Function(str.startswith, BOOL, _TWO_TEXTS),
    "endsWith": Function(str.endswith, BOOL, _TWO_TEXTS),
    "contains": Function(lambda text, part: part in text, BOOL, _TWO_TEXTS),
    "matches": Function(matches, BOOL, _TWO_TEXTS),
    "find": Function(lambda text, pattern: m[0] if (m := _compiled(pattern).search(text)) else "", STRING, _TWO_TEXTS),
    "lowerAscii": Function(str.lower, STRING, (STRING,)),
    "upperAscii": Function(str.upper, STRING, (STRING,)),
    "trim": Function(str.strip, STRING, (STRING,)),
    "replace": Function(_replace, STRING),
    "split": Function(_split, Type("list", (STRING,))),
    "substring": Function(_substring, STRING),
    "charAt": Function(_char_at, STRING),
    "join": Function(lambda items, separator="": separator.join(items), STRING),
    "indexOf": Function(_index_of, INT),
    "lastIndexOf": Function(_last_index_of, INT),
    "isSorted": Function(lambda items: all(a <= b for a, b in itertools.pairwise(items)), BOOL),
    "sum": Function(_sum, DYN),
    "min": Function(_extreme(min, "min"), DYN),
    "max": Function(_extreme(max, "max"), DYN),
    "isGreaterThan": Function(lambda a, b: _compared(a, b) > 0, BOOL),
    "isLessThan": Function(lambda a, b: _compared(a, b) < 0, BOOL),
    "compareTo": Function(_compared, INT),
    "isInteger": Function(lambda a: a.amount == int(a.amount), BOOL),
    "asInteger": Function(lambda a: whole(int(a.amount)), INT),
    "asApproximateFloat": Function(lambda a: float(a.amount), DOUBLE),
    "add": Function(_plus, DYN),
    "sub": Function(_minus, DYN),
    "orValue": Function(extensions.or_value, DYN),
    "value": Function(extensions.value, DYN),
    "hasValue": Function(extensions.has_value, BOOL),
    "or": Function(extensions.either, DYN),
    "format": Function(lambda text, given: extensions.format_text(text, given, to_string), STRING),
    "escapeKey": Function(lambda _, key: extensions.escape_key(key), STRING, (JSON_PATCH_LIBRARY, STRING)),
    "sign": Function(lambda a: (a.amount > 0) - (a.amount < 0), INT),
}
"""Called on a value."""
