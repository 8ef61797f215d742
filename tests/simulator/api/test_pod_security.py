"""Pod Security Standards: what a namespace's labels refuse and warn of, in the words of a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import DEPLOYMENTS, PODS, deployment, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

MERGE_PATCH = "application/merge-patch+json"
SAFE = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "c",
            "image": "nginx",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
RESTRICTED = (
    'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted '
    'capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" '
    'must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set '
    'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
)


def label(client: InProcessClient, **labels: str) -> None:
    wanted = {f"pod-security.kubernetes.io/{mode}": level for mode, level in labels.items()}
    client.json("PATCH", "/api/v1/namespaces/default", {"metadata": {"labels": wanted}}, content_type=MERGE_PATCH)


def warnings(answer: Any) -> list[str]:
    return [value for name, value in answer.headers if name == "Warning"]


def test_a_pod_that_is_not_restricted_enough(client: InProcessClient) -> None:
    label(client, enforce="restricted")
    status = client.json("POST", PODS, pod("p"))
    assert status["message"] == f'pods "p" is forbidden: violates PodSecurity "restricted:latest": {RESTRICTED}'
    assert client.send("POST", PODS, pod("p", **SAFE)).status == 201


def test_templates_are_warned_of_and_their_pods_refused(client: InProcessClient, cluster: SimulatedCluster) -> None:
    label(client, enforce="restricted")
    answer = client.send("POST", DEPLOYMENTS, deployment())
    assert answer.status == 201
    assert "would violate PodSecurity" in warnings(answer)[0]
    cluster.engine.run_ready()
    assert client.get(PODS)["items"] == []
    assert any("violates PodSecurity" in event["message"] for event in cluster.store.list("events"))


def test_warning_alone(client: InProcessClient) -> None:
    label(client, warn="restricted")
    answer = client.send("POST", PODS, pod("p"))
    assert answer.status == 201
    assert "would violate PodSecurity" in warnings(answer)[0]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"hostNetwork": True, "hostPID": True}, "host namespaces (hostNetwork=true, hostPID=true)"),
        ({"volumes": [{"name": "h", "hostPath": {"path": "/"}}]}, 'hostPath volumes (volume "h")'),
        (
            {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]},
            'privileged (container "c" must not set securityContext.privileged=true)',
        ),
        (
            {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]},
            'hostPort (container "c" uses hostPort 80)',
        ),
        (
            {"containers": [{"name": "c", "image": "i", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]},
            'non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
        ),
    ],
)
def test_what_the_baseline_forbids(client: InProcessClient, spec: dict[str, Any], told: str) -> None:
    label(client, enforce="baseline")
    status = client.json("POST", PODS, pod("p", **spec))
    assert status["message"] == f'pods "p" is forbidden: violates PodSecurity "baseline:latest": {told}'


def test_the_baseline_lets_ordinary_pods_be(client: InProcessClient) -> None:
    label(client, enforce="baseline")
    answer = client.send("POST", PODS, pod("p"))
    assert (answer.status, warnings(answer)) == (201, [])


def test_who_makes_a_namespace_stricter_is_warned_of_the_pods_that_are_there(client: InProcessClient) -> None:
    for name in ("b", "a", "c"):
        client.json("POST", PODS, pod(name))
    client.json("POST", PODS, pod("host", hostNetwork=True))
    client.json("POST", PODS, pod("safe", **SAFE))
    assert enforce_warnings(client, "baseline") == [
        'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
        "host: host namespaces",
    ]
    broken = "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile"
    assert enforce_warnings(client, "restricted") == [
        'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"',
        f"a (and 2 other pods): {broken}",
        f"host: host namespaces, {broken}",
    ]
    assert enforce_warnings(client, "restricted") == []
    assert enforce_warnings(client, "baseline") == []


def enforce_warnings(client: InProcessClient, level: str) -> list[str]:
    wanted = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": level}}}
    answer = client.send("PATCH", "/api/v1/namespaces/default", wanted, content_type=MERGE_PATCH)
    return [text.removeprefix('299 - "').removesuffix('"').replace('\\"', '"') for text in warnings(answer)]
