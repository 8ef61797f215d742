"""One look at a StatefulSet: which pod comes, goes or is replaced next (pkg/controller/statefulset/stateful_set_control.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.simulator.controllers.deployment.arithmetic import scaled_value
from tutor.simulator.controllers.pods import ENDED, phase
from tutor.simulator.controllers.revisions import template_of
from tutor.simulator.controllers.statefulset.control import StatefulPodControl
from tutor.simulator.controllers.statefulset.pods import (
    first_ordinal,
    in_range,
    is_available,
    is_running_and_ready,
    is_unavailable,
    new_pod,
    ordinal_of,
    partition,
    revision_of,
)
from tutor.simulator.objects import deleting, name_of
from tutor.simulator.store import Obj

Pods = list[Obj]


@dataclass(slots=True)
class Rollout:
    """A StatefulSet, the revisions it is between, and its pods."""

    owner: Obj
    current: Obj
    update: Obj
    now: float
    replicas: Pods
    """One a number, in order; those that are yet to be created have no uid."""
    condemned: Pods
    """Pods with too high a number, highest first."""
    control: StatefulPodControl
    deleted_for_update: int = 0

    @property
    def ordered(self) -> bool:
        """Whether one pod waits for the other."""
        return bool(self.owner["spec"].get("podManagementPolicy") != "Parallel")

    # -- steps

    def step(self) -> None:
        """Do what may be done now. Raises ApiError."""
        if self._fill() and self._shrink() and self.owner["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._replace()

    def _fill(self) -> bool:
        """Create what is missing; says whether all is there that the next steps wait for."""
        waits = False
        for pod in self.replicas:
            waits = self._process(pod) and self.ordered
            if waits:
                break
        return not waits

    def _process(self, pod: Obj) -> bool:
        """Bring one pod about; says whether it still has to be waited for."""
        if phase(pod) in ENDED:
            if not deleting(pod):
                self.control.delete(self.owner, pod)
            return True
        if not is_created(pod):
            self.control.create(self.owner, pod)
            return True
        if phase(pod) == "Pending" and not deleting(pod):
            self.control.create_claims(self.owner, pod)
        if deleting(pod) or not is_running_and_ready(pod) or not is_available(self.owner, pod, self.now):
            return True
        self.control.update(self.owner, pod)
        return False

    def _shrink(self) -> bool:
        """Delete pods with too high a number; says whether none had to be waited for."""
        for pod in self.condemned:
            self.control.keep_claims(self.owner, pod)
        first_bad = self._first_unavailable()
        for pod in self.condemned:
            if deleting(pod):
                if self.ordered:
                    return False
                continue
            if self.ordered and pod is not first_bad and is_unavailable(self.owner, pod, self.now):
                return False
            self.control.delete(self.owner, pod)
            if self.ordered:
                return False
        return True

    def _first_unavailable(self) -> Obj | None:
        every = (*self.replicas, *reversed(self.condemned))
        return next((pod for pod in every if is_unavailable(self.owner, pod, self.now)), None)

    def _replace(self) -> None:
        """Delete pods of another revision, the highest number first, as many as may be unavailable."""
        unavailable = [pod for pod in self.replicas if is_unavailable(self.owner, pod, self.now)]
        budget = self._max_unavailable() - len(unavailable)
        for pod in reversed(self.replicas[partition(self.owner) :]):
            if revision_of(pod) == name_of(self.update) or deleting(pod):
                continue
            free = not self.ordered and not is_available(self.owner, pod, self.now)
            if not free and budget <= 0:
                continue
            self.control.delete(self.owner, pod)
            self.deleted_for_update += 1
            budget -= not free

    def _max_unavailable(self) -> int:
        rolling = self.owner["spec"]["updateStrategy"].get("rollingUpdate") or {}
        value = rolling.get("maxUnavailable")
        if value is None:
            return 1
        return max(1, scaled_value(value, int(self.owner["spec"]["replicas"]), up=False))

    # -- the status

    def counts(self) -> dict[str, int]:
        """The numbers of the status, of the pods as they were found."""
        created = [pod for pod in (*self.replicas, *self.condemned) if is_created(pod)]
        ready = [pod for pod in created if is_running_and_ready(pod)]
        staying = [pod for pod in created if not deleting(pod)]
        current = sum(revision_of(pod) == name_of(self.current) for pod in staying)
        return {
            "replicas": len(created),
            "readyReplicas": len(ready),
            "availableReplicas": sum(is_available(self.owner, pod, self.now) for pod in ready),
            "currentReplicas": current - self.deleted_for_update,
            "updatedReplicas": sum(revision_of(pod) == name_of(self.update) for pod in staying),
        }


def is_created(pod: Obj) -> bool:
    """Whether a pod is in the cluster."""
    return "uid" in pod["metadata"]


def begin(owner: Obj, current: Obj, update: Obj, pods: Pods, control: StatefulPodControl, now: float) -> Rollout:
    """Sort the pods by their numbers, and prepare the missing ones."""
    by_ordinal = {ordinal_of(pod): pod for pod in pods}
    start = first_ordinal(owner)
    wanted = range(start, start + int(owner["spec"]["replicas"]))
    replicas = [by_ordinal.get(i) or _versioned(owner, current, update, i) for i in wanted]
    surplus = [i for i in by_ordinal if i >= 0 and not in_range(owner, i)]
    condemned = [by_ordinal[i] for i in sorted(surplus, reverse=True)]
    return Rollout(owner, current, update, now, replicas, condemned, control)


def _versioned(owner: Obj, current: Obj, update: Obj, ordinal: int) -> Obj:
    """A new pod: of the current revision below the partition, of the update revision from there on."""
    old = _stays_old(owner, ordinal - first_ordinal(owner))
    revision = current if old else update
    return new_pod(owner, template_of(revision), name_of(revision), ordinal)


def _stays_old(owner: Obj, index: int) -> bool:
    strategy: dict[str, Any] = owner["spec"]["updateStrategy"]
    if strategy.get("rollingUpdate") is not None:
        return index < partition(owner)
    current: int = (owner.get("status") or {}).get("currentReplicas", 0)
    return strategy["type"] == "RollingUpdate" and index < current


def used_revisions(rollout: Rollout) -> set[str]:
    """Names of the revisions that something still needs."""
    pods = {revision_of(pod) for pod in (*rollout.replicas, *rollout.condemned)}
    return {name_of(rollout.current), name_of(rollout.update), *pods}
