"""What happens after the API says yes: the simulated cluster beside recordings of a genuine one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.fidelity.scenario import RECORDING, Run, load
from tutor.simulator.addons import install
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

SCENARIOS = load()
RECORDED: dict[str, Any] = json.loads(RECORDING.read_text(encoding="utf-8"))["scenarios"]
KNOWN_DIFFERENCES: dict[str, str] = {}
"""Scenarios that are known to differ, with the reason."""


class SimulatedDriver:
    """A simulated cluster of three nodes on virtual time."""

    def __init__(self, needs: Iterable[str] = ()) -> None:
        self.cluster = SimulatedCluster(now=1_700_000_000.0, strict=True)
        self._client = InProcessClient(self.cluster)
        for addon in needs:
            install(self.cluster, addon)
        self.cluster.engine.advance(60.0)

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """One request, and what follows from it at once."""
        response = self._client.send(method, path, body, content_type=content_type)
        self.cluster.engine.run_ready()
        text = response.stream.pull().decode() if response.stream is not None else response.payload().decode()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    def wait(self, seconds: float) -> None:
        """Virtual time."""
        self.cluster.engine.advance(seconds)


def play(name: str) -> Any:
    """Play a scenario on a fresh simulated cluster."""
    driver = SimulatedDriver(SCENARIOS[name].needs)
    namespace = f"scenario-{name}"
    driver.request(
        "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    )
    return json.loads(json.dumps(Run(driver, namespace).play(SCENARIOS[name])))


def test_every_scenario_is_recorded() -> None:
    assert set(RECORDED) == set(SCENARIOS)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_same_as_on_a_genuine_cluster(name: str) -> None:
    if name in KNOWN_DIFFERENCES:
        pytest.xfail(KNOWN_DIFFERENCES[name])
    assert play(name) == RECORDED[name]
