"""Warnings that go with pods and templates of pods. The words were got from a genuine API server 1.37."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import DEPLOYMENTS, PODS, deployment, pod
from tutor.simulator.api.http import Response
from tutor.simulator.api.inprocess import InProcessClient

FRACTION = 'fractional byte value "1500m" is invalid, must be an integer'


def warnings(response: Response) -> list[str]:
    texts = [value for name, value in response.headers if name == "Warning"]
    return [text.removeprefix('299 - "').removesuffix('"').replace('\\"', '"') for text in texts]


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "c", "image": "nginx", **fields}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": [container(resources={"limits": {"memory": "1Gi", "cpu": "1.5"}})]}, []),
        (
            {"containers": [container(resources={"limits": {"memory": "1.5"}})]},
            [
                f"spec.containers[0].resources.limits[memory]: {FRACTION}",
                f"spec.containers[0].resources.requests[memory]: {FRACTION}",
            ],
        ),
        (
            {"containers": [container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])]},
            ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
        ),
        ({"containers": [container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)2"}])]}, []),
        (
            {"containers": [container(ports=[{"containerPort": 80}, {"containerPort": 80}])]},
            ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"],
        ),
        (
            {"containers": [container()], "nodeSelector": {"beta.kubernetes.io/os": "linux"}},
            ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
        ),
        (
            {"containers": [container()], "imagePullSecrets": [{"name": "a"}, {"name": "a"}]},
            ['spec.imagePullSecrets[1].name: duplicate name "a"'],
        ),
    ],
)
def test_what_is_probably_not_meant(client: InProcessClient, spec: dict[str, Any], expected: list[str]) -> None:
    response = client.send("POST", PODS, pod("p", **spec), dryRun="All")
    assert response.status == 201
    assert warnings(response) == expected


def test_templates_are_looked_at_too(client: InProcessClient) -> None:
    body = deployment()
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"memory": "1.5"}}
    first = warnings(client.send("POST", DEPLOYMENTS, body))[0]
    assert first == f"spec.template.spec.containers[0].resources.limits[memory]: {FRACTION}"
