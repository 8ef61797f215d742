"""Where a pod goes: filters, then scores. What was worked out for one node is kept for all pods of the same kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from tutor.simulator.ids import Ids
from tutor.simulator.objects import controller_of, labels_of, namespace_of
from tutor.simulator.scheduler.filters import Rejection, first_rejection
from tutor.simulator.scheduler.matching import named_nodes, node_affinity_score
from tutor.simulator.scheduler.requests import PodInfo, pod_info
from tutor.simulator.scheduler.scores import Entry, Rules, avoided, image_score, local_score, spread_rules, total_scores
from tutor.simulator.scheduler.snapshot import NodeInfo, Snapshot, nominated_node
from tutor.simulator.scheduler.topology import InterPodAffinity, Spread, affinity_scores, count_matching
from tutor.simulator.store import Obj, Store

SAMPLE_FLOOR = 100
"""With more nodes than this, only a part of those that can take a pod are compared (numFeasibleNodesToFind)."""
KINDS_KEPT = 256
_NOT_NAMED = Rejection("NodeAffinity", ("node(s) didn't satisfy plugin(s) [NodeAffinity]",), helpless=True)
"""What is said of nodes beside those that a pod names (schedule_one.go, findNodesThatFitPod)."""


class Check(Protocol):
    """A rule about where other things are, prepared for one pod."""

    def reject(self, node: NodeInfo) -> Rejection | None:
        """Why the node is no place for the pod."""


@dataclass(slots=True)
class _Kind:
    """Pods that differ in nothing the scheduler looks at."""

    rules: Rules
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why no node can take a pod: what each said."""

    rejections: dict[str, Rejection]
    before: str = ""
    """Set when the pod was refused before any node was looked at."""

    @property
    def plugins(self) -> frozenset[str]:
        """The plugins that refused somewhere."""
        return frozenset(rejection.plugin for rejection in self.rejections.values())

    def message(self, total: int, after: str) -> str:
        """As the event and the condition say it (framework/types.go FitError)."""
        if not total:
            return "no nodes available to schedule pods"
        text = f"0/{total} nodes are available:"
        if self.before:
            text += f" {self.before}."
        else:
            counts = Counter(reason for rejection in self.rejections.values() for reason in rejection.reasons)
            listed = sorted(f"{count} {reason}" for reason, count in counts.items())
            text += f" {', '.join(listed)}." if listed else ""
        return f"{text} {after}" if after else text


class Decider:
    """Chooses nodes. Everything it keeps is worked out of the snapshot."""

    def __init__(self, store: Store, snapshot: Snapshot, ids: Ids) -> None:
        self._store = store
        self._snapshot = snapshot
        self._ids = ids
        self._kinds: dict[str, _Kind] = {}
        self.start = 0
        """Where among many nodes the next look begins, so that all get their turn."""

    def forget(self) -> None:
        """Services or controllers have changed: what spreads pods may be different."""
        self._kinds.clear()

    def choose(self, pod: Obj, volumes: Check | None = None) -> str | Diagnosis:
        """The name of the node for a pod, or why there is none. `volumes`: the rule its volumes add."""
        info = pod_info(pod)
        kind = self._kind(info)
        everywhere = self._snapshot.ready_nodes()
        nominated = self._snapshot.nodes().get(nominated_node(pod))
        if nominated is not None and nominated.node and self._filter(info, kind, [nominated], volumes)[0]:
            return nominated.name
        nodes = self._eligible(info, everywhere)
        fitting, rejections = self._filter(info, kind, nodes, volumes)
        if not fitting:
            if len(nodes) < len(everywhere):
                rejections = {node.name: _NOT_NAMED for node in everywhere} | rejections
            return Diagnosis(rejections)
        if len(fitting) == 1:
            return fitting[0].name
        affine = affinity_scores(info, fitting, self._snapshot.has_affine_pods(), self._store)
        totals = total_scores([kind.entries[node.name] for node in fitting], kind.rules, affine)
        best = max(totals)
        names = [node.name for node, score in zip(fitting, totals, strict=True) if score == best]
        return names[self._ids.choice(len(names))] if len(names) > 1 else names[0]

    def _eligible(self, info: PodInfo, nodes: list[NodeInfo]) -> list[NodeInfo]:
        """The nodes to look at: those that the pod names, if it does."""
        names = named_nodes(info.pod["spec"])
        if names is None:
            return nodes
        known = self._snapshot.nodes()
        return [known[name] for name in sorted(names) if name in known and known[name].node is not None]

    def _kind(self, info: PodInfo) -> _Kind:
        spec = info.pod["spec"]
        parts = [spec.get(name) for name in ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints")]
        images = [container["image"] for container in spec["containers"]]
        owner = (controller_of(info.pod) or {}).get("uid")
        what = [
            namespace_of(info.pod),
            labels_of(info.pod),
            owner,
            parts,
            images,
            info.requests,
            info.compared,
            info.ports,
        ]
        signature = json.dumps(what, sort_keys=True)
        kind = self._kinds.get(signature)
        if kind is None:
            if len(self._kinds) >= KINDS_KEPT:
                self._kinds.pop(next(iter(self._kinds)))
            kind = self._kinds[signature] = _Kind(spread_rules(info, self._store))
        return kind

    def _filter(
        self, info: PodInfo, kind: _Kind, nodes: list[NodeInfo], volumes: Check | None
    ) -> tuple[list[NodeInfo], dict[str, Rejection]]:
        fitting: list[NodeInfo] = []
        rejections: dict[str, Rejection] = {}
        wanted = _sample_size(len(nodes))
        global_checks = self._global_checks(info)
        if volumes is not None:
            global_checks.insert(0, volumes)
        entries = kind.entries
        for node in chain(nodes[self.start :], nodes[: self.start]):
            entry = entries.get(node.name)
            if entry is None or entry.version != node.version:
                entry = entries[node.name] = self._entry(info, kind, node)
            rejection = self._reject_beside_nominated(info, node, volumes) if node.nominated else None
            if rejection is None:
                rejection = entry.rejection
            if rejection is None and global_checks:
                rejection = _first_to_reject(global_checks, node)
            if rejection is not None:
                rejections[node.name] = rejection
                continue
            fitting.append(node)
            if len(fitting) >= wanted:
                break
        if len(nodes) > SAMPLE_FLOOR:
            self.start = (self.start + len(fitting) + len(rejections)) % len(nodes)
        return fitting, rejections

    def _entry(self, info: PodInfo, kind: _Kind, node: NodeInfo) -> Entry:
        rejection = first_rejection(info, node)
        if rejection is not None:
            return Entry(node.version, rejection, 0.0)
        namespace, spec = namespace_of(info.pod), info.pod["spec"]
        places = tuple(node.labels.get(key) for key, _, _ in kind.rules)
        left_out = bool(spec.get("topologySpreadConstraints")) and None in places
        return Entry(
            node.version,
            None,
            local_score(info, node) + image_score(info, node),
            tuple(count_matching(node, selector, namespace) for _, _, selector in kind.rules),
            (None,) * len(places) if left_out else places,
            left_out,
            node_affinity_score(spec, node.node) if node.node else 0,
            avoided(info, node),
        )

    def _reject_beside_nominated(self, info: PodInfo, node: NodeInfo, volumes: Check | None) -> Rejection | None:
        """Why the node is no place for the pod once those nominated to run there are (RunFilterPluginsWithNominatedPods)."""
        trial = node.beside_nominated(info.pod, info.priority)
        if trial is None:
            return None
        checks = self._global_checks(info, trial)
        return first_rejection(info, trial) or _first_to_reject([volumes, *checks] if volumes else checks, trial)

    def _global_checks(self, info: PodInfo, trial: NodeInfo | None = None) -> list[Check]:
        """Rules that look at more than the node itself, where they matter to this pod. `trial` takes the place of the node of
        its name."""
        nodes = self._snapshot.ready_nodes()
        keeping_away = list(self._snapshot.with_anti_affinity())
        if trial is not None:
            nodes = [trial if node.name == trial.name else node for node in nodes]
            keeping_away = [other for other in keeping_away if other.pod["spec"]["nodeName"] != trial.name]
            keeping_away += [other for other in trial.pods.values() if other.anti_affinity]
        checks: list[Check] = []
        declared = info.pod["spec"].get("topologySpreadConstraints") or ()
        hard = [rule for rule in declared if rule["whenUnsatisfiable"] == "DoNotSchedule"]
        if hard:
            checks.append(Spread(info, hard, nodes))
        if info.has_affinity or keeping_away:
            checks.append(InterPodAffinity(info, nodes, keeping_away, self._store))
        return checks

    def fits(self, pod: Obj, node: NodeInfo) -> bool:
        """Whether a node as given (some pods taken away, say) could take the pod, beside those nominated to run there."""
        info = pod_info(pod)
        beside = node.beside_nominated(pod, info.priority)
        return all(
            first_rejection(info, trial) is None and _first_to_reject(self._global_checks(info, trial), trial) is None
            for trial in ([beside, node] if beside else [node])
        )


def _first_to_reject(checks: Iterable[Check], node: NodeInfo) -> Rejection | None:
    return next((found for check in checks if (found := check.reject(node)) is not None), None)


def _sample_size(nodes: int) -> int:
    if nodes <= SAMPLE_FLOOR:
        return nodes
    percent = max(5, 50 - nodes // 125)
    return max(SAMPLE_FLOOR, nodes * percent // 100)
