"""A busy quarter of an hour on one cluster: rollouts, jobs, crash loops, autoscaling, storage, and nodes that are lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.fidelity.scenario import Run, Scenario
from tests.fidelity.simulated import SimulatedDriver

STEPS = Path(__file__).with_name("busy.yaml")
BUSY = "busy"
"""The scenario's name, and that of its namespace."""


class BusyRun(Run):
    """A scenario's steps, and what can be done to a simulated cluster beside."""

    driver: SimulatedDriver

    def _exec(self, argument: dict[str, Any]) -> None:
        cluster = self.driver.cluster
        session = cluster.runtime.exec(
            self.namespace, argument["pod"], "c", argument["command"], stdin=False, tty=False
        )
        self.replies.append(["exec", argument["pod"], session is not None])

    def _cut_off(self, node: str) -> None:
        self.driver.cluster.runtime.cut_off(node)

    def _reconnect(self, node: str) -> None:
        self.driver.cluster.runtime.reconnect(node)

    def _stop_kubelet(self, node: str) -> None:
        self.driver.cluster.runtime.stop_kubelet(node)

    def _start_kubelet(self, node: str) -> None:
        self.driver.cluster.runtime.start_kubelet(node)

    def _stop(self, actor: str) -> None:
        self.driver.cluster.engine.stop(actor)

    def _start(self, actor: str) -> None:
        self.driver.cluster.engine.start(actor)


def busy() -> Scenario:
    """The busy quarter of an hour as a scenario."""
    steps = yaml.safe_load(STEPS.read_text(encoding="utf-8"))
    return Scenario(name=BUSY, file=STEPS.name, steps=steps, observe=[], needs=["metrics-server"])


def play_busy(driver: SimulatedDriver) -> list[Any]:
    """Play it; returns what was answered to requests that did not simply succeed."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": BUSY}}
    driver.request("POST", "/api/v1/namespaces", body)
    run = BusyRun(driver, BUSY)
    run.play(busy())
    return run.replies
