"""The roles and bindings that every cluster begins with (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).

The table beside this module was recorded from an API server 1.37 by tests/tools/record_policy.py.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tutor.simulator.objects import matches_selector
from tutor.simulator.store import Obj

GROUP = "rbac.authorization.k8s.io"
CLUSTER_ROLES = f"clusterroles.{GROUP}"
TABLE = Path(__file__).with_name("policy.json.gz")
_KINDS = {
    "clusterroles": "ClusterRole",
    "clusterrolebindings": "ClusterRoleBinding",
    "roles": "Role",
    "rolebindings": "RoleBinding",
}


def default_policy(created: str) -> Iterator[tuple[str, Obj]]:
    """The storage and the object of everything there is from the beginning, made at a moment.

    Their uids are the same in every cluster, so that they use up none of its randomness.
    """
    for plural, items in _table().items():
        for item in items:
            metadata = item["metadata"]
            where = f"{plural}/{metadata.get('namespace', '')}/{metadata['name']}"
            own = {**metadata, "uid": str(uuid5(NAMESPACE_URL, where)), "creationTimestamp": created}
            body = {"apiVersion": f"{GROUP}/v1", "kind": _KINDS[plural], **item, "metadata": own}
            yield f"{plural}.{GROUP}", body


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = json.loads(gzip.decompress(TABLE.read_bytes()))
    roles = table["clusterroles"]
    for role in roles:
        if role.get("aggregationRule"):
            role["rules"] = []
    gathering = [role for role in roles if role.get("aggregationRule")]
    for _ in gathering:  # a role may gather from one that gathers itself
        for role in gathering:
            role["rules"] = gathered_rules(role, roles)
    return table


def gathered_rules(role: Obj, others: Iterable[Obj]) -> list[Any]:
    """The rules that an aggregationRule selects, in the order of the names of their roles, each once
    (pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go)."""
    rules: list[Any] = []
    ordered = sorted(others, key=lambda other: str(other["metadata"]["name"]))
    for selector in role["aggregationRule"].get("clusterRoleSelectors") or ():
        for other in ordered:
            if other["metadata"]["name"] == role["metadata"]["name"]:
                continue
            if matches_selector(selector, other["metadata"].get("labels") or {}):
                rules.extend(rule for rule in other.get("rules") or () if rule not in rules)
    return rules
