"""Rolling updates that get stuck, and are scaled while they are: sizes as recorded from a real deployment controller.

`old` and `new` are [size, ready pods] of the two ReplicaSets. The recording of the doubled size was sometimes taken before all
added pods were ready, so the test lets as many become ready as the recording saw. `conditions` are those at the end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.workloads import NOW, deployment, mark_ready
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.registry import Writer
from tutor.simulator.store import Obj

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "recordings" / "rollouts.json").read_text())
GOOD, STUCK = "good:1", "stuck:1"


def _change(cluster: SimulatedCluster, **spec: Any) -> None:
    current = cluster.store.get("deployments.apps", "default", "web")
    assert current is not None
    resource = cluster.scheme.stored("deployments.apps")
    assert resource is not None
    changed: Obj = {**current, "metadata": dict(current["metadata"]), "spec": {**current["spec"], **spec}}
    cluster.registry.update(resource, "default", "web", changed, Writer("test"))


def _settle(cluster: SimulatedCluster, most_ready: int = 1000) -> None:
    for _ in range(100):
        cluster.engine.run_ready()
        room = most_ready - sum(ready for _, ready in _sizes(cluster).values())
        if not mark_ready(cluster, lambda pod: pod["spec"]["containers"][0]["image"] == GOOD, room):
            return
    raise AssertionError("never settles")


def _sizes(cluster: SimulatedCluster) -> dict[str, list[int]]:
    sizes = {}
    for rs in cluster.store.list("replicasets.apps", "default"):
        image = rs["spec"]["template"]["spec"]["containers"][0]["image"]
        ready = rs.get("status", {}).get("readyReplicas", 0)
        sizes["old" if image == GOOD else "new"] = [rs["spec"]["replicas"], ready]
    return sizes


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['replicas']}-{c['maxSurge']}-{c['maxUnavailable']}")
def test_sizes_match_the_recording(case: dict[str, Any]) -> None:
    cluster = SimulatedCluster(now=NOW, nodes=(), strict=True)
    strategy = {"maxSurge": case["maxSurge"], "maxUnavailable": case["maxUnavailable"]}
    body = deployment("web", image=GOOD, replicas=case["replicas"])
    body["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": strategy}
    cluster.client("test").create("deployments.apps", body)
    _settle(cluster)

    template = deployment("web", image=STUCK)["spec"]["template"]
    _change(cluster, template=template)
    _settle(cluster)
    assert _sizes(cluster) == case["stuck"]

    _change(cluster, replicas=2 * case["replicas"])
    _settle(cluster, most_ready=case["stuckThenScaledTo2x"]["old"][1])
    assert _sizes(cluster) == case["stuckThenScaledTo2x"]

    _change(cluster, replicas=max(1, case["replicas"] // 2))
    _settle(cluster)
    assert _sizes(cluster) == case["thenScaledToHalf"]
    conditions = cluster.store.list("deployments.apps", "default")[0]["status"]["conditions"]
    recorded = sorted(tuple(condition) for condition in case["conditions"])
    assert sorted((c["type"], c["status"], c["reason"]) for c in conditions) == recorded
