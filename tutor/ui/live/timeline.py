"""What happened, in the order it was seen: the cluster's own events, and the learner's commands among them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tutor.clusters.actors import short_actor
from tutor.ui.live.state import Object

MAX_ENTRIES = 500


@dataclass(frozen=True)
class Entry:
    """Something that happened `at` seconds after the exercise began. `who` did it; `warning` marks trouble."""

    at: float
    who: str
    text: str
    warning: bool = False
    stamp: str = ""
    """When the cluster says it happened; empty for what the learner or the tutor did."""


class Timeline:
    """The latest entries, the oldest first. Written from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._start = clock()
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()
        self._number = 0

    def note(self, who: str, text: str) -> None:
        """Something the learner or the tutor did."""
        with self._lock:
            self._number += 1
            self._add(f"note-{self._number}", Entry(self.clock() - self._start, who, text))

    def event(self, event: Object) -> None:
        """An event of the cluster. One that happens again moves to the end and says how often."""
        count = int(event.get("count") or (event.get("series") or {}).get("count") or 1)
        involved = event.get("involvedObject") or {}
        text = (
            f"{involved.get('kind', '')} {involved.get('name', '')}: {event.get('message') or event.get('reason', '')}"
        )
        if count > 1:
            text += f" ({count} times)"
        source = event.get("source") or {}
        component = str(source.get("component") or event.get("reportingComponent") or "")
        who = short_actor(component, str(source.get("host") or ""))
        key = str((event.get("metadata") or {}).get("uid") or (event.get("metadata") or {}).get("name"))
        with self._lock:
            known = self._entries.get(key)
            if known is None or known.text != text:
                self._entries.pop(key, None)
                at = self.clock() - self._start
                self._add(key, Entry(at, who, text, event.get("type") == "Warning", _stamp(event)))

    def restart(self) -> None:
        """Begin again at zero with nothing in it."""
        with self._lock:
            self._entries.clear()
            self._start = self.clock()

    def entries(self) -> list[Entry]:
        """Every entry, the oldest first. What had happened before the learner did something comes in no order of its own."""
        with self._lock:
            entries = list(self._entries.values())
        done = next((place for place, entry in enumerate(entries) if not entry.stamp), len(entries))
        return sorted(entries[:done], key=lambda entry: entry.stamp) + entries[done:]

    def _add(self, key: str, entry: Entry) -> None:
        self._entries[key] = entry
        while len(self._entries) > MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]


def _stamp(event: Object) -> str:
    created = (event.get("metadata") or {}).get("creationTimestamp")
    return str(event.get("eventTime") or event.get("lastTimestamp") or event.get("firstTimestamp") or created or "0")
