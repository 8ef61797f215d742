"""ReplicaSets and ReplicationControllers keep a number of equal pods (pkg/controller/replicaset/replica_set.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.adoption import claim
from tutor.simulator.controllers.base import Controller, index_owned, owned
from tutor.simulator.controllers.pods import (
    PodControl,
    affected_by_pod,
    available_in,
    is_active,
    is_ready,
    is_terminating,
    pod_from_template,
)
from tutor.simulator.controllers.victims import choose_victims
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import controller_of, deleting, labels_of, matches_labels, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

BURST = 500
"""How many pods one look creates or deletes at most."""


class ReplicaSetController(Controller):
    """Creates and deletes pods until as many are active as a ReplicaSet asks for."""

    name = "replicaset-controller"
    primary = "replicasets.apps"
    secondary = ("pods",)
    kind = "ReplicaSet"
    counts_terminating = True
    """Whether the status tells how many pods are on their way out."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, "pods")
        index_owned(self.store, self.primary)
        self._pods = PodControl(self.client, self.events)

    def selector(self, owner: Obj) -> Mapping[str, Any]:
        """The selector as a metav1.LabelSelector."""
        found: Mapping[str, Any] = owner["spec"].get("selector") or {}
        return found

    def affected(self, change: Change) -> Iterable[str]:
        """The owners of a pod, or who may adopt it."""
        return affected_by_pod(self.client, change, self.primary, self.kind, self.selector)

    def sync(self, owner: Obj) -> Result:
        """Create or delete what is missing or too much, and count what was there before."""
        every = owned(self.store, "pods", uid_of(owner))
        terminating = [pod for pod in every if is_terminating(pod)]
        active = claim(self.client, owner, "pods", self.selector(owner), is_active)
        problem: ApiError | None = None
        if not deleting(owner):
            problem = self._manage(owner, active)
        current = self.client.get(self.primary, owner["metadata"]["namespace"], owner["metadata"]["name"])
        if current is None:
            return DONE
        status = self._status(current, active, len(terminating), problem)
        self.client.update_status(self.primary, current, status)
        if problem is not None:
            raise Retry(problem.message)
        return self._next_availability(current, active)

    def _manage(self, owner: Obj, active: list[Obj]) -> ApiError | None:
        missing = owner["spec"]["replicas"] - len(active)
        try:
            if missing > 0:
                for _ in range(min(missing, BURST)):
                    self._pods.create(owner, pod_from_template(owner["spec"]["template"], owner))
            elif missing < 0:
                victims = choose_victims(active, self._related(owner, active), min(-missing, BURST), self.now)
                for pod in victims:
                    self._pods.delete(owner, pod)
        except ApiError as error:
            return error
        return None

    def _related(self, owner: Obj, active: list[Obj]) -> Iterable[Obj]:
        """The pods of all ReplicaSets with the same controller."""
        reference = controller_of(owner)
        if reference is None:
            return active
        siblings = owned(self.store, self.primary, reference["uid"])
        return [pod for sibling in siblings for pod in owned(self.store, "pods", uid_of(sibling))]

    def _status(self, owner: Obj, active: list[Obj], terminating: int, problem: ApiError | None) -> dict[str, Any]:
        spec = owner["spec"]
        labels = (spec["template"].get("metadata") or {}).get("labels") or {}
        ready = [pod for pod in active if is_ready(pod)]
        min_ready = spec.get("minReadySeconds", 0)
        available = len(ready)
        if min_ready:
            available = sum(available_in(pod, min_ready, self.now) == 0 for pod in ready)
        counts = {
            "availableReplicas": available,
            "fullyLabeledReplicas": sum(matches_labels(labels, labels_of(pod)) for pod in active),
            "readyReplicas": len(ready),
        }
        status: dict[str, Any] = {name: count for name, count in counts.items() if count}
        status["replicas"] = len(active)
        if self.counts_terminating:
            status["terminatingReplicas"] = terminating
        conditions = self._conditions(owner, len(active), problem)
        if conditions:
            status["conditions"] = conditions
        status["observedGeneration"] = owner["metadata"]["generation"]
        return status

    def _conditions(self, owner: Obj, active: int, problem: ApiError | None) -> list[dict[str, Any]]:
        """The condition ReplicaFailure stays as first set until a look succeeds."""
        conditions: list[dict[str, Any]] = (owner.get("status") or {}).get("conditions") or []
        failed = any(condition["type"] == "ReplicaFailure" for condition in conditions)
        if problem is None:
            return [condition for condition in conditions if condition["type"] != "ReplicaFailure"]
        if failed:
            return conditions
        reason = "FailedCreate" if active < owner["spec"]["replicas"] else "FailedDelete"
        condition = {"type": "ReplicaFailure", "status": "True", "reason": reason, "message": problem.message}
        return [*conditions, {**condition, "lastTransitionTime": timestamp(self.now)}]

    def _next_availability(self, owner: Obj, active: list[Obj]) -> Result:
        min_ready = owner["spec"].get("minReadySeconds", 0)
        if not min_ready:
            return DONE
        waits = [wait for pod in active if (wait := available_in(pod, min_ready, self.now))]
        return Result(min(waits)) if waits else DONE


class ReplicationControllerController(ReplicaSetController):
    """The same for the older kind, whose selector is a plain map."""

    name = "replication-controller"
    primary = "replicationcontrollers"
    kind = "ReplicationController"
    counts_terminating = False

    def selector(self, owner: Obj) -> Mapping[str, Any]:
        """The map as a LabelSelector."""
        return {"matchLabels": owner["spec"].get("selector") or {}}


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """One controller a kind."""
    return (ReplicaSetController(cluster), ReplicationControllerController(cluster))
