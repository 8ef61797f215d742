"""pods/resize: CPU and memory of running containers. The cases were played on a genuine cluster first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import PODS, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

INVALID_FOR_NEVER = "Invalid value: \"RestartContainer\": must be 'NotRequired' when pod `restartPolicy` is 'Never'"
RESIZE = f"{PODS}/p/resize"
STRATEGIC = "application/strategic-merge-patch+json"
AMOUNTS = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "128Mi"}}


@pytest.fixture
def sized(client: InProcessClient) -> InProcessClient:
    client.json("POST", PODS, pod("p", containers=[{"name": "c", "image": "nginx", "resources": AMOUNTS}]))
    return client


def resize(client: InProcessClient, container: dict[str, Any], **spec: Any) -> Any:
    patch = {"spec": {"containers": [{"name": "c", **container}], **spec}}
    return client.json("PATCH", RESIZE, patch, content_type=STRATEGIC)


def test_amounts_change_and_the_generation_counts_it(sized: InProcessClient) -> None:
    changed = resize(sized, {"resources": {"requests": {"cpu": "150m"}, "limits": {"memory": "256Mi"}}})
    assert changed["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "150m", "memory": "64Mi"},
        "limits": {"cpu": "200m", "memory": "256Mi"},
    }
    assert changed["metadata"]["generation"] == 2
    assert sized.get(f"{PODS}/p")["spec"] == changed["spec"]
    assert "resize" in [entry.get("subresource") for entry in changed["metadata"]["managedFields"]]


def test_a_request_that_is_taken_away_becomes_the_limit(sized: InProcessClient) -> None:
    changed = resize(sized, {"resources": {"requests": {"cpu": None}}})
    assert changed["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "200m", "memory": "64Mi"}


def test_everything_else_is_left_as_it_was(sized: InProcessClient) -> None:
    before = sized.get(f"{PODS}/p")
    after = resize(sized, {"image": "busybox"}, nodeName="elsewhere")
    assert after["spec"] == before["spec"]
    assert after["metadata"]["generation"] == 1


@pytest.mark.parametrize(
    ("container", "why"),
    [
        (
            {"resources": {"requests": {"cpu": "500m"}}},
            'spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to cpu limit of 200m',
        ),
        (
            {"resources": {"limits": {"memory": None}}},
            "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
        ),
        (
            {"resources": {"requests": {"ephemeral-storage": "1Gi"}}},
            "spec: Forbidden: only cpu and memory resources are mutable",
        ),
        (
            {"resources": {"requests": {"cpu": "200m", "memory": "128Mi"}}},
            'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
        ),
        ({"name": "d", "image": "x"}, "spec.containers: Forbidden: containers may not be added or removed on resize"),
    ],
)
def test_what_a_resize_may_not(sized: InProcessClient, container: dict[str, Any], why: str) -> None:
    status = resize(sized, container)
    assert (status["code"], status["reason"]) == (422, "Invalid")
    assert status["message"] == f'Pod "p" is invalid: {why}'


def test_a_dry_run_changes_nothing(sized: InProcessClient) -> None:
    patch = {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "150m"}}}]}}
    assert sized.json("PATCH", RESIZE, patch, content_type=STRATEGIC, dryRun="All")["metadata"]["generation"] == 2
    assert sized.get(f"{PODS}/p")["metadata"]["generation"] == 1


def test_a_pod_whose_kubelet_cannot_is_refused(sized: InProcessClient) -> None:
    status = {"containerStatuses": [{"name": "c", "state": {"running": {}}}]}
    sized.json("PATCH", f"{PODS}/p/status", {"status": status}, content_type="application/merge-patch+json")
    answer = resize(sized, {"resources": {"requests": {"cpu": "150m"}}})
    assert answer["message"].endswith("spec: Forbidden: Pod running on node without support for resize")


def test_more_than_the_whole_node_has_is_refused(sized: InProcessClient, cluster: SimulatedCluster) -> None:
    bind(cluster, "node-1")
    answer = resize(sized, {"resources": {"requests": {"cpu": "5"}, "limits": {"cpu": "5"}}})
    assert (answer["code"], answer["reason"]) == (403, "Forbidden")
    why = "node didn't have enough allocatable resources: cpu, requested: 5000, allocatable: 4000"
    assert answer["message"] == f'pods "p" is forbidden: {why}'
    assert answer["details"] == {"name": "p", "kind": "pods", "causes": [{"reason": "NodeCapacity"}]}


def test_a_pod_whose_node_is_gone_is_not_resized(sized: InProcessClient, cluster: SimulatedCluster) -> None:
    bind(cluster, "lost")
    answer = resize(sized, {"resources": {"requests": {"cpu": "150m"}}})
    assert (answer["code"], answer["message"]) == (403, 'pods "p" is forbidden: node "lost" not found')


def test_what_belongs_to_the_whole_pod_is_not_resized_and_that_is_said(client: InProcessClient) -> None:
    whole = {"requests": {"cpu": "100m"}, "limits": {"memory": "100Mi"}}
    client.json("POST", PODS, pod("p", resources=whole))
    answer = resize(client, {}, resources={"requests": {"cpu": "200m"}})
    assert (answer["code"], answer["reason"]) == (501, "NotImplemented")
    assert "not simulated" in answer["message"]
    changed = resize(client, {"resources": {"requests": {"cpu": "50m"}}})
    assert changed["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "50m"}


def bind(cluster: SimulatedCluster, node: str) -> None:
    user = cluster.client("user")
    found = cluster.store.get("pods", "default", "p")
    assert found is not None
    user.update("pods", {**found, "spec": {**found["spec"], "nodeName": node}})


@pytest.mark.parametrize(
    ("policies", "restart_policy", "why"),
    [
        ([("cpu", "RestartContainer")], "Never", INVALID_FOR_NEVER),
        ([("disk", "NotRequired")], "Always", 'Unsupported value: "disk": supported values: "cpu", "memory"'),
        (
            [("cpu", "Often")],
            "Always",
            'Unsupported value: "Often": supported values: "NotRequired", "RestartContainer"',
        ),
        ([("", "NotRequired")], "Always", "Required value"),
    ],
)
def test_what_a_resize_policy_may_not_say(
    client: InProcessClient, policies: list[tuple[str, str]], restart_policy: str, why: str
) -> None:
    entries = [{"resourceName": name, "restartPolicy": policy} for name, policy in policies]
    container = {"name": "c", "image": "nginx", "resizePolicy": entries}
    answer = client.json("POST", PODS, pod("q", containers=[container], restartPolicy=restart_policy))
    assert answer["message"] == f'Pod "q" is invalid: spec.containers[0].resizePolicy: {why}'


def test_an_init_container_is_never_started_anew_for_a_resize(client: InProcessClient) -> None:
    policy = [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]
    first = {"name": "i", "image": "nginx", "resizePolicy": policy}
    answer = client.json("POST", PODS, pod("q", initContainers=[first]))
    why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
    path = "spec.initContainers[0].resizePolicy[0].restartPolicy"
    assert answer["message"] == f'Pod "q" is invalid: {path}: Invalid value: "RestartContainer": {why}'
