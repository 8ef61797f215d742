"""What a refusal calls an object whose name the server is to make: plugins that change objects come before the name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import PODS, pod
from tutor.simulator.api.inprocess import InProcessClient

QUOTAS = "/api/v1/namespaces/default/resourcequotas"


def refusal(client: InProcessClient, **spec: Any) -> str:
    body = pod("web")
    body["metadata"] = {"generateName": "web-"}
    body["spec"] |= spec
    answer: dict[str, Any] = client.json("POST", PODS, body)
    assert answer["code"] == 403, answer
    return str(answer["message"])


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (
            {"serviceAccountName": "robot"},
            'error looking up service account default/robot: serviceaccount "robot" not found',
        ),
        ({"priorityClassName": "top"}, "no PriorityClass with name top was found"),
    ],
)
def test_before_the_name_is_made(client: InProcessClient, spec: dict[str, str], why: str) -> None:
    assert refusal(client, **spec) == f'pods "web-" is forbidden: {why}'


def test_after_the_name_is_made(client: InProcessClient) -> None:
    client.json("POST", QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}})
    quota = client.get(f"{QUOTAS}/q")
    client.json("PUT", f"{QUOTAS}/q/status", {**quota, "status": {"hard": {"pods": "0"}, "used": {"pods": "0"}}})
    message = refusal(client)
    assert message.endswith("is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0")
    assert len(message.split('"')[1]) == len("web-") + 5
