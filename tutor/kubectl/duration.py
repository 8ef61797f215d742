"""Ages and durations the way kubectl prints and reads them.

Printing follows apimachinery `util/duration`, reading follows Go's `time.ParseDuration`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def human_duration(seconds: float) -> str:
    """Two or three significant figures: `45s`, `3m20s`, `5h3m`, `4d2h`, `2y10d`. Takes seconds."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 0:
        return "0s"
    if whole < 120:
        return f"{whole}s"
    minutes = whole // 60
    if minutes < 10:
        return _pair(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    return _human_hours(whole // 3600, minutes % 60)


def _human_hours(hours: int, minutes: int) -> str:
    days = hours // 24
    if hours < 8:
        return _pair(hours, "h", minutes, "m")
    if hours < 48:
        return f"{hours}h"
    if hours < 24 * 8:
        return _pair(days, "d", hours % 24, "h")
    if hours < 24 * 365 * 2:
        return f"{days}d"
    if hours < 24 * 365 * 8:
        return _pair(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _pair(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big}{big_unit}{small}{small_unit}" if small else f"{big}{big_unit}"


def parse_time(text: str | None) -> float | None:
    """Seconds since 1970 of an RFC 3339 timestamp; None when there is none or it cannot be read."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def age(timestamp: str | None, now: float) -> str:
    """How long ago a timestamp was, or `<unknown>` for none."""
    moment = parse_time(timestamp)
    return "<unknown>" if moment is None else human_duration(now - moment)


def rfc1123(timestamp: str | None, *, zone: bool = True) -> str:
    """`Mon, 02 Jan 2006 15:04:05 +0000`, the form `kubectl describe` uses for points in time, in UTC."""
    moment = parse_time(timestamp)
    date = datetime(1, 1, 1, tzinfo=UTC) if moment is None else datetime.fromtimestamp(int(moment), UTC)
    text = f"{date:%a}, {date:%d} {date:%b} {date.year:04} {date:%H:%M:%S}"
    return f"{text} +0000" if zone else text


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h30m`, `90s` or `0`; ValueError when it is not one."""
    sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    if rest == "0":
        return 0.0
    if not rest:
        raise ValueError(f"time: invalid duration {_quote(text)}")
    position, total = 0, 0.0
    for match in _PART.finditer(rest):
        if match.start() != position:
            break
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    if position != len(rest):
        raise ValueError(_duration_problem(text, rest[position:]))
    return sign * total


def _duration_problem(text: str, rest: str) -> str:
    number = re.match(r"\d+(?:\.\d*)?", rest)
    if number is None:
        return f"time: invalid duration {_quote(text)}"
    unit = re.match(r"[^\d.]*", rest[number.end() :])
    if unit is None or not unit[0]:
        return f"time: missing unit in duration {_quote(text)}"
    return f"time: unknown unit {_quote(unit[0])} in duration {_quote(text)}"


def _quote(text: str) -> str:
    return f'"{text}"'


def go_duration(seconds: float) -> str:
    """How Go prints a duration: `1m30s`, `2h0m0s`, `1.5s`, `500ms`, `0s`."""
    if seconds == 0:
        return "0s"
    if seconds < 0:
        return "-" + go_duration(-seconds)
    if seconds < 1:
        return f"{_trim(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours}h{minutes}m{_trim(rest)}s"
    return f"{minutes}m{_trim(rest)}s" if minutes else f"{_trim(rest)}s"


def _trim(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")
