"""Records the roles and bindings that a genuine cluster begins with, as tutor/simulator/api/access/policy.json.gz.

usage: REAL_CLUSTER_KUBECONFIG=... python -m tests.tools.record_policy

Rules that roles gather from others (aggregationRule) are left out: the simulated cluster gathers them itself.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.api_targets import OverSocket, kubeconfig_target
from tutor.simulator.api.access import policy

KINDS = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
DNS_ROLE = "system:coredns"
"""Comes with the cluster's DNS rather than with the API server."""


def recorded(target: OverSocket) -> dict[str, list[dict[str, Any]]]:
    """By resource, what is there from the beginning."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        items = json.loads(target.send("GET", f"/apis/{policy.GROUP}/v1/{kind}"))["items"]
        found[kind] = [_kept(item) for item in items if _is_default(item["metadata"])]
    return found


def _is_default(metadata: dict[str, Any]) -> bool:
    return "kubernetes.io/bootstrapping" in metadata.get("labels", {}) or metadata["name"] == DNS_ROLE


def _kept(item: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        key: item["metadata"][key] for key in ("name", "namespace", "labels", "annotations") if key in item["metadata"]
    }
    rest: dict[str, Any] = {
        key: item[key] for key in ("rules", "aggregationRule", "roleRef", "subjects") if key in item
    }
    if "aggregationRule" in rest:
        rest["rules"] = None
    return {"metadata": metadata, **rest}


def main() -> int:
    """Record."""
    with kubeconfig_target(Path(os.environ["REAL_CLUSTER_KUBECONFIG"])) as target:
        found = recorded(target)
    text = json.dumps(found, separators=(",", ":"), sort_keys=True)
    policy.TABLE.write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(f"{sum(map(len, found.values()))} objects, {policy.TABLE.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
