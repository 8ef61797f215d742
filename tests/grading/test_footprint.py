"""What counts as the learner's doing, and what the cluster does by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.grading.workloads import deployment, pod, replica_set
from tests.grading.world import NAMESPACE, World
from tutor.grading.api import Obj
from tutor.grading.footprint import footprint
from tutor.grading.reader import Reader
from tutor.grading.workloads import REVISION


@pytest.fixture
def scene(world: World) -> dict[str, Obj]:
    workload = deployment(world)
    owner = replica_set(world, workload)
    return {
        "deployment": workload,
        "replica set": owner,
        "pod": pod(world, "web-1", owner, ready=True),
        "settings": world.add("ConfigMap", "settings", data={"LOG_LEVEL": "info"}),
    }


def steps(world: World) -> str:
    return footprint(Reader(world), NAMESPACE)


BY_ITSELF: dict[str, Callable[[World, dict[str, Obj]], object]] = {
    "a status": lambda _, s: s["deployment"]["status"].update(readyReplicas=0),
    "a revision": lambda _, s: s["deployment"]["metadata"]["annotations"].update({REVISION: "7"}),
    "a version": lambda _, s: s["settings"]["metadata"].update(resourceVersion="9"),
    "a Pod's node": lambda _, s: s["pod"]["spec"].update(nodeName="node-1"),
    "a ReplicaSet's annotation": lambda _, s: s["replica set"]["metadata"]["annotations"].update(more="1"),
    "the cluster's certificate": lambda w, _: w.add("ConfigMap", "kube-root-ca.crt", data={}),
    "another namespace": lambda w, _: w.add("ConfigMap", "settings", namespace="default", data={}),
}
BY_SOMEBODY: dict[str, Callable[[World, dict[str, Obj]], object]] = {
    "a spec": lambda _, s: s["deployment"]["spec"].update(replicas=5),
    "a label": lambda _, s: s["deployment"]["metadata"].update(labels={"app": "x"}),
    "an annotation": lambda _, s: s["deployment"]["metadata"]["annotations"].update(note="x"),
    "data": lambda _, s: s["settings"]["data"].update(LOG_LEVEL="debug"),
    "a new object": lambda w, _: w.add("Secret", "new", data={}),
    "a Pod deleted": lambda w, _: w.remove("Pod", "web-1"),
    "a ReplicaSet scaled": lambda _, s: s["replica set"]["metadata"].update(generation=2),
    "an object made again": lambda _, s: s["settings"]["metadata"].update(uid="other"),
}


@pytest.mark.parametrize("change", BY_ITSELF.values(), ids=BY_ITSELF)
def test_what_the_cluster_does_by_itself(
    world: World, scene: dict[str, Obj], change: Callable[[World, dict[str, Obj]], object]
) -> None:
    before = steps(world)
    change(world, scene)
    assert steps(world) == before


@pytest.mark.parametrize("change", BY_SOMEBODY.values(), ids=BY_SOMEBODY)
def test_what_somebody_has_done(
    world: World, scene: dict[str, Obj], change: Callable[[World, dict[str, Obj]], object]
) -> None:
    before = steps(world)
    change(world, scene)
    assert steps(world) != before
