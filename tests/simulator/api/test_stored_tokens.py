"""Secrets that keep a service account's token: filled in by a controller, good until the Secret or the account goes."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
SECRETS = "/api/v1/namespaces/default/secrets"
REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"


def token_secret(cluster: SimulatedCluster, client: InProcessClient, account: str) -> dict[str, Any]:
    metadata = {"name": "tok", "annotations": {"kubernetes.io/service-account.name": account}}
    client.json("POST", SECRETS, {"metadata": metadata, "type": "kubernetes.io/service-account-token"})
    cluster.engine.run_ready()
    found: dict[str, Any] = client.get(f"{SECRETS}/tok")
    return found


def review(client: InProcessClient, token: str) -> dict[str, Any]:
    status: dict[str, Any] = client.json("POST", REVIEWS, {"spec": {"token": token}})["status"]
    return status


@pytest.fixture
def robot(client: InProcessClient) -> dict[str, Any]:
    made: dict[str, Any] = client.json("POST", ACCOUNTS, {"metadata": {"name": "robot"}})
    return made


def test_it_is_filled_in(cluster: SimulatedCluster, client: InProcessClient, robot: dict[str, Any]) -> None:
    secret = token_secret(cluster, client, "robot")
    assert base64.b64decode(secret["data"]["namespace"]) == b"default"
    assert secret["metadata"]["annotations"]["kubernetes.io/service-account.uid"] == robot["metadata"]["uid"]
    status = review(client, base64.b64decode(secret["data"]["token"]).decode())
    assert status["authenticated"] is True
    assert status["user"]["username"] == "system:serviceaccount:default:robot"


@pytest.mark.parametrize("gone", [f"{SECRETS}/tok", f"{ACCOUNTS}/robot"])
def test_the_token_goes_with_its_secret_or_account(
    cluster: SimulatedCluster, client: InProcessClient, robot: dict[str, Any], gone: str
) -> None:
    token = base64.b64decode(token_secret(cluster, client, "robot")["data"]["token"]).decode()
    client.send("DELETE", gone)
    cluster.engine.run_ready()
    assert client.get(f"{SECRETS}/tok")["code"] == 404
    assert not review(client, token).get("authenticated")


def test_without_its_account_it_is_deleted(cluster: SimulatedCluster, client: InProcessClient) -> None:
    assert token_secret(cluster, client, "nobody")["code"] == 404
