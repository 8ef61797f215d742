"""Events when they cannot be written."""

from __future__ import annotations

from tests.simulator.workloads import NOW
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.events import EventRecorder, SeriesRecorder


def test_an_event_in_a_namespace_that_is_going_away_is_lost_without_harm() -> None:
    cluster = SimulatedCluster(now=NOW, strict=True)
    client = cluster.client("test")
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "leaving", "finalizers": ["test/keep"]}}
    client.create("namespaces", namespace)
    cluster.engine.run_ready()
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "leaving"}}
    made = client.create("configmaps", config)
    client.delete("namespaces", "", "leaving")
    EventRecorder(client, "test").normal(made, "Killing", "Stopping container")
    SeriesRecorder(client, "test", "test-1").record(made, "Normal", "Scheduled", "Binding", "assigned")
    assert cluster.store.list("events", "leaving") == []
