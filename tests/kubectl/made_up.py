"""Objects and watches that tests without a recording make up."""

from __future__ import annotations

import json
from typing import Any

from tests.kubectl.harness import Reply

PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


def pod(name: str, phase: str = "Running", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", **metadata},
        "spec": {"containers": [{"name": "main", "image": "x"}]},
        "status": {"phase": phase},
    }


def deployment(**fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "uid": "u", "generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 2, **fields},
    }


def events(*changes: tuple[str, dict[str, Any]]) -> Reply:
    lines = [json.dumps({"type": kind, "object": obj}).encode() + b"\n" for kind, obj in changes]
    return Reply(pieces=lines)
