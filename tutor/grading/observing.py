"""Looks again whenever the cluster changes: watches say that something has happened, an evaluation says what it means."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from tutor.grading.api import Stream, Unreachable
from tutor.grading.verdicts import Report

COALESCE = 0.02
"""Seconds in which changes that come together are waited for."""
IDLE = 5.0
"""Seconds after which to look again although nothing was heard: some verdicts depend on time alone."""
RETRY = 1.0
"""Seconds before a watch that broke off is begun again."""

Opener = Callable[[str], Stream]


class Observer:
    """Evaluates in a thread of its own and calls back when the report differs from the last one.

    The callback is never called with a lock of ours held. After `stop` it is not called again, save for a call that is
    under way.
    """

    def __init__(
        self, evaluate: Callable[[], Report], paths: Iterable[str], watch: Opener, callback: Callable[[Report], None]
    ) -> None:
        self._evaluate = evaluate
        self._callback = callback
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._watches = [_Watch(path, watch, self._changed, self._stopped) for path in dict.fromkeys(paths)]

    def start(self) -> None:
        """Begin. The first report comes at once."""
        threading.Thread(target=self._run, name="grading", daemon=True).start()
        for watch in self._watches:
            threading.Thread(target=watch.run, name=f"watch {watch.path}", daemon=True).start()

    def stop(self) -> None:
        """End; does not wait for the threads, which end by themselves at once."""
        self._stopped.set()
        self._changed.set()
        for watch in self._watches:
            watch.close()

    def _run(self) -> None:
        last: Report | None = None
        while not self._stopped.is_set():
            self._changed.clear()
            begun = time.monotonic()
            report = self._evaluate()
            spent = time.monotonic() - begun
            if self._stopped.is_set():
                return
            if report != last:
                last = report
                self._callback(report)
            if self._changed.wait(IDLE):
                # At most half of the time goes into evaluations, however much happens.
                self._stopped.wait(max(COALESCE, spent))


class _Watch:
    """One collection that is watched; every piece of news only says that there is some."""

    def __init__(self, path: str, watch: Opener, changed: threading.Event, stopped: threading.Event) -> None:
        self.path = path
        self._watch = watch
        self._changed = changed
        self._stopped = stopped
        self._lock = threading.Lock()
        self._stream: Stream | None = None

    def run(self) -> None:
        """Watch until stopped. A watch begins with what is there, so nothing is missed between two."""
        while not self._stopped.is_set():
            try:
                stream = self._watch(self.path)
                if not self._take(stream):
                    return
                for _ in stream.pieces():
                    self._changed.set()
            except Unreachable:
                # The evaluation says so to the learner; here it is tried again.
                self._changed.set()
            self._stopped.wait(RETRY)

    def _take(self, stream: Stream) -> bool:
        """Keep a new stream so that it can be closed from outside; False when it is too late for that."""
        with self._lock:
            self._stream = stream
        if self._stopped.is_set():
            stream.close()
            return False
        return True

    def close(self) -> None:
        """End the stream that is open."""
        with self._lock:
            if self._stream is not None:
                self._stream.close()
