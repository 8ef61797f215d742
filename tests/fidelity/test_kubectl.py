"""The genuine kubectl against the simulated cluster sees what it saw of the genuine one.

Another version of kubectl is compared with itself, once it has been recorded against the genuine cluster:

    KUBECTL=PATH KUBECTL_RECORDING=FILE python -m tests.fidelity.record_kubectl --kubeconfig GENUINE
    KUBECTL=PATH KUBECTL_RECORDING=FILE pytest tests/fidelity/test_kubectl.py

Nothing may differ then that does not differ with the version that the list of known differences was made with.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fidelity.commands import RECORDING, Kubectl, Section, play, program, table
from tests.fidelity.known_differences import KNOWN_DIFFERENCES
from tutor.simulator.addons import install
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.cluster import SimulatedCluster

NEEDED = 0.98
"""Of all commands; the rest is in `KNOWN_DIFFERENCES`, each with its reason."""
AT_ONCE = 3
SECONDS = 60.0
WARM_UP = 90.0
"""Seconds of the cluster's time until metrics-server works, as the genuine cluster has it."""
RATE = 20.0
"""Cluster seconds a wall second while commands that prepare wait for something."""

pytestmark = pytest.mark.slow


def replay(section: Section, path: str, folder: Path) -> list[dict[str, Any]]:
    """Play one section on a simulated cluster of its own."""
    cluster = SimulatedCluster(now=time.time() - WARM_UP)
    install(cluster, "metrics-server")
    cluster.engine.advance(WARM_UP)
    server = SimulatedApiServer(cluster)
    server.start()
    try:
        folder.mkdir()
        server.write_kubeconfig(folder / "kubeconfig", namespace=section.namespace)
        kubectl = Kubectl(path, folder / "kubeconfig", folder, SECONDS)
        kubectl(["create", "namespace", section.namespace])
        server.pacer.advance(1)
        return play(section, kubectl, server.pacer.advance, lambda much: server.pacer.set_rate(RATE if much else 1))
    finally:
        server.stop()


def differences(section: Section, expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[str]:
    """The commands of a section that were not seen alike, each with the section's name before it."""
    for wanted, got in zip(expected, found, strict=True):
        assert wanted["command"] == got["command"], "the table has changed: record it anew"
        if wanted != got:
            yield f"{section.name}: {wanted['command']}"


@pytest.fixture(scope="module")
def path() -> str:
    found = program()
    if found is None:
        pytest.skip("needs kubectl 1.37 in PATH")
    return found


def test_as_on_a_genuine_cluster(path: str, tmp_path: Path) -> None:
    recorded = json.loads(RECORDING.read_text(encoding="utf-8"))["sections"]
    sections = list(table())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda section: replay(section, path, tmp_path / section.name), sections))
    different = {
        line for s, seen in zip(sections, found, strict=True) for line in differences(s, recorded[s.name], seen)
    }
    assert sorted(different - KNOWN_DIFFERENCES.keys()) == []
    if "KUBECTL" not in os.environ:
        assert sorted(KNOWN_DIFFERENCES.keys() - different) == [], "these are equal by now: take them off the list"
    total = sum(map(len, found))
    assert len(different) <= (1 - NEEDED) * total
