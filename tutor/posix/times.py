"""Reading a time as `date -d` takes it: a few formats that scripts really use."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tutor.posix.errors import ToolError

_RELATIVE = re.compile(r"([-+]?\d{1,9})\s*(sec|second|min|minute|hour|day|week)s?(\s+ago)?")
_SECONDS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


def parse_time(text: str, now: float) -> float:
    """Seconds since the epoch for "@123", "now", "2 hours ago", "2026-01-31 12:00:00" or an RFC 3339 time (UTC)."""
    text = text.strip()
    if re.fullmatch(r"@-?\d{1,11}(\.\d+)?", text):
        return float(text[1:])
    words = {"now": 0, "today": 0, "yesterday": -86400, "tomorrow": 86400}
    if text in words:
        return now + words[text]
    relative = _RELATIVE.fullmatch(text)
    if relative:
        return now + int(relative[1]) * _SECONDS[relative[2]] * (-1 if relative[3] else 1)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ToolError(f"invalid date '{text}'") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
