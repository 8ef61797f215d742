"""A kubelet that ends Pods looks at them when something is due, and not for ever at one moment."""

from __future__ import annotations

import pytest

from tests.simulator.workloads import NOW, deployment
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.engine import Result
from tutor.simulator.kubelet.kubelet import Kubelet


@pytest.mark.parametrize("tenths", range(10))
def test_pods_deleted_at_any_moment_end(tenths: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    reconcile = Kubelet.reconcile

    def counted(self: Kubelet, key: str) -> Result:
        nonlocal looks
        looks += 1
        assert looks < 2000, "the kubelet looks again and again"
        return reconcile(self, key)

    monkeypatch.setattr(Kubelet, "reconcile", counted)
    cluster = SimulatedCluster(now=NOW, strict=True)
    client = cluster.client("test")
    client.create("deployments.apps", deployment("web", image="web-app:v2.1.0", replicas=3))
    cluster.engine.advance(20 + tenths / 10)
    before = {pod["metadata"]["uid"] for pod in client.list("pods", "default")}
    for pod in client.list("pods", "default"):
        client.delete("pods", "default", pod["metadata"]["name"])
    cluster.engine.advance(60)
    after = {pod["metadata"]["uid"] for pod in client.list("pods", "default")}
    assert len(after) == 3
    assert not before & after
