"""How well the nodes that can take a pod suit it: the default plugins with their weights.

Source: pkg/scheduler/apis/config/v1/default_plugins.go and the plugins' Score functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.simulator.objects import controller_of, labels_of, matches_labels, namespace_of
from tutor.simulator.scheduler.filters import Rejection
from tutor.simulator.scheduler.matching import tolerates
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
    matching: tuple[int, ...] = ()
    """How many of its pods each spread rule counts ..."""
    places: tuple[str | None, ...] = ()
    """... and the node's value of each rule's topology key."""
    left_out: bool = False
    """Whether it lacks a topology key of the pod's own rules."""
    liked: int = 0
    """Weights of the preferred node affinity that it has."""
    avoided: int = 0
    """How many of its taints ask pods of this kind to go elsewhere, if they can."""


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


def avoided(info: PodInfo, node: NodeInfo) -> int:
    """How many PreferNoSchedule taints of a node a pod does not tolerate."""
    if not node.taints:
        return 0
    tolerations = [
        t for t in info.pod["spec"].get("tolerations") or () if t.get("effect") in (None, "", "PreferNoSchedule")
    ]
    return sum(
        1
        for taint in node.taints
        if taint["effect"] == "PreferNoSchedule" and not any(tolerates(t, taint) for t in tolerations)
    )


def _normalise(raw: Sequence[float], *, reverse: bool = False) -> list[float]:
    """Scale to 0..100 by the highest (helper.DefaultNormalizeScore)."""
    highest = max(raw)
    if highest == 0:
        return [MAX if reverse else 0.0] * len(raw)
    scaled = [float(int(MAX * value / highest)) for value in raw]
    return [MAX - value for value in scaled] if reverse else scaled


def total_scores(entries: Sequence[Entry], rules: Rules, affine: Sequence[float] | None) -> list[float]:
    """The sum of all plugins' scores for each node that passed the filters; what is the same for all is left out. `affine`: raw
    scores by inter-pod affinity."""
    totals = [entry.score for entry in entries]
    taints = [entry.avoided for entry in entries]
    if any(taints):
        totals = _add(totals, _normalise(taints, reverse=True), TAINT_WEIGHT)
    liked = [entry.liked for entry in entries]
    if any(liked):
        totals = _add(totals, _normalise(liked), AFFINITY_WEIGHT)
    if rules:
        totals = _add(totals, _spread_scores(entries, rules), SPREAD_WEIGHT)
    if affine is not None:
        totals = _add(totals, _between(affine), POD_AFFINITY_WEIGHT)
    return totals


def _add(totals: Sequence[float], more: Sequence[float], weight: int) -> list[float]:
    return [total + weight * score for total, score in zip(totals, more, strict=True)]


def _between(raw: Sequence[float]) -> list[float]:
    low, high = min(raw), max(raw)
    return [MAX * (value - low) / (high - low) if high > low else 0.0 for value in raw]


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


def _spread_scores(entries: Sequence[Entry], rules: Rules) -> list[float]:
    """Fewer matching pods in a node's domains are better (podtopologyspread/scoring.go)."""
    raw = [0.0] * len(entries)
    for number, (_, skew, _) in enumerate(rules):
        places = [entry.places[number] for entry in entries]
        counts: dict[str, int] = {}
        for place, entry in zip(places, entries, strict=True):
            if place is not None:
                counts[place] = counts.get(place, 0) + entry.matching[number]
        if counts:
            costs = {count: spread_score(count, len(counts), skew) for count in {*counts.values()}}
            raw = [
                value if place is None else value + costs[counts[place]]
                for value, place in zip(raw, places, strict=True)
            ]
    costs_of = [round(value) for value in raw]
    counted = {cost for cost, entry in zip(costs_of, entries, strict=True) if not entry.left_out}
    low, high = min(counted, default=0), max(counted, default=0)
    scores = {cost: MAX if high == 0 else float(int(MAX * (high + low - cost) / high)) for cost in counted}
    return [0.0 if entry.left_out else scores[cost] for cost, entry in zip(costs_of, entries, strict=True)]


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
