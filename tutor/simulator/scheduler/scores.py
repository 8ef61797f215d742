"""How well the nodes that can take a pod suit it: the default plugins with their weights.

Source: pkg/scheduler/apis/config/v1/default_plugins.go and the plugins' Score functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.objects import controller_of, labels_of, matches_labels, namespace_of
from tutor.simulator.scheduler.filters import Rejection
from tutor.simulator.scheduler.matching import node_affinity_score, tolerates
from tutor.simulator.scheduler.requests import PodInfo
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.scheduler.topology import spread_score
from tutor.simulator.store import Store

TAINT_WEIGHT, AFFINITY_WEIGHT, SPREAD_WEIGHT, POD_AFFINITY_WEIGHT = 3, 2, 2, 2
FIT_WEIGHT, BALANCE_WEIGHT, IMAGE_WEIGHT = 1, 1, 1
MAX = 100.0
SYSTEM_DEFAULT_SPREAD = (("kubernetes.io/hostname", 3), ("topology.kubernetes.io/zone", 5))
"""Topology keys and skews that pods without constraints of their own are spread by, if they can be."""
MIN_IMAGE, MAX_IMAGE = 23 * 2**20, 1000 * 2**20
_COMPARED = ("cpu", "memory")
Rules = tuple[tuple[str, int, Mapping[str, Any] | None], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one node for pods of one kind, as long as the node stays at `version`."""

    version: int
    rejection: Rejection | None
    score: float
    matching: tuple[int, ...]
    """How many of its pods each spread rule counts."""


def local_score(info: PodInfo, node: NodeInfo) -> float:
    """What depends on the node alone: room left, CPU and memory in balance."""
    fractions = []
    for name in _COMPARED:
        room = node.allocatable.get(name, 0)
        fractions.append(min(1.0, (node.compared.get(name, 0) + info.compared[name]) / room) if room else 1.0)
    free = sum(int(MAX * (1 - fraction)) for fraction in fractions) // len(fractions)
    spread = abs(fractions[0] - fractions[1]) / 2
    return FIT_WEIGHT * free + BALANCE_WEIGHT * int((1 - spread) * MAX)


def image_score(info: PodInfo, node: NodeInfo) -> float:
    """How much of a pod's images a node has already, by size."""
    images = node.node.get("status", {}).get("images") if node.node else None
    if not images:
        return 0.0
    names = {container["image"] for container in info.pod["spec"]["containers"]}
    size = sum(image["sizeBytes"] for image in images if not names.isdisjoint(image["names"]))
    floor, ceiling = MIN_IMAGE, MAX_IMAGE * len(names)
    return float(IMAGE_WEIGHT * int(MAX * (min(max(size, floor), ceiling) - floor) / (ceiling - floor)))


def _prefer_no_schedule(info: PodInfo, node: NodeInfo) -> int:
    tolerations = [
        t for t in info.pod["spec"].get("tolerations") or () if t.get("effect") in (None, "", "PreferNoSchedule")
    ]
    return sum(
        1
        for taint in node.taints
        if taint["effect"] == "PreferNoSchedule" and not any(tolerates(t, taint) for t in tolerations)
    )


def _normalise(raw: Mapping[str, float], *, reverse: bool = False) -> dict[str, float]:
    """Scale to 0..100 by the highest (helper.DefaultNormalizeScore)."""
    highest = max(raw.values(), default=0)
    if highest == 0:
        return dict.fromkeys(raw, MAX if reverse else 0.0)
    scaled = {name: float(int(MAX * value / highest)) for name, value in raw.items()}
    return {name: MAX - value for name, value in scaled.items()} if reverse else scaled


def total_scores(
    info: PodInfo, nodes: list[NodeInfo], entries: Mapping[str, Entry], rules: Rules, affine: Mapping[str, float] | None
) -> dict[str, float]:
    """The sum of all plugins' scores for nodes that passed the filters. `affine`: raw scores by inter-pod affinity."""
    totals = {node.name: entries[node.name].score for node in nodes}
    if any(node.taints for node in nodes):
        raw: dict[str, float] = {node.name: _prefer_no_schedule(info, node) for node in nodes}
        _add(totals, _normalise(raw, reverse=True), TAINT_WEIGHT)
    if (info.pod["spec"].get("affinity") or {}).get("nodeAffinity"):
        raw = {node.name: node_affinity_score(info.pod["spec"], node.node) if node.node else 0 for node in nodes}
        _add(totals, _normalise(raw), AFFINITY_WEIGHT)
    if rules:
        strict = bool(info.pod["spec"].get("topologySpreadConstraints"))
        _add(totals, _spread_scores(nodes, entries, rules, strict=strict), SPREAD_WEIGHT)
    if affine is not None:
        _add(totals, _between(affine), POD_AFFINITY_WEIGHT)
    return totals


def _add(totals: dict[str, float], more: Mapping[str, float], weight: int) -> None:
    for name, score in more.items():
        totals[name] += weight * score


def _between(raw: Mapping[str, float]) -> dict[str, float]:
    low, high = min(raw.values()), max(raw.values())
    return {name: MAX * (value - low) / (high - low) if high > low else 0.0 for name, value in raw.items()}


def spread_rules(info: PodInfo, store: Store) -> Rules:
    """Topology key, skew and selector of the pod's ScheduleAnyway constraints, else of the system's own."""
    declared = info.pod["spec"].get("topologySpreadConstraints")
    if declared:
        return tuple(
            (rule["topologyKey"], rule["maxSkew"], rule.get("labelSelector"))
            for rule in declared
            if rule["whenUnsatisfiable"] == "ScheduleAnyway"
        )
    selector = default_selector(info, store)
    return tuple((key, skew, selector) for key, skew in SYSTEM_DEFAULT_SPREAD) if selector else ()


def _spread_scores(
    nodes: list[NodeInfo], entries: Mapping[str, Entry], rules: Rules, *, strict: bool
) -> dict[str, float]:
    keys = [key for key, _, _ in rules]
    left_out = {node.name for node in nodes if strict and not all(key in node.labels for key in keys)}
    counted = [node for node in nodes if node.name not in left_out]
    raw = {node.name: 0.0 for node in counted}
    for number, (key, skew, _) in enumerate(rules):
        values = {node.name: node.labels[key] for node in counted if key in node.labels}
        if not values:
            continue
        counts: Counter[str] = Counter()
        for name, value in values.items():
            counts[value] += entries[name].matching[number]
        costs = {value: spread_score(count, len(counts), skew) for value, count in counts.items()}
        for name, value in values.items():
            raw[name] += costs[value]
    rounded = {name: round(value) for name, value in raw.items()}
    low, high = min(rounded.values(), default=0), max(rounded.values(), default=0)
    scores = {
        name: MAX if high == 0 else float(int(MAX * (high + low - value) / high)) for name, value in rounded.items()
    }
    return scores | dict.fromkeys(left_out, 0.0)


def default_selector(info: PodInfo, store: Store) -> Mapping[str, Any] | None:
    """What the Services and the controller of a pod select it by (plugins/helper/spread.go DefaultSelector)."""
    labels: dict[str, str] = {}
    expressions: list[Any] = []
    for service in store.list("services", namespace_of(info.pod)):
        selector = service["spec"].get("selector")
        if selector and matches_labels(selector, labels_of(info.pod)):
            labels.update(selector)
    owner = controller_of(info.pod)
    resource = _OWNERS.get(owner["kind"]) if owner else None
    if owner and resource:
        found = store.get(resource, namespace_of(info.pod), owner["name"])
        selector = (found or {}).get("spec", {}).get("selector") or {}
        if resource == "replicationcontrollers":
            labels.update(selector)
        else:
            labels.update(selector.get("matchLabels") or {})
            expressions.extend(selector.get("matchExpressions") or ())
    if not labels and not expressions:
        return None
    return {"matchLabels": labels, "matchExpressions": expressions}


_OWNERS = {
    "ReplicationController": "replicationcontrollers",
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
}
