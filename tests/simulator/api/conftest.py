"""One cluster for all tests of the API: each begins with its state as it was new. Time stands still and no actor runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.api.backups import define, definition
from tutor.simulator.api.handler import Api
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import ClusterState, NodeSpec, SimulatedCluster

NOW = 1_700_000_000.0


@dataclass(frozen=True, slots=True)
class Fixture:
    """A cluster, its state when it was new, and a client."""

    cluster: SimulatedCluster
    state: ClusterState
    client: InProcessClient


@pytest.fixture(scope="session")
def shared() -> Fixture:
    cluster = SimulatedCluster(now=NOW, nodes=(NodeSpec("node-1"),), strict=True)
    return Fixture(cluster, cluster.save(), InProcessClient(Api(cluster)))


@pytest.fixture
def cluster(shared: Fixture) -> SimulatedCluster:
    shared.cluster.load(shared.state)
    shared.client.api.offset = 0
    return shared.cluster


@pytest.fixture
def client(shared: Fixture, cluster: SimulatedCluster) -> InProcessClient:
    return shared.client


CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"


def config_map(name: str, **data: str) -> dict[str, Any]:
    body: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    return {**body, "data": data} if data else body


def pod(name: str, **spec: Any) -> dict[str, Any]:
    containers = [{"name": "c", "image": "nginx"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers, **spec}}


def deployment(name: str = "web") -> dict[str, Any]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


@pytest.fixture
def defined(client: InProcessClient) -> InProcessClient:
    """A client of a cluster that has Backups."""
    assert define(client, definition())["kind"] == "CustomResourceDefinition"
    return client
