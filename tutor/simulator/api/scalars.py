"""Reading single values: each reader gives the value as the server writes it back, or raises DecodeError."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.schemas.types import ScalarKind


class DecodeError(Exception):
    """A value that does not fit. Without a message: of the wrong JSON type; `go` then is the Go type that was expected."""

    def __init__(self, message: str = "", go: str = "", unstructured: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.go = go
        self.unstructured = unstructured
        """The words of the other decoder, that of strategic merge patches (apimachinery, pkg/runtime/converter.go)."""


_LIMITS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _string(value: Any) -> Any:
    if type(value) is not str:
        raise DecodeError
    return value


def _bool(value: Any) -> Any:
    if type(value) is not bool:
        raise DecodeError
    return value


def _int32(value: Any) -> Any:
    return _integer(value, "int32")


def _int64(value: Any) -> Any:
    return _integer(value, "int64")


def _integer(value: Any, kind: str) -> Any:
    if type(value) is not int:
        raise DecodeError
    low, high = _LIMITS[kind]
    if not low <= value <= high:
        raise DecodeError
    return value


def _float(value: Any) -> Any:
    if type(value) not in (int, float):
        raise DecodeError
    return value


def _bytes(value: Any) -> Any:
    text = _string(value)
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        why = f"illegal base64 data at input byte {_first_bad_byte(text)}"
        raise DecodeError(why, unstructured=f"error decoding from json: {why}") from None
    return text


def _first_bad_byte(text: str) -> int:
    match = re.search(r"[^A-Za-z0-9+/]", text)
    return match.start() if match else len(text) - len(text) % 4


def _quantity(value: Any) -> Any:
    if type(value) not in (str, int, float):
        raise DecodeError(f"quantities must match the regular expression '{quantity.PATTERN}'")
    try:
        return quantity.canonical(value) if value != "" else "0"
    except quantity.QuantityError as error:
        raise DecodeError(str(error)) from None


_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_LAYOUT = "2006-01-02T15:04:05Z07:00"
_MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"


def _moment(value: Any, layout: str) -> datetime:
    if type(value) is not str:
        raise DecodeError(go="string")
    if _RFC3339.fullmatch(value):
        try:
            return datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", lambda m: "." + m[1].ljust(6, "0"), value.upper()))
        except ValueError:
            part = "month" if not 1 <= int(value[5:7]) <= 12 else "hour" if int(value[11:13]) > 23 else "day"
            raise DecodeError(f'parsing time "{value}": {part} out of range') from None
    raise DecodeError(f'parsing time "{value}" as "{layout}": {_where_it_fails(value)}')


_PARTS = (
    ("2006", 4),
    ("-", 1),
    ("01", 2),
    ("-", 1),
    ("02", 2),
    ("T", 1),
    ("15", 2),
    (":", 1),
    ("04", 2),
    (":", 1),
    ("05", 2),
)


def _where_it_fails(value: str) -> str:
    rest = value
    for part, length in _PARTS:
        head = rest[:length]
        fits = head == part if length == 1 else len(head) == length and head.isdigit()
        if not fits:
            return f'cannot parse "{rest}" as "{part}"'
        rest = rest[length:]
    return f'cannot parse "{rest}" as "Z07:00"'


def read_moment(text: str) -> float:
    """A moment in seconds since the epoch. Raises DecodeError."""
    return _moment(text, _LAYOUT).timestamp()


_ZERO = datetime(1, 1, 1, tzinfo=UTC)
"""Go's zero time, which is written as null."""


def _in_utc(value: Any, layout: str) -> datetime | None:
    moment = _moment(value, layout)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise DecodeError(f'parsing time "{value}": year outside of 1 to 9999') from None
    return None if moment == _ZERO else moment.replace(tzinfo=None)


def _time(value: Any) -> Any:
    moment = _in_utc(value, _LAYOUT)
    return moment and moment.isoformat(timespec="seconds") + "Z"


def _microtime(value: Any) -> Any:
    moment = _in_utc(value, _MICRO_LAYOUT)
    return moment and moment.isoformat(timespec="microseconds") + "Z"


_DURATION = re.compile(r"[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)")


def _duration(value: Any) -> Any:
    text = _string(value)
    if not _DURATION.fullmatch(text):
        raise DecodeError(f'time: invalid duration "{text}"')
    return text


def _int_or_string(value: Any) -> Any:
    if type(value) is str:
        return value
    try:
        return _int32(value)
    except DecodeError:
        raise DecodeError(go="int32") from None


def _any(value: Any) -> Any:
    return value


READERS: dict[ScalarKind, Callable[[Any], Any]] = {
    "string": _string,
    "bool": _bool,
    "int32": _int32,
    "int64": _int64,
    "float64": _float,
    "bytes": _bytes,
    "quantity": _quantity,
    "time": _time,
    "microtime": _microtime,
    "duration": _duration,
    "int-or-string": _int_or_string,
    "any": _any,
}
