"""A driver that takes and restores snapshots while a scenario is played, which must change nothing of what follows."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from functools import cache
from typing import Literal

from tests.fidelity.scenario import Scenario, load
from tests.fidelity.simulated import SimulatedDriver, play_simulated
from tests.simulator.histories.busy import BUSY, busy, play_busy
from tests.simulator.histories.recording import History, first_difference, logs, without_revisions
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

Way = Literal["in place", "by file"]
WAYS: tuple[Way, ...] = ("in place", "by file")
AFTERWARDS_SECONDS = 30.0
"""How long a cluster is looked at after a scenario has ended."""
ASTRAY_SECONDS = 45.0
"""How far a cluster goes on before it is taken back to where it was."""


class RestoringDriver(SimulatedDriver):
    """At every so-manieth wait the cluster is saved and restored: in place, after it went on for a while, or by way of a file's
    bytes into a new cluster, as when the program was ended and started again."""

    def __init__(self, needs: Iterable[str], *, way: Way | None = None, every: int = 1, first: int = 0) -> None:
        super().__init__(needs)
        self.history = History(self.cluster)
        self.restores = 0
        self._way = way
        self._every = every
        self._waits = -first

    def wait(self, seconds: float) -> None:
        """Virtual time; in the middle of it the cluster is restored, if it is its turn."""
        if self._way is None or self._waits < 0 or self._waits % self._every:
            self._waits += 1
            super().wait(seconds)
            return
        self._waits += 1
        super().wait(seconds / 2)
        self.restores += 1
        if self._way == "in place":
            self._go_astray_and_back()
        else:
            self._start_again()
        super().wait(seconds / 2)

    def _go_astray_and_back(self) -> None:
        state, written = self.cluster.save(), len(self.history.lines)
        self.cluster.engine.advance(ASTRAY_SECONDS)
        self.cluster.load(state)
        del self.history.lines[written:]

    def _start_again(self) -> None:
        state = pickle.loads(pickle.dumps(self.cluster.save()))
        self.cluster = SimulatedCluster(now=state.clock[0] + 9.0, seed=77, strict=True)
        self._client = InProcessClient(self.cluster)
        self.cluster.load(state)
        self.history.follow(self.cluster)


def play_undisturbed() -> History:
    """Play the busy scenario; returns what was written."""
    return _play(busy(), RestoringDriver(busy().needs)).history


def play_restoring(scenario: Scenario, way: Way, *, every: int) -> str:
    """Play a scenario undisturbed and with restores; returns the first difference, empty when there is none."""
    plain = _undisturbed(scenario.name)
    driver = _play(scenario, RestoringDriver(scenario.needs, way=way, every=every))
    assert driver.restores, "at least the wait at the end is interrupted"
    clean = without_revisions if way == "in place" else str
    written = [[clean(line) for line in run.history.lines] for run in (plain, driver)]
    return first_difference(*written) or first_difference(logs(plain.cluster), logs(driver.cluster))


@cache
def _undisturbed(name: str) -> RestoringDriver:
    scenario = all_scenarios()[name]
    return _play(scenario, RestoringDriver(scenario.needs))


def _play(scenario: Scenario, driver: RestoringDriver) -> RestoringDriver:
    if scenario.name == BUSY:
        play_busy(driver)
    else:
        play_simulated(scenario, driver)
    driver.wait(AFTERWARDS_SECONDS)
    return driver


@cache
def all_scenarios() -> dict[str, Scenario]:
    """The recorded scenarios and the busy one, by name."""
    return {**load(), BUSY: busy()}
