"""Rules about where other pods are: inter-pod affinity and topology spread (plugins interpodaffinity, podtopologyspread)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.objects import labels_of, matches_selector, namespace_of
from tutor.simulator.scheduler.filters import Rejection
from tutor.simulator.scheduler.matching import matches_node_affinity, term_selects, untolerated
from tutor.simulator.scheduler.requests import PodInfo
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.store import Obj, Store

Topology = tuple[str, str]
"""A node label and its value."""
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def _terms(pod: Obj, kind: str, strength: str = _REQUIRED) -> list[dict[str, Any]]:
    affinity = pod["spec"].get("affinity") or {}
    found: list[dict[str, Any]] = (affinity.get(kind) or {}).get(strength) or []
    return found


def required_terms(pod: Obj, kind: str) -> list[dict[str, Any]]:
    """What must hold of a pod's "podAffinity" or "podAntiAffinity"."""
    return _terms(pod, kind)


class InterPodAffinity:
    """Required affinity and anti-affinity of one pod, and of the pods that are there against it."""

    def __init__(self, info: PodInfo, nodes: Iterable[NodeInfo], keeping_away: Iterable[PodInfo], store: Store) -> None:
        self._info = info
        self._affinity = _terms(info.pod, "podAffinity")
        self._anti = _terms(info.pod, "podAntiAffinity")
        self._wanted: list[set[Topology]] = [set() for _ in self._affinity]
        self._avoided: list[set[Topology]] = [set() for _ in self._anti]
        self._refused: set[Topology] = set()
        self._store = store
        by_name = {node.name: node for node in nodes}
        if self._affinity or self._anti:
            for node in by_name.values():
                self._count(node)
        for other in keeping_away:
            self._refuse(other, by_name)
        self._first_of_its_kind = not any(self._wanted) and all(
            term_selects(term, info.pod, info.pod, store) for term in self._affinity
        )

    def _count(self, node: NodeInfo) -> None:
        for other in node.pods.values():
            for terms, places in ((self._affinity, self._wanted), (self._anti, self._avoided)):
                for term, found in zip(terms, places, strict=True):
                    value = node.labels.get(term["topologyKey"])
                    if value is not None and term_selects(term, self._info.pod, other.pod, self._store):
                        found.add((term["topologyKey"], value))

    def _refuse(self, other: PodInfo, nodes: Mapping[str, NodeInfo]) -> None:
        node = nodes.get(other.pod["spec"]["nodeName"])
        for term in other.anti_affinity:
            value = node.labels.get(term["topologyKey"]) if node else None
            if value is not None and term_selects(term, other.pod, self._info.pod, self._store):
                self._refused.add((term["topologyKey"], value))

    def reject(self, node: NodeInfo) -> Rejection | None:
        """Why the node is no place for the pod."""
        labels = node.labels
        keys = [term["topologyKey"] for term in self._affinity]
        met = [
            key in labels and ((key, labels[key]) in found or self._first_of_its_kind)
            for key, found in zip(keys, self._wanted, strict=True)
        ]
        if not all(met):
            return Rejection("InterPodAffinity", ("node(s) didn't match pod affinity rules",), helpless=True)
        for term, found in zip(self._anti, self._avoided, strict=True):
            if (term["topologyKey"], labels.get(term["topologyKey"], "")) in found:
                return Rejection("InterPodAffinity", ("node(s) didn't match pod anti-affinity rules",))
        if any(labels.get(key) == value for key, value in self._refused):
            return Rejection("InterPodAffinity", ("node(s) didn't satisfy existing pods anti-affinity rules",))
        return None


def affinity_scores(info: PodInfo, nodes: list[NodeInfo], affine: bool, store: Store) -> list[float] | None:
    """Raw scores by preferred inter-pod affinity, and None when nobody prefers anything. `affine`: whether any pod that is
    there has preferences."""
    if not info.has_affinity and not affine:
        return None
    totals: Counter[Topology] = Counter()
    for node in nodes:
        for other in node.pods.values():
            if info.has_affinity:
                _weigh(totals, info, other, node, store)
            if other.has_affinity:
                _weigh(totals, other, info, node, store)
    if not totals:
        return None
    return [sum(w for (key, value), w in totals.items() if node.labels.get(key) == value) for node in nodes]


def _weigh(totals: Counter[Topology], owner: PodInfo, other: PodInfo, node: NodeInfo, store: Store) -> None:
    for kind, sign in (("podAffinity", 1), ("podAntiAffinity", -1)):
        for preference in _terms(owner.pod, kind, _PREFERRED):
            term = preference["podAffinityTerm"]
            value = node.labels.get(term["topologyKey"])
            if value is not None and term_selects(term, owner.pod, other.pod, store):
                totals[term["topologyKey"], value] += sign * int(preference["weight"])


class Spread:
    """Topology spread constraints of one pod, of one kind (DoNotSchedule or ScheduleAnyway)."""

    def __init__(self, info: PodInfo, constraints: list[dict[str, Any]], nodes: list[NodeInfo]) -> None:
        self._info = info
        self._constraints = constraints
        self._selectors = [spread_selector(constraint, info.pod) for constraint in constraints]
        self._counts: list[Counter[str]] = [Counter() for _ in constraints]
        keys = {constraint["topologyKey"] for constraint in constraints}
        for node in nodes:
            if keys <= node.labels.keys():
                self._count(node)

    def _count(self, node: NodeInfo) -> None:
        for constraint, selector, counts in zip(self._constraints, self._selectors, self._counts, strict=True):
            if _is_counted(constraint, self._info, node):
                counts[node.labels[constraint["topologyKey"]]] += count_matching(
                    node, selector, namespace_of(self._info.pod)
                )

    def reject(self, node: NodeInfo) -> Rejection | None:
        """Why the node is no place for the pod."""
        for constraint, selector, counts in zip(self._constraints, self._selectors, self._counts, strict=True):
            value = node.labels.get(constraint["topologyKey"])
            if value is None:
                reason = "node(s) didn't match pod topology spread constraints (missing required label)"
                return Rejection("PodTopologySpread", (reason,), helpless=True)
            least = min(counts.values(), default=0)
            if len(counts) < constraint.get("minDomains", 1):
                least = 0
            own = int(matches_selector(selector, labels_of(self._info.pod)))
            if counts.get(value, 0) + own - least > constraint["maxSkew"]:
                return Rejection("PodTopologySpread", ("node(s) didn't match pod topology spread constraints",))
        return None


def spread_selector(constraint: Mapping[str, Any], pod: Obj) -> Mapping[str, Any] | None:
    """Which pods a constraint of a pod counts, with what matchLabelKeys takes from the pod's own labels."""
    selector: Mapping[str, Any] | None = constraint.get("labelSelector")
    labels = labels_of(pod)
    extra = [
        {"key": key, "operator": "In", "values": [labels[key]]}
        for key in constraint.get("matchLabelKeys") or ()
        if key in labels
    ]
    if selector is None or not extra:
        return selector
    return {**selector, "matchExpressions": [*(selector.get("matchExpressions") or ()), *extra]}


def _is_counted(constraint: Mapping[str, Any], info: PodInfo, node: NodeInfo) -> bool:
    """Whether a node takes part (nodeAffinityPolicy, nodeTaintsPolicy)."""
    spec = info.pod["spec"]
    if constraint.get("nodeAffinityPolicy", "Honor") == "Honor" and not matches_node_affinity(spec, node.node or {}):
        return False
    if constraint.get("nodeTaintsPolicy", "Ignore") == "Ignore":
        return True
    return untolerated(node.taints, spec.get("tolerations") or (), ("NoSchedule", "NoExecute")) is None


def count_matching(node: NodeInfo, selector: Mapping[str, Any] | None, namespace: str) -> int:
    """How many pods of a namespace on a node a selector matches; those being deleted do not count."""
    return sum(
        1
        for other in node.pods.values()
        if namespace_of(other.pod) == namespace
        and "deletionTimestamp" not in other.pod["metadata"]
        and matches_selector(selector, other.labels)
    )


def spread_score(count: int, domains: int, max_skew: int) -> float:
    """What matching pods in one domain cost a node (podtopologyspread/scoring.go scoreForCount)."""
    return count * math.log(domains + 2) + (max_skew - 1)
