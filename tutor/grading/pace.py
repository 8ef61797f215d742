"""Waiting in the cluster's time: on a cluster whose clock is ours, time passes at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from tutor.clusters import ClockControl

STEP = 0.5
"""Seconds of the cluster between two looks."""


class Pace:
    """How time passes on a cluster. `sleep` is what waits for a real one."""

    def __init__(self, clock: ClockControl | None, sleep: Callable[[float], object] = time.sleep) -> None:
        self._clock = clock
        self._sleep = sleep

    def let_pass(self, seconds: float) -> None:
        """Let that much of the cluster's time go by."""
        if self._clock is not None:
            self._clock.advance(seconds)
        else:
            self._sleep(seconds)

    def until(
        self, condition: Callable[[], bool], within: float, waiting: Callable[[float], object] = lambda _: None
    ) -> bool:
        """Wait until the condition holds, at most `within` seconds of the cluster's time; says whether it does.

        `waiting` is told after each look for how many seconds it has been waiting.
        """
        waited = 0.0
        while not condition():
            if waited >= within:
                return False
            waiting(waited)
            self.let_pass(STEP)
            waited += STEP
        return True
