"""Still moving, or stuck: what tells a learner to wait and what tells them to look."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.grading.workloads import deployment, pod, replica_set
from tests.grading.world import NAMESPACE, World
from tutor.course.model import Selector
from tutor.grading.reader import Reader
from tutor.grading.settling import moving
from tutor.grading.workloads import STUCK_REASONS

DEPLOYMENT = Selector("Deployment", "apps/v1", NAMESPACE, "web-app")
PODS = Selector("Pod", "v1", NAMESPACE, labels={"app": "web-app"})
SLICES = Selector("EndpointSlice", "discovery.k8s.io/v1", NAMESPACE)
NODES = Selector("Node", "v1")


@pytest.fixture
def world() -> World:
    return World()


def is_moving(world: World, of: Selector) -> bool:
    return moving(Reader(world), of)


def starting(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, waiting="ContainerCreating")


def not_ready_yet(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, running_for=5)


def not_seen_by_the_controller(world: World) -> None:
    deployment(world, observedGeneration=0)


def rolling_over_broken_pods(world: World) -> None:
    """The right answer to a bad image: old Pods stay broken until the new one is ready."""
    workload = deployment(world, revision=2, updatedReplicas=1, readyReplicas=0, replicas=4)
    old, new = replica_set(world, workload, 1), replica_set(world, workload, 2)
    for number in range(3):
        pod(world, f"old-{number}", old, waiting="ImagePullBackOff", age=900)
    pod(world, "new", new, waiting="ContainerCreating")


@pytest.mark.parametrize("scene", [starting, not_ready_yet, not_seen_by_the_controller, rolling_over_broken_pods])
@pytest.mark.parametrize("of", [DEPLOYMENT, PODS, SLICES], ids=["deployment", "pods", "slices"])
def test_on_its_way(world: World, scene: Callable[[World], None], of: Selector) -> None:
    scene(world)
    assert is_moving(world, of)


def unready_for_long(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, running_for=60, age=70)


def crashed_once(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, running_for=1, restarts=1)


def mounting_for_long(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, waiting="ContainerCreating", age=300)


def unschedulable(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    lost = pod(world, "new", owner)
    lost["status"]["conditions"].append({"type": "PodScheduled", "status": "False", "reason": "Unschedulable"})


def past_its_deadline(world: World) -> None:
    conditions = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0, conditions=conditions))
    pod(world, "new", owner, running_for=1)


def over_quota(world: World) -> None:
    deployment(world, readyReplicas=0, replicas=0, conditions=[{"type": "ReplicaFailure", "status": "True"}])


def settled(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1))
    pod(world, "new", owner, ready=True)


def finished(world: World) -> None:
    done = pod(world, "job", age=300)
    done["status"]["phase"] = "Succeeded"


STILL = [
    unready_for_long,
    crashed_once,
    mounting_for_long,
    unschedulable,
    past_its_deadline,
    over_quota,
    settled,
    finished,
]


@pytest.mark.parametrize("scene", STILL)
@pytest.mark.parametrize("of", [DEPLOYMENT, SLICES], ids=["deployment", "slices"])
def test_stuck_or_settled(world: World, scene: Callable[[World], None], of: Selector) -> None:
    scene(world)
    assert not is_moving(world, of)


@pytest.mark.parametrize("reason", sorted(STUCK_REASONS))
def test_reasons_that_time_does_not_cure(world: World, reason: str) -> None:
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    pod(world, "new", owner, waiting=reason)
    assert not is_moving(world, DEPLOYMENT)
    assert not is_moving(world, PODS)


def test_ending_pods_move_a_list_of_pods_but_not_a_deployment(world: World) -> None:
    owner = replica_set(world, deployment(world, replicas=1))
    pod(world, "kept", owner, ready=True)
    pod(world, "leaving", owner, ready=True, ending=True)
    assert is_moving(world, PODS)
    assert not is_moving(world, DEPLOYMENT)


def test_a_paused_deployment_does_not_roll_out(world: World) -> None:
    workload = deployment(world, updatedReplicas=0)
    workload["spec"]["paused"] = True
    assert not is_moving(world, DEPLOYMENT)


def test_another_deployment_does_not_matter_to_a_deployment(world: World) -> None:
    deployment(world)
    deployment(world, "other", observedGeneration=0)
    assert not is_moving(world, DEPLOYMENT)
    assert is_moving(world, SLICES)


def test_a_broken_pod_elsewhere_does_not_matter_to_a_deployment(world: World) -> None:
    starting(world)
    pod(world, "stray", waiting="CrashLoopBackOff", labels={"app": "other"})
    assert is_moving(world, DEPLOYMENT)


def test_a_pod_by_name(world: World) -> None:
    pod(world, "alone", waiting="ContainerCreating")
    assert is_moving(world, Selector("Pod", "v1", NAMESPACE, "alone"))
    assert not is_moving(world, Selector("Pod", "v1", NAMESPACE, "another"))


def test_nothing_moves_where_there_is_no_namespace(world: World) -> None:
    assert not is_moving(world, NODES)


MISSING = 'configmap "web-app-config" not found'
NO_KEY = "couldn't find key THEME in ConfigMap production/web-app-config"
NO_SECRET = 'secret "db-secrets" not found'


@pytest.mark.parametrize(
    ("message", "kind", "name", "data", "expected"),
    [
        (MISSING, "ConfigMap", "web-app-config", {}, True),
        (MISSING, "ConfigMap", "another", {}, False),
        (MISSING, "Secret", "web-app-config", {}, False),
        (NO_KEY, "ConfigMap", "web-app-config", {"THEME": "light"}, True),
        (NO_KEY, "ConfigMap", "web-app-config", {"LOG_LEVEL": "info"}, False),
        (NO_SECRET, "Secret", "db-secrets", None, True),
        ("container has runAsNonRoot and image will run as root", "ConfigMap", "web-app-config", {}, False),
    ],
)
def test_a_container_that_has_been_given_what_it_waited_for(
    world: World, message: str, kind: str, name: str, data: dict[str, str] | None, expected: bool
) -> None:
    """The kubelet shows the old reason until its next try; the learner has nothing left to do but wait."""
    owner = replica_set(world, deployment(world, replicas=1, readyReplicas=0))
    waiting = pod(world, "new", owner, waiting="CreateContainerConfigError", age=600)
    waiting["status"]["containerStatuses"][0]["state"]["waiting"]["message"] = message
    world.add(kind, name, data=data)
    assert is_moving(world, DEPLOYMENT) is expected
    assert is_moving(world, PODS) is expected
