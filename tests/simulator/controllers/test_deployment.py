"""Deployments beside the recorded arithmetic: revisions, strategies, pausing, deadlines, clean-up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import NOW, deployment, mark_ready
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.objects import annotations_of, condition_is, get_condition
from tutor.simulator.store import Obj

SETS = "replicasets.apps"
REVISION = "deployment.kubernetes.io/revision"


class Rollouts:
    """A cluster without nodes, in which the test says which pods are ready."""

    def __init__(self, **spec: Any) -> None:
        self.cluster = SimulatedCluster(now=NOW, nodes=(), strict=True)
        self.client = self.cluster.client("user")
        self.client.create("deployments.apps", deployment("web", image="web:1", **spec))
        self.settle()

    def settle(self) -> None:
        for _ in range(50):
            self.cluster.engine.run_ready()
            if not mark_ready(self.cluster, lambda pod: "bad" not in pod["spec"]["containers"][0]["image"]):
                return

    @property
    def web(self) -> Obj:
        return self.cluster.store.list("deployments.apps", "default")[0]

    def change(self, **spec: Any) -> None:
        self.client.update("deployments.apps", {**self.web, "spec": {**self.web["spec"], **spec}})
        self.settle()

    def use(self, image: str) -> None:
        self.change(template=deployment("web", image=image)["spec"]["template"])

    def sizes(self) -> dict[str, int]:
        """Sizes of ReplicaSets by image."""
        sets = self.cluster.store.list(SETS, "default")
        return {rs["spec"]["template"]["spec"]["containers"][0]["image"]: rs["spec"]["replicas"] for rs in sets}

    def progress(self) -> str:
        condition = get_condition(self.web["status"], "Progressing")
        return f"{condition['status']} {condition['reason']}" if condition else ""

    def said(self) -> list[str]:
        return [
            e["message"] for e in self.cluster.store.list("events", "default") if e["reason"] == "ScalingReplicaSet"
        ]


def test_a_rollout_tells_its_steps() -> None:
    rollouts = Rollouts(replicas=2)
    rollouts.use("web:2")
    old, new = (rs["metadata"]["name"] for rs in rollouts.cluster.store.list(SETS, "default"))
    assert rollouts.said() == [
        f"Scaled up replica set {old} from 0 to 2",
        f"Scaled up replica set {new} from 0 to 1",
        f"Scaled down replica set {old} from 2 to 1",
        f"Scaled up replica set {new} from 1 to 2",
        f"Scaled down replica set {old} from 1 to 0",
    ]
    assert rollouts.progress() == "True NewReplicaSetAvailable"
    assert annotations_of(rollouts.web)[REVISION] == "2"


def test_going_back_reuses_the_old_replica_set_under_a_new_revision() -> None:
    rollouts = Rollouts(replicas=1)
    rollouts.use("web:2")
    rollouts.use("web:1")
    assert rollouts.sizes() == {"web:1": 1, "web:2": 0}
    first = rollouts.cluster.store.list(SETS, "default")[0]
    assert annotations_of(first)[REVISION] == "3"
    assert annotations_of(first)["deployment.kubernetes.io/revision-history"] == "1"


@pytest.mark.parametrize(
    ("found", "follows"),
    [("41", "42"), ("3000000000", "3000000001"), ("9000000000000000000000", "1"), ("-7", "1"), ("seven", "1")],
)
def test_revisions_go_on_from_those_of_adopted_replica_sets(found: str, follows: str) -> None:
    """A revision is a number of 64 bits (deployment_util.go, Revision); what is none does not count."""
    rollouts = Rollouts()
    old = rollouts.cluster.store.list(SETS, "default")[0]
    annotations = {**annotations_of(old), REVISION: found}
    rollouts.client.update(SETS, {**old, "metadata": {**old["metadata"], "annotations": annotations}})
    rollouts.use("web:2")
    assert annotations_of(rollouts.web)[REVISION] == follows


def test_only_so_many_old_replica_sets_are_kept() -> None:
    rollouts = Rollouts(replicas=1, revisionHistoryLimit=2)
    for number in range(2, 7):
        rollouts.use(f"web:{number}")
    assert rollouts.sizes() == {"web:4": 0, "web:5": 0, "web:6": 1}


def test_recreate_waits_until_the_old_pods_are_gone() -> None:
    lab = Lab()
    body = deployment("web", image="busybox:1.36", replicas=2, strategy={"type": "Recreate"})
    pod = body["spec"]["template"]["spec"]
    pod["containers"][0]["command"] = ["sleep", "3600"]
    pod["terminationGracePeriodSeconds"] = 5
    lab.client.create("deployments.apps", body)
    lab.advance(5)
    web = lab.get("web", "deployments.apps")
    template = deployment("web", image="registry.k8s.io/pause:3.10")["spec"]["template"]
    lab.client.update("deployments.apps", {**web, "spec": {**web["spec"], "template": template}})
    lab.advance(4)
    assert [rs["spec"]["replicas"] for rs in lab.cluster.store.list(SETS, "default")] == [0]
    lab.advance(6)
    assert [rs["spec"]["replicas"] for rs in lab.cluster.store.list(SETS, "default")] == [0, 2]


def test_recreate_stands_still_when_scaled_while_two_replica_sets_have_pods() -> None:
    """As on a cluster of version 1.37: scaling knows what to do with one ReplicaSet, or with a rolling update (sync.go, `scale`),
    and nothing else is done before the Deployment is scaled. Rolling updates help it out."""
    update = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    rollouts = Rollouts(replicas=3, strategy=update)
    rollouts.use("web:bad")
    rollouts.change(replicas=5, strategy={"type": "Recreate"})
    assert rollouts.sizes() == {"web:1": 3, "web:bad": 1}
    rollouts.use("web:3")
    assert rollouts.sizes() == {"web:1": 3, "web:bad": 1}
    rollouts.change(strategy=update)
    assert rollouts.sizes() == {"web:1": 0, "web:bad": 0, "web:3": 5}


def test_a_paused_deployment_keeps_its_pods_but_can_be_scaled() -> None:
    rollouts = Rollouts(replicas=2)
    rollouts.change(paused=True)
    assert rollouts.progress() == "Unknown DeploymentPaused"
    rollouts.use("web:2")
    rollouts.change(replicas=3)
    assert rollouts.sizes() == {"web:1": 3}
    rollouts.change(paused=False)
    assert rollouts.sizes() == {"web:1": 0, "web:2": 3}


def test_a_stuck_rollout_exceeds_its_deadline() -> None:
    rollouts = Rollouts(replicas=2, progressDeadlineSeconds=60)
    rollouts.use("web:bad")
    rollouts.cluster.engine.advance(50)
    assert rollouts.progress() == "True ReplicaSetUpdated"
    rollouts.cluster.engine.advance(20)
    assert rollouts.progress() == "False ProgressDeadlineExceeded"
    assert condition_is(rollouts.web["status"], "Available")
    rollouts.use("web:2")
    assert rollouts.progress() == "True NewReplicaSetAvailable"


def test_min_ready_seconds_delay_availability() -> None:
    rollouts = Rollouts(replicas=1, minReadySeconds=30)
    assert rollouts.web["status"].get("availableReplicas", 0) == 0
    rollouts.cluster.engine.advance(31)
    assert rollouts.web["status"]["availableReplicas"] == 1


@pytest.mark.parametrize("change", [{"replicas": 5}, {"replicas": 0}])
def test_scaling_makes_no_revision(change: dict[str, int]) -> None:
    rollouts = Rollouts(replicas=2)
    rollouts.change(**change)
    assert rollouts.sizes() == {"web:1": change["replicas"]}
    assert annotations_of(rollouts.web)[REVISION] == "1"


def test_a_replica_set_somebody_scaled_is_set_back() -> None:
    rollouts = Rollouts(replicas=2)
    rs = rollouts.cluster.store.list(SETS, "default")[0]
    rollouts.client.update(SETS, {**rs, "spec": {**rs["spec"], "replicas": 7}})
    rollouts.settle()
    assert rollouts.sizes() == {"web:1": 2}
