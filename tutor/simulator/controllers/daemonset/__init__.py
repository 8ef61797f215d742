"""DaemonSets keep one pod on every node that suits it (pkg/controller/daemon)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.adoption import claim
from tutor.simulator.controllers.base import Controller, index_owned
from tutor.simulator.controllers.daemonset.nodes import daemon_pod
from tutor.simulator.controllers.daemonset.placement import Placement, counts, place, replaceable, surge_steps
from tutor.simulator.controllers.pods import PodControl, affected_by_pod, available_in, is_ready, phase
from tutor.simulator.controllers.revisions import REVISION_LABEL, History, RevisionKeeper
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import deleting, labels_of, name_of, namespace_of, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

FIRST_BACKOFF = 1.0
"""Seconds before a second failed pod of a node is deleted; doubled at every further one."""
LONGEST_BACKOFF = 900.0
BURST = 250
"""How many pods one look creates or deletes at most."""


class DaemonSetController(Controller):
    """Syncs DaemonSets. It remembers when it last deleted a failed pod of a node."""

    name = "daemonset-controller"
    primary = "daemonsets.apps"
    secondary = ("pods", "nodes")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, "pods")
        self._pods = PodControl(self.client, self.events)
        self._revisions = RevisionKeeper(self.client, REVISION_LABEL)
        self._failures: dict[str, tuple[float, float]] = {}
        """By DaemonSet, generation and node: the back-off in seconds and when it began."""

    def affected(self, change: Change) -> Iterable[str]:
        """The owner of a pod; all DaemonSets when a node comes, goes, or suits others than before."""
        if change.resource == "pods":
            return affected_by_pod(self.client, change, self.primary, "DaemonSet")
        return self.resync() if _suits_others(change) else ()

    def sync(self, owner: Obj) -> Result:
        """Create and delete pods until every node has what it should, then move on with an update."""
        if deleting(owner):
            return DONE
        history = self._revisions.note(owner)
        placement = self._place(owner, history)
        problem: ApiError | None = None
        wait: float | None = None
        try:
            acted, wait = self._manage(placement)
            if not acted:
                self._update(placement)
        except ApiError as error:
            problem = error
        self._truncate(owner, history, placement)
        placement = self._place(owner, history)
        self._write(owner, counts(placement), history.collisions)
        if problem is not None:
            raise Retry(problem.message)
        return _next(wait, _next_availability(placement))

    def _place(self, owner: Obj, history: History) -> Placement:
        pods = claim(self.client, owner, "pods", owner["spec"]["selector"])
        digest = labels_of(history.current)[REVISION_LABEL]
        return place(owner, digest, self.store.list("nodes"), pods, self.now)

    # -- one pod a node

    def _manage(self, placement: Placement) -> tuple[bool, float | None]:
        """Bring every node to one pod or none; says whether anything was done, and when a failed pod's back-off is over."""
        needing: list[str] = []
        surplus: list[Obj] = []
        waits: list[float] = []
        for node in placement.nodes:
            name = name_of(node)
            pods = placement.pods.get(name)
            if pods is None:
                needing += [name] if placement.wanted[name] else []
            elif not placement.tolerated[name]:
                surplus += [pod for pod in pods if not deleting(pod)]
            else:
                running = self._without_ended(placement, name, surplus, waits)
                surplus += _spare(placement, running)
                if not running and placement.surges and placement.wanted[name]:
                    needing.append(name)
        surplus += _without_node(placement)
        self._act(placement, needing, surplus)
        return bool(needing or surplus), min(waits, default=None)

    def _without_ended(self, placement: Placement, node: str, surplus: list[Obj], waits: list[float]) -> list[Obj]:
        running = []
        for pod in placement.pods[node]:
            where = f"daemon pod {namespace_of(pod)}/{name_of(pod)} on node {node}"
            if deleting(pod):
                continue
            if phase(pod) == "Failed":
                wait = self._failure_wait(placement.owner, node)
                if wait > 0:
                    waits.append(wait)
                    continue
                self.events.warning(placement.owner, "FailedDaemonPod", f"Found failed {where}, will try to kill it")
                surplus.append(pod)
            elif phase(pod) == "Succeeded":
                text = f"Found succeeded {where}, will try to delete it"
                self.events.normal(placement.owner, "SucceededDaemonPod", text)
                surplus.append(pod)
            else:
                running.append(pod)
        return running

    def _failure_wait(self, owner: Obj, node: str) -> float:
        """Seconds until a failed pod of the node may be deleted; 0 notes that it is deleted now."""
        generation = (owner.get("status") or {}).get("observedGeneration", 0)
        key = f"{uid_of(owner)}/{generation}/{node}"
        delay, since = self._failures.get(key, (0.0, self.now))
        if self.now < since + delay:
            return since + delay - self.now
        longer = min(delay * 2, LONGEST_BACKOFF) if self.now - since <= 2 * LONGEST_BACKOFF else 0.0
        self._failures[key] = (longer or FIRST_BACKOFF, self.now)
        return 0.0

    def _act(self, placement: Placement, needing: list[str], surplus: list[Obj]) -> None:
        for node in needing[:BURST]:
            self._pods.create(placement.owner, daemon_pod(placement.owner, placement.digest, node))
        for pod in surplus[:BURST]:
            self._pods.delete(placement.owner, pod)

    # -- updates

    def _update(self, placement: Placement) -> None:
        if placement.owner["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return
        if placement.limits()[0]:
            self._act(placement, *surge_steps(placement))
        else:
            self._act(placement, [], replaceable(placement))

    def _truncate(self, owner: Obj, history: History, placement: Placement) -> None:
        used = {labels_of(pod).get(REVISION_LABEL) for pods in placement.pods.values() for pod in pods}
        idle = [revision for revision in history.others if labels_of(revision)[REVISION_LABEL] not in used]
        limit = owner["spec"].get("revisionHistoryLimit")
        if limit is not None and len(history.others) > limit:
            self._revisions.truncate(owner, idle)

    def _write(self, owner: Obj, numbers: dict[str, int], collisions: int) -> None:
        current = self.client.get(self.primary, namespace_of(owner), name_of(owner))
        if current is None or uid_of(current) != uid_of(owner):
            return
        status: dict[str, Any] = {**numbers, "observedGeneration": owner["metadata"]["generation"]}
        if collisions:
            status["collisionCount"] = collisions
        self.client.update_status(self.primary, current, status)

    # -- what it remembers

    def save(self) -> Any:
        """The back-offs of failed pods."""
        return tuple(self._failures.items())

    def load(self, state: Any) -> None:
        """Go back to saved back-offs."""
        self._failures = dict(state or ())


def _spare(placement: Placement, running: list[Obj]) -> list[Obj]:
    """The pods that one node has too many, the oldest stays. With surge one old and one new pod may stay for a while."""
    if not placement.surges:
        return running[1:]
    old = [pod for pod in running if not placement.is_new(pod)]
    new = [pod for pod in running if placement.is_new(pod)]
    spare = old[1:] + new[1:]
    if old and new and (not is_ready(old[0]) or placement.is_available(new[0])):
        spare.append(old[0])
    return spare


def _without_node(placement: Placement) -> list[Obj]:
    """Pods that wait for a node that is gone."""
    known = {name_of(node) for node in placement.nodes}
    waiting = (pod for node, pods in placement.pods.items() if node not in known for pod in pods)
    return [pod for pod in waiting if not pod["spec"].get("nodeName") and not deleting(pod)]


def _suits_others(change: Change) -> bool:
    old, new = change.old, change.obj
    if change.type != "MODIFIED" or old is None:
        return True
    if labels_of(old) != labels_of(new):
        return True
    before, after = old.get("spec") or {}, new.get("spec") or {}
    return bool(before.get("taints") != after.get("taints"))


def _next_availability(placement: Placement) -> float | None:
    seconds = placement.owner["spec"].get("minReadySeconds", 0)
    if not seconds:
        return None
    every = (pod for pods in placement.pods.values() for pod in pods)
    return min((wait for pod in every if (wait := available_in(pod, seconds, placement.now))), default=None)


def _next(*waits: float | None) -> Result:
    known = [wait for wait in waits if wait is not None]
    return Result(min(known)) if known else DONE


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (DaemonSetController(cluster),)
