"""How fast nodes of a zone may be given up: one after the other, and not at all when the trouble seems to be elsewhere.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, ComputeZoneState and handleDisruption.
"""

from __future__ import annotations

from collections.abc import Iterable

from tutor.simulator.controllers.node_lifecycle.taints import ready_status
from tutor.simulator.objects import labels_of
from tutor.simulator.store import Obj

RATE_SECONDS = 10.0
"""Between two nodes of a zone (--node-eviction-rate 0.1)."""
SLOW_RATE_SECONDS = 100.0
"""In a large zone of which much is down (--secondary-node-eviction-rate 0.01)."""
LARGE_ZONE = 50
UNHEALTHY_PART = 0.55
EXCLUDED = "node.kubernetes.io/exclude-disruption"


def zone_of(node: Obj) -> str:
    """Region and zone of a node, "" when it has no such labels."""
    labels = labels_of(node)
    region, zone = labels.get("topology.kubernetes.io/region", ""), labels.get("topology.kubernetes.io/zone", "")
    return f"{region}:\x00:{zone}" if region or zone else ""


def everything_down(nodes: Iterable[Obj]) -> bool:
    """Whether no node is ready: then it is probably the control plane that is cut off, and nothing is evicted."""
    counted = [node for node in nodes if EXCLUDED not in labels_of(node)]
    return bool(counted) and all(ready_status(node) != "True" for node in counted)


def seconds_between(nodes: Iterable[Obj], zone: str) -> float | None:
    """Seconds between two nodes of a zone that are given up; None: none is."""
    members = [node for node in nodes if zone_of(node) == zone and EXCLUDED not in labels_of(node)]
    down = sum(ready_status(node) != "True" for node in members)
    if down == len(members) or down <= 2 or down / len(members) < UNHEALTHY_PART:
        return RATE_SECONDS
    return SLOW_RATE_SECONDS if len(members) > LARGE_ZONE else None
