"""Dates for `date`, `ls -l` and logs: UTC only, and in English whatever the host's language is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FULL_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    """A time in seconds since the epoch, kept within the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)


def strftime(form: str, seconds: float) -> str:
    """Like strftime(3), for the conversions `date` users know; others stay as they are."""
    when = moment(seconds)
    expanded = {
        "D": "%m/%d/%y",
        "F": "%Y-%m-%d",
        "T": "%H:%M:%S",
        "R": "%H:%M",
        "c": "%a %b %e %H:%M:%S %Y",
        "r": "%I:%M:%S %p",
    }
    form = re.sub("%([DFTRcr])", lambda match: expanded[match[1]], form)
    return re.sub(r"%([-_0]?)(N|[3-9]N|[A-Za-z%])", lambda match: _convert(match[1], match[2], when, seconds), form)


def _convert(pad: str, letter: str, when: datetime, seconds: float) -> str:
    if letter.endswith("N"):
        return f"{when.microsecond * 1000:09d}"[: int(letter[0]) if len(letter) > 1 else 9]
    value = _value(letter, when, seconds)
    if value is None:
        return f"%{pad}{letter}"
    if pad == "-":
        return value.lstrip("0 ") or "0"
    return value.replace("0", " ", 1) if pad == "_" and value.startswith("0") else value


def _value(letter: str, when: datetime, seconds: float) -> str | None:
    hour = when.hour % 12 or 12
    values = {
        "Y": f"{when.year:04d}",
        "y": f"{when.year % 100:02d}",
        "m": f"{when.month:02d}",
        "d": f"{when.day:02d}",
        "e": f"{when.day:2d}",
        "H": f"{when.hour:02d}",
        "I": f"{hour:02d}",
        "M": f"{when.minute:02d}",
        "S": f"{when.second:02d}",
        "p": "AM" if when.hour < 12 else "PM",
        "j": f"{when.timetuple().tm_yday:03d}",
        "u": str(when.isoweekday()),
        "w": str(when.isoweekday() % 7),
        "a": _DAYS[when.weekday()],
        "A": _FULL_DAYS[when.weekday()],
        "b": _FULL_MONTHS[when.month - 1][:3],
        "h": _FULL_MONTHS[when.month - 1][:3],
        "B": _FULL_MONTHS[when.month - 1],
        "s": str(int(seconds // 1)),
        "Z": "UTC",
        "z": "+0000",
        "n": "\n",
        "t": "\t",
        "%": "%",
    }
    return values.get(letter)
