"""Virtual time: one heap of timers that are plain data, so that time can be saved, restored and replayed."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    """A key that an actor wants to look at again at a moment. `seq` makes ties first come, first served."""

    due: float
    seq: int
    actor: str
    key: str
    housekeeping: bool = False


class Clock:
    """The cluster's time in seconds since the Unix epoch; it moves only when told to.

    A timer names an actor and a key and never holds code: a reconcile states when it next needs to look, so there is at
    most one timer for a key of an actor, and the newest statement counts.
    """

    def __init__(self, start: float) -> None:
        self.now = start
        self._seq = 0
        self._heap: list[Timer] = []
        self._current: dict[tuple[str, str], Timer] = {}
        self._work = 0

    def schedule(self, actor: str, key: str, due: float, *, housekeeping: bool = False) -> None:
        """Set the timer of `key`; a due moment in the past fires at once. Housekeeping does not count as unsettled."""
        self._seq += 1
        timer = Timer(max(due, self.now), self._seq, actor, key, housekeeping)
        self.cancel(actor, key)
        self._current[actor, key] = timer
        self._work += not housekeeping
        heapq.heappush(self._heap, timer)

    def cancel(self, actor: str, key: str) -> None:
        """Forget the timer of `key`, if it has one."""
        timer = self._current.pop((actor, key), None)
        if timer is not None:
            self._work -= not timer.housekeeping

    def next_due(self) -> float | None:
        """The moment of the next timer, or None when nothing is planned."""
        timer = self._peek()
        return timer.due if timer else None

    def due_of(self, actor: str, key: str) -> float | None:
        """The moment of a key's timer, or None when it has none."""
        timer = self._current.get((actor, key))
        return timer.due if timer else None

    def has_work(self) -> bool:
        """Whether a timer is planned that is not housekeeping."""
        return self._work > 0

    def pop_due(self) -> Timer | None:
        """Take the next timer that is due now."""
        timer = self._peek()
        if timer is None or timer.due > self.now:
            return None
        heapq.heappop(self._heap)
        self.cancel(timer.actor, timer.key)
        return timer

    def _peek(self) -> Timer | None:
        while self._heap:
            timer = self._heap[0]
            if self._current.get((timer.actor, timer.key)) is timer:
                return timer
            heapq.heappop(self._heap)
        return None

    def save(self) -> tuple[float, int, tuple[Timer, ...]]:
        """The state as an immutable value."""
        return self.now, self._seq, tuple(self._current.values())

    def load(self, state: tuple[float, int, tuple[Timer, ...]]) -> None:
        """Go back to a saved state."""
        self.now, self._seq, timers = state
        self._heap = sorted(timers)
        self._current = {(timer.actor, timer.key): timer for timer in timers}
        self._work = sum(not timer.housekeeping for timer in timers)


def timestamp(moment: float) -> str:
    """A moment as metav1.Time writes it: RFC 3339, UTC, whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).isoformat()[:-6] + "Z"


def micro_timestamp(moment: float) -> str:
    """A moment as metav1.MicroTime writes it: RFC 3339, UTC, six decimals."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_timestamp(text: str) -> float:
    """The moment of an RFC 3339 text, in seconds since the epoch. Raises ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.timestamp()
