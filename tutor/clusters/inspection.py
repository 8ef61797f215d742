"""Looks at a cluster through its API: can it be reached, and what can it do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutor.clusters.base import ClusterError

TIMEOUT = 10.0
"""Seconds to wait for one answer."""


def api_client(kubeconfig: Path) -> Any:
    """A client of the official library for a kubeconfig of ours."""
    from kubernetes import config

    return config.new_client_from_config(config_file=str(kubeconfig))


def get_json(client: Any, path: str) -> dict[str, Any]:
    """One object by its path. Raises what the library raises."""
    reply = client.call_api(
        "GET",
        client.configuration.host + path,
        {"Accept": "application/json", **authorization(client)},
        _request_timeout=TIMEOUT,
    )
    body: dict[str, Any] = json.loads(reply.read())
    return body


def authorization(client: Any) -> dict[str, str]:
    """The headers that say who we are."""
    settings = client.configuration.auth_settings()
    return {entry["key"]: entry["value"] for entry in settings.values() if entry["in"] == "header" and entry["value"]}


def check_reachable(kubeconfig: Path, server: str) -> None:
    """Raise ClusterError with the reason when the API server does not answer or does not let us in."""
    client = api_client(kubeconfig)
    try:
        reply = client.call_api(
            "GET", client.configuration.host + "/version", authorization(client), _request_timeout=TIMEOUT
        )
        reply.read()
    except Exception as problem:
        # Everything that can go wrong between here and the server means the same to the learner.
        reason = getattr(problem, "reason", None) or problem
        raise ClusterError(f"{server} does not answer: {reason}", "Check that `kubectl version` works") from None
    if reply.status in (401, 403):
        raise ClusterError(f"{server} does not let us in", "Check that `kubectl get nodes` works with this context")


def capabilities_of(kubeconfig: Path) -> frozenset[str]:
    """Which capabilities a running cluster shows. What cannot be found out counts as missing."""
    client = api_client(kubeconfig)
    found: set[str] = set()
    nodes = _items(client, "/api/v1/nodes")
    ready = [n for n in nodes if not n.get("spec", {}).get("unschedulable")]
    if len(ready) > 1:
        found.add("multi-node")
    if _items(client, "/apis/metrics.k8s.io/v1beta1/nodes"):
        found.add("metrics")
    if _items(client, "/apis/networking.k8s.io/v1/ingressclasses"):
        found.add("ingress")
    return frozenset(found)


def ready_nodes(kubeconfig: Path) -> frozenset[str]:
    """The names of the nodes that are Ready. Empty when that cannot be found out."""
    nodes = _items(api_client(kubeconfig), "/api/v1/nodes")
    return frozenset(str(node["metadata"]["name"]) for node in nodes if _is_ready(node))


def _is_ready(node: dict[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions") or ()
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def _items(client: Any, path: str) -> list[dict[str, Any]]:
    try:
        reply = get_json(client, path)
    except Exception:
        # A part of the API that is missing or forbidden is a capability that is not there.
        return []
    items = reply.get("items")
    return items if isinstance(items, list) else []
