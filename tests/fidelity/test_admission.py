"""The simulated API server fills in and refuses what a genuine one does, in the same words."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.fidelity.admission import CASES, RECORDING, normalised, path_of
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

NAMESPACE = "admission-replay"
RECORDED: dict[str, Any] = json.loads(RECORDING.read_text(encoding="utf-8"))["cases"]
OBJECTS: dict[str, Any] = yaml.safe_load(CASES.read_text(encoding="utf-8"))
KNOWN_DIFFERENCES: dict[str, str] = {}
"""Cases that are known to differ, with the reason."""


@pytest.fixture(scope="module")
def client() -> InProcessClient:
    cluster = SimulatedCluster(now=1_700_000_000.0, strict=True)
    client = InProcessClient(cluster)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    client.send("POST", "/api/v1/namespaces", namespace)
    cluster.engine.run_ready()
    return client


def test_every_case_is_recorded() -> None:
    assert set(RECORDED) == set(OBJECTS)


@pytest.mark.parametrize("name", list(OBJECTS))
def test_same_as_the_genuine_server(name: str, client: InProcessClient) -> None:
    if name in KNOWN_DIFFERENCES:
        pytest.xfail(KNOWN_DIFFERENCES[name])
    path = path_of(OBJECTS[name], NAMESPACE)
    response = client.send("POST", path, OBJECTS[name], dryRun="All", fieldValidation="Strict")
    body = normalised(json.loads(response.payload()), NAMESPACE)
    assert {"status": response.status, "body": body} == RECORDED[name]
