"""What the API server makes of objects that tell where pods may run and what may take them away. Seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient

PODS = "/api/v1/namespaces/default/pods"


def pod(client: InProcessClient, **spec: Any) -> dict[str, Any]:
    """The answer to a new pod of a class."""
    containers = [{"name": "c", "image": "busybox:1.36", "resources": {"requests": {"cpu": "100m"}}}]
    body = {"metadata": {"name": "p"}, "spec": {"containers": containers, **spec}}
    answer: dict[str, Any] = client.json("POST", PODS, body)
    return answer


@pytest.fixture
def heavy(client: InProcessClient) -> str:
    """A class whose pods cost more and run on some nodes only."""
    body = {
        "metadata": {"name": "heavy"},
        "handler": "runc",
        "overhead": {"podFixed": {"cpu": "250m", "memory": "10Mi"}},
        "scheduling": {
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "tolerations": [{"key": "slow", "operator": "Exists"}],
        },
    }
    client.json("POST", "/apis/node.k8s.io/v1/runtimeclasses", body)
    return "heavy"


def test_a_pod_runs_where_its_runtime_is(client: InProcessClient, heavy: str) -> None:
    spec = pod(client, runtimeClassName=heavy, nodeSelector={"disk": "ssd"})["spec"]
    assert spec["nodeSelector"] == {"disk": "ssd", "kubernetes.io/os": "linux"}
    assert {"key": "slow", "operator": "Exists"} in spec["tolerations"]
    assert spec["overhead"] == {"cpu": "250m", "memory": "10Mi"}


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (
            {"overhead": {"cpu": "1"}},
            "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
        ),
        (
            {"runtimeClassName": "heavy", "overhead": {"cpu": "1"}},
            "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
        ),
        (
            {"runtimeClassName": "heavy", "nodeSelector": {"kubernetes.io/os": "other"}},
            "conflict: runtimeClass.scheduling.nodeSelector[kubernetes.io/os] = linux; "
            "pod.spec.nodeSelector[kubernetes.io/os] = other",
        ),
    ],
)
def test_a_pod_that_contradicts_its_runtime_is_refused(
    client: InProcessClient, heavy: str, spec: dict[str, Any], why: str
) -> None:
    assert heavy
    assert pod(client, **spec)["message"] == f'pods "p" is forbidden: {why}'


def test_leases_last(client: InProcessClient) -> None:
    path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    body = {"metadata": {"name": "l"}, "spec": {"leaseDurationSeconds": 0, "leaseTransitions": -1}}
    assert client.json("POST", path, body)["message"] == (
        'Lease.coordination.k8s.io "l" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, '
        "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]"
    )


def test_a_budget_keeps_no_more_than_all(client: InProcessClient) -> None:
    path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    answer = client.json("POST", path, {"metadata": {"name": "b"}, "spec": {"minAvailable": "120%"}})
    why = 'spec.minAvailable: Invalid value: "120%": must not be greater than 100%'
    assert answer["message"] == f'PodDisruptionBudget.policy "b" is invalid: {why}'
