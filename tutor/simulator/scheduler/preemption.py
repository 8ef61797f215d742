"""Making room for a pod by removing pods of lower priority (plugins/defaultpreemption, framework/preemption)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.events import NORMAL, SeriesRecorder
from tutor.simulator.objects import (
    deleting,
    get_condition,
    labels_of,
    matches_selector,
    name_of,
    namespace_of,
    set_condition,
    uid_of,
)
from tutor.simulator.scheduler.decision import Decider, Diagnosis
from tutor.simulator.scheduler.requests import PodInfo
from tutor.simulator.scheduler.snapshot import NodeInfo, Snapshot, nominated_node
from tutor.simulator.store import Obj

NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"
PREEMPTED = "PreemptionByScheduler"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What preemption came to: the node that will have room, empty when there is none and None when nothing was looked at; and
    what to say of it."""

    node: str | None
    message: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    node: str
    victims: tuple[Obj, ...]
    violations: int
    """How many victims a PodDisruptionBudget would rather keep."""

    def cost(self) -> tuple[Any, ...]:
        """Lower is better (pickOneNodeForPreemption)."""
        priorities = [victim["spec"].get("priority") or 0 for victim in self.victims]
        started = min(_started(victim) for victim in self.victims if _priority(victim) == max(priorities))
        return self.violations, max(priorities), sum(p + 2**31 for p in priorities), len(priorities), -started


def _priority(pod: Obj) -> int:
    return int(pod["spec"].get("priority") or 0)


def _started(pod: Obj) -> float:
    return parse_timestamp(pod.get("status", {}).get("startTime") or pod["metadata"]["creationTimestamp"])


def _is_preempted(pod: Obj) -> bool:
    """Whether a pod that is being deleted makes room for another (framework/preemption/util.go, PodTerminatingByPreemption)."""
    condition = get_condition(pod["status"], "DisruptionTarget")
    return bool(condition and condition["status"] == "True" and condition.get("reason") == PREEMPTED)


class Preemptor:
    """Looks for victims and removes them."""

    def __init__(self, client: Client, snapshot: Snapshot, decider: Decider, events: SeriesRecorder) -> None:
        self._client = client
        self._snapshot = snapshot
        self._decider = decider
        self._events = events

    def preempt(self, pod: Obj, diagnosis: Diagnosis) -> Outcome:
        """Remove pods of lower priority where that makes room; says on which node."""
        if pod["spec"].get("preemptionPolicy") == "Never":
            return Outcome(None, "preemption: not eligible due to preemptionPolicy=Never.")
        if self._is_waiting(pod, diagnosis):
            return Outcome(None, "preemption: not eligible due to a terminating pod on the nominated node.")
        if diagnosis.before:
            return Outcome(None, "not found")
        nodes = self._snapshot.ready_nodes()
        candidates, said = [], Counter[str]()
        for node in nodes:
            rejection = diagnosis.rejections.get(node.name)
            if rejection is None or rejection.helpless:
                said[NOT_HELPFUL] += 1
                continue
            candidate = self._candidate(pod, node)
            if candidate is None:
                said[NO_VICTIMS] += 1
            else:
                candidates.append(candidate)
        if not candidates:
            listed = ", ".join(sorted(f"{count} {reason}" for reason, count in said.items()))
            return Outcome("", f"preemption: 0/{len(nodes)} nodes are available: {listed}.")
        chosen = min(candidates, key=lambda candidate: candidate.cost())
        self._withdraw_nominations(pod, chosen.node)
        for victim in chosen.victims:
            if not deleting(victim):
                self._remove(victim, pod, chosen.node)
        count = len(chosen.victims)
        message = f"preemption: found a potential placement for pod on node {chosen.node}, preempting {count} victims"
        return Outcome(chosen.node, message)

    def _is_waiting(self, pod: Obj, diagnosis: Diagnosis) -> bool:
        """Whether room is already being made for the pod, on a node that can still be its place (PodEligibleToPreemptOthers)."""
        nominated = self._snapshot.nodes().get(nominated_node(pod))
        if nominated is None:
            return False
        rejection = diagnosis.rejections.get(nominated.name)
        if rejection is not None and rejection.helpless:
            return False
        lower = (info for info in nominated.pods.values() if info.priority < _priority(pod) and deleting(info.pod))
        return any(_is_preempted(other) for info in lower if (other := self._current(info)) is not None)

    def _withdraw_nominations(self, pod: Obj, node: str) -> None:
        """Pods of lower priority that were to run on the node look for another place."""
        for info in list(self._snapshot.nodes()[node].nominated.values()):
            other = self._current(info) if info.priority < _priority(pod) else None
            if other is not None:
                left = {key: value for key, value in other["status"].items() if key != "nominatedNodeName"}
                self._client.update_status("pods", other, left)

    def _current(self, info: PodInfo) -> Obj | None:
        return self._client.get("pods", namespace_of(info.pod), name_of(info.pod))

    def _candidate(self, pod: Obj, node: NodeInfo) -> _Candidate | None:
        """The smallest set of pods to take away: all of lower priority go, then as many as fit come back."""
        trial = node.copy()
        lower = [info for info in node.pods.values() if info.priority < _priority(pod)]
        if not lower:
            return None
        for info in lower:
            trial.remove(uid_of(info.pod))
        if not self._decider.fits(pod, trial):
            return None
        protected = self._protected(lower)
        victims, violations = [], 0
        lower.sort(key=lambda info: (uid_of(info.pod) not in protected, -info.priority, _started(info.pod)))
        for info in lower:
            trial.add(info)
            if not self._decider.fits(pod, trial):
                trial.remove(uid_of(info.pod))
                victims.append(self._current(info) or info.pod)
                violations += uid_of(info.pod) in protected
        return _Candidate(node.name, tuple(victims), violations) if victims else None

    def _protected(self, infos: list[PodInfo]) -> set[str]:
        """Uids of pods whose removal a disruption budget would not allow."""
        protected: set[str] = set()
        for budget in self._client.list("poddisruptionbudgets.policy"):
            left = budget.get("status", {}).get("disruptionsAllowed", 0)
            for info in infos:
                same = namespace_of(info.pod) == namespace_of(budget)
                if same and matches_selector(budget["spec"].get("selector"), labels_of(info.pod)):
                    left -= 1
                    if left < 0:
                        protected.add(uid_of(info.pod))
        return protected

    def _remove(self, victim: Obj, pod: Obj, node: str) -> None:
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": PREEMPTED,
            "message": f"{pod['spec'].get('schedulerName')}: preempting to accommodate a higher priority pod",
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(self._client.now),
        }
        status = victim.get("status", {})
        changed = {**status, "conditions": set_condition(status.get("conditions") or [], condition)}
        victim = self._client.update_status("pods", victim, changed)
        self._client.delete("pods", namespace_of(victim), name_of(victim))
        note = f"Preempted by pod {uid_of(pod)} on node {node}"
        self._events.record(victim, NORMAL, "Preempted", "Preempting", note, related=pod)
