"""What happens after the API says yes: the simulated cluster beside recordings of a genuine one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fidelity.scenario import load, recorded
from tests.fidelity.simulated import SimulatedDriver, play_simulated

SCENARIOS = load()
RECORDED = recorded()
KNOWN_DIFFERENCES: dict[str, str] = {}
"""Scenarios that are known to differ, with the reason."""


def play(name: str) -> Any:
    """Play a scenario on a fresh simulated cluster."""
    scenario = SCENARIOS[name]
    return json.loads(json.dumps(play_simulated(scenario, SimulatedDriver(scenario.needs))))


def test_every_scenario_is_recorded() -> None:
    assert set(RECORDED) == set(SCENARIOS)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_same_as_on_a_genuine_cluster(name: str) -> None:
    if name in KNOWN_DIFFERENCES:
        pytest.xfail(KNOWN_DIFFERENCES[name])
    assert play(name) == RECORDED[name]
