"""A live diagram being played: a cluster of its own that lives as long as the screen, and the step it stands at."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.clusters import Cluster, ClusterError
from tutor.course.model import Scenario, ScenarioStep
from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import Timeline
from tutor.ui.ports import ShellPort, Tell

if TYPE_CHECKING:
    from tutor.ui.live.watcher import Watcher
    from tutor.ui.services import Services

SCENE_SECONDS = 30.0
"""Cluster's time that passes at once after the first step, so that the scene is set."""
LINE_SECONDS = 30.0
"""How long a command may take before it is stopped."""
POLL_SECONDS = 0.02


class ScenarioRun:
    """One scenario on a cluster of its own. All methods but `close` block; call them from a worker thread."""

    def __init__(self, services: Services, scenario: Scenario) -> None:
        self.scenario = scenario
        self.place = 0
        self.cluster: Cluster | None = None
        self.broken: tuple[str, ...] | None = None
        self.state = ClusterState()
        self._services = services
        self._shell: ShellPort | None = None
        self._watcher: Watcher | None = None
        self._before: list[str] = []
        self._printed: list[str] = []
        self._errors = False
        self._folder = tempfile.TemporaryDirectory(prefix="k8s-tutor-", ignore_cleanup_errors=True)
        self._lock = threading.RLock()
        self._closed = False

    @property
    def namespace(self) -> str:
        """The namespace that the picture is of."""
        return self.scenario.namespace

    @property
    def step(self) -> ScenarioStep:
        """The step it stands at."""
        return self.scenario.steps[self.place]

    def open(self, tell: Tell) -> None:
        """Start the cluster and set the scene. ClusterError when it cannot be started or a command fails."""
        with self._lock:
            if self._closed:
                return
            cluster = self._services.playground()
            cluster.start(tell)
            self.cluster = cluster
            self._shell = self._services.practice_shell(
                cluster, Path(self._folder.name), self._take_output, lambda name, text: None
            )
            self._run(f"kubectl create namespace {self.namespace}")
            self._run(f"kubectl config set-context --current --namespace={self.namespace}")
            self._watcher = self._services.watcher(cluster, self.namespace, self.state, Timeline(), lambda: None)
            self._watcher.start()
            self._do(self.step)
            if cluster.clock is not None:
                cluster.clock.advance(SCENE_SECONDS)

    def forward(self) -> None:
        """Do the next step; nothing after the last one. ClusterError when a command fails."""
        with self._lock:
            if self.place + 1 >= len(self.scenario.steps) or self.cluster is None:
                return
            if self.cluster.snapshots is not None:
                self._before.append(self.cluster.snapshots.take(f"before step {self.place + 2}"))
            self.place += 1
            self._do(self.step)

    def back(self) -> None:
        """Go back to how it was before the last step, with whatever else has been changed since."""
        with self._lock:
            if self._before and self.cluster is not None and self.cluster.snapshots is not None:
                self.cluster.snapshots.restore(self._before.pop())
                self.place -= 1
                self.look_for_faults()

    def try_line(self, line: str) -> str:
        """Run a line of the learner's own; what it printed."""
        with self._lock:
            return self._execute(line)[0]

    def look_for_faults(self) -> None:
        """Find out what is broken on purpose."""
        levers = self.cluster.levers if self.cluster else None
        self.broken = None if levers is None else tuple(lever.name for lever in levers.faults() if lever.on)

    def _do(self, step: ScenarioStep) -> None:
        levers = self.cluster.levers if self.cluster else None
        if levers is not None:
            for name in step.put:
                levers.set_fault(name, True)
            for name in step.take:
                levers.set_fault(name, False)
        for line in step.run:
            self._run(line)
        self.look_for_faults()

    def _run(self, line: str) -> None:
        printed, errors = self._execute(line)
        if errors:
            raise ClusterError(f"`{line}` says: {printed.strip()}")

    def _execute(self, line: str) -> tuple[str, bool]:
        """Run a line to its end; what it printed, and whether any of it was an error."""
        shell = self._shell
        if shell is None:
            return "", False
        self._printed, self._errors = [], False
        shell.start_line(line)
        end = time.monotonic() + LINE_SECONDS
        while shell.running:
            if time.monotonic() > end:
                shell.interrupt()
            time.sleep(POLL_SECONDS)
        return "".join(self._printed), self._errors

    def _take_output(self, stream: str, text: str) -> None:
        if stream in ("stdout", "stderr"):
            self._printed.append(text)
            self._errors = self._errors or (stream == "stderr" and text.startswith(("error", "Error")))

    def close(self) -> None:
        """End the cluster and everything that belongs to it."""
        with self._lock:
            self._closed = True
            if self._watcher is not None:
                self._watcher.stop()
            if self._shell is not None:
                self._shell.close()
            if self.cluster is not None:
                self.cluster.stop()
            self._folder.cleanup()
