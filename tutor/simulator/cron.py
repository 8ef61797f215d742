"""Cron schedules as CronJobs use them. The notation is that of github.com/robfig/cron v3's standard parser."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = {"month": {name: i + 1 for i, name in enumerate(_MONTHS)}}
_NAMES["day of week"] = {name: i for i, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_SHORTHANDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|ns)")
_HORIZON = timedelta(days=5 * 366)
"""A schedule without a moment in this span has none (30 February)."""


class CronError(ValueError):
    """The text is no schedule; the message says why in the parser's words."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments a schedule names, one set of numbers a field."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def _day_matches(self, moment: datetime) -> bool:
        by_day = moment.day in self.days
        by_weekday = moment.isoweekday() % 7 in self.weekdays
        return by_day and by_weekday if self.any_day or self.any_weekday else by_day or by_weekday

    def after(self, moment: float, zone: str | None = None) -> float | None:
        """The first moment after `moment` (both in seconds since the epoch), in a time zone; None when there is none."""
        tz = ZoneInfo(zone) if zone else UTC
        current = datetime.fromtimestamp(moment, tz).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = current + _HORIZON
        while current < end:
            if current.month not in self.months or not self._day_matches(current):
                current = (current + timedelta(days=1)).replace(hour=0, minute=0)
            elif current.hour not in self.hours:
                current = (current + timedelta(hours=1)).replace(minute=0)
            elif current.minute not in self.minutes:
                current += timedelta(minutes=1)
            else:
                return current.timestamp()
        return None


@dataclass(frozen=True, slots=True)
class Every:
    """A pause between two moments in place of a calendar ("@every 90s"), in whole seconds."""

    seconds: float

    def after(self, moment: float, zone: str | None = None) -> float:
        """The moment that much later; the time zone does not matter."""
        return math.floor(moment) + self.seconds


def is_zone(name: str) -> bool:
    """Whether a name is one of the time zone database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def parse_schedule(text: str) -> Schedule | Every:
    """Read a schedule of five fields or a descriptor such as @hourly. Raises CronError."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        text = text.partition(" ")[2].strip()
    if text.startswith(_EVERY):
        return Every(_parse_pause(text))
    if text.startswith("@") and text not in _SHORTHANDS:
        raise CronError(f"unrecognized descriptor: {text}")
    fields = _SHORTHANDS.get(text, text).split()
    if len(fields) != len(_FIELDS):
        raise CronError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    minutes, hours, days, months, weekdays = (
        _parse_field(field, *spec) for field, spec in zip(fields, _FIELDS, strict=True)
    )
    return Schedule(minutes, hours, days, months, weekdays, fields[2][0] in "*?", fields[4][0] in "*?")


def _parse_pause(text: str) -> float:
    """The pause of an @every, a Go duration, at least a second and without fractions of one."""
    duration = text.removeprefix(_EVERY)
    parts = _DURATION_PART.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise CronError(f'failed to parse duration {text}: time: invalid duration "{duration}"')
    return max(1.0, math.floor(sum(float(number) * _UNITS[unit] for number, unit in parts)))


def _parse_field(field: str, name: str, low: int, high: int) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _parse_range(part, name, low, high))


def _parse_range(part: str, name: str, low: int, high: int) -> range:
    span, slash, step_text = part.partition("/")
    first, dash, last = span.partition("-")
    if first in ("*", "?"):
        start, end = low, high
    else:
        start = _number(first, name)
        end = _number(last, name) if dash else (high if slash else start)
    step = _number(step_text, name) if slash else 1
    if start < low:
        raise CronError(f"beginning of range ({start}) below minimum ({low}): {part}")
    if end > high:
        raise CronError(f"end of range ({end}) above maximum ({high}): {part}")
    if start > end:
        raise CronError(f"beginning of range ({start}) beyond end of range ({end}): {part}")
    if step == 0:
        raise CronError(f"step of range should be a positive number: {part}")
    return range(start, end + 1, step)


def _number(text: str, name: str) -> int:
    named = _NAMES.get(name, {}).get(text.lower())
    if named is not None:
        return named
    if not text.isdigit():
        raise CronError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)
