"""Which pods a ReplicaSet gives up first when it has too many (pkg/controller/controller_utils.go, ActivePodsWithRanks)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.pods import is_active, phase, ready_since
from tutor.simulator.objects import annotations_of, uid_of
from tutor.simulator.store import Obj

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def choose_victims(pods: list[Obj], related: Iterable[Obj], count: int, now: float) -> list[Obj]:
    """The `count` pods to delete. `related` are all pods of ReplicaSets with the same owner: nodes with many give one up first."""
    if count >= len(pods):
        return pods
    on_node = Counter(pod["spec"].get("nodeName", "") for pod in related if is_active(pod))
    return sorted(pods, key=lambda pod: _rank(pod, on_node, now))[:count]


def _rank(pod: Obj, on_node: Counter[str], now: float) -> tuple[Any, ...]:
    node = pod["spec"].get("nodeName", "")
    since = ready_since(pod)
    created = parse_timestamp(pod["metadata"]["creationTimestamp"])
    return (
        bool(node),
        _PHASES.get(phase(pod), 2),
        since is not None,
        deletion_cost(pod),
        -on_node[node],
        _age_bucket(since, now) if since is not None else 0,
        *(-count for count in _restarts(pod)),
        _age_bucket(created, now),
        uid_of(pod),
    )


def deletion_cost(pod: Obj) -> int:
    """The annotation's value; 0 when there is none or it is no number."""
    try:
        return int(annotations_of(pod).get(DELETION_COST, "0"))
    except ValueError:
        return 0


def _restarts(pod: Obj) -> tuple[int, int]:
    """The highest restart counts of ordinary and of init containers."""
    status = pod.get("status", {})
    counts = [
        max((entry.get("restartCount", 0) for entry in status.get(field) or ()), default=0)
        for field in ("containerStatuses", "initContainerStatuses")
    ]
    return counts[0], counts[1]


def _age_bucket(since: float, now: float) -> int:
    """Ages count logarithmically, so that pods of nearly the same age are chosen from at random."""
    age = now - since
    return -1 if age <= 0 else int(math.log2(age * 1e9)) if age > 0 else 0
