"""StatefulSets keep numbered pods, each with storage of its own (pkg/controller/statefulset)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.adoption import claim
from tutor.simulator.controllers.base import Controller, index_owned
from tutor.simulator.controllers.pods import affected_by_pod, available_in
from tutor.simulator.controllers.revisions import History, RevisionKeeper
from tutor.simulator.controllers.statefulset.control import StatefulPodControl
from tutor.simulator.controllers.statefulset.pods import is_member
from tutor.simulator.controllers.statefulset.rollout import Rollout, begin, used_revisions
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import deleting, name_of, namespace_of, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

HASH_LABEL = "controller.kubernetes.io/hash"


class StatefulSetController(Controller):
    """Syncs StatefulSets."""

    name = "statefulset-controller"
    primary = "statefulsets.apps"
    secondary = ("pods",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, "pods")
        self._control = StatefulPodControl(self.client, self.events)
        self._revisions = RevisionKeeper(self.client, HASH_LABEL)

    def affected(self, change: Change) -> Iterable[str]:
        """The owner of a pod, or who may adopt it."""
        return affected_by_pod(self.client, change, self.primary, "StatefulSet")

    def sync(self, owner: Obj) -> Result:
        """One step towards the numbers and the template asked for."""
        pods = claim(self.client, owner, "pods", owner["spec"]["selector"], lambda pod: is_member(owner, pod))
        history = self._revisions.note(owner)
        rollout = begin(owner, _current(owner, history), history.current, pods, self._control, self.now)
        problem: ApiError | None = None
        if not deleting(owner):
            try:
                rollout.step()
            except ApiError as error:
                problem = error
        self._write(rollout, history.collisions)
        used = used_revisions(rollout)
        self._revisions.truncate(owner, [old for old in history.others if name_of(old) not in used])
        if problem is not None:
            raise Retry(problem.message)
        return _next_availability(owner, rollout)

    def _write(self, rollout: Rollout, collisions: int) -> None:
        owner = self.client.get(self.primary, namespace_of(rollout.owner), name_of(rollout.owner))
        if owner is None or uid_of(owner) != uid_of(rollout.owner):
            return
        counts, wanted = rollout.counts(), rollout.owner["spec"]["replicas"]
        current = name_of(rollout.current)
        if counts["updatedReplicas"] == counts["readyReplicas"] == counts["replicas"] == wanted:
            counts["currentReplicas"], current = counts["updatedReplicas"], name_of(rollout.update)
        shown = {name: count for name, count in counts.items() if count or name in ("replicas", "availableReplicas")}
        status: dict[str, Any] = {**shown, "collisionCount": collisions, "currentRevision": current}
        status["updateRevision"] = name_of(rollout.update)
        status["observedGeneration"] = rollout.owner["metadata"]["generation"]
        self.client.update_status(self.primary, owner, status)


def _current(owner: Obj, history: History) -> Obj:
    """The revision the pods had before the update that is under way."""
    name = (owner.get("status") or {}).get("currentRevision")
    every = (*history.others, history.current)
    return next((revision for revision in every if name_of(revision) == name), history.current)


def _next_availability(owner: Obj, rollout: Rollout) -> Result:
    seconds = owner["spec"].get("minReadySeconds", 0)
    if not seconds:
        return DONE
    waits = [wait for pod in rollout.replicas if (wait := available_in(pod, seconds, rollout.now))]
    return Result(min(waits)) if waits else DONE


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (StatefulSetController(cluster),)
