"""The scheduler: assigns pods to nodes (pkg/scheduler)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.engine import DONE, Result
from tutor.simulator.errors import ApiError
from tutor.simulator.events import NORMAL, WARNING, SeriesRecorder
from tutor.simulator.objects import deleting, key_of, labels_of, set_condition, split_key
from tutor.simulator.registry import Writer
from tutor.simulator.scheduler import hints
from tutor.simulator.scheduler.binding import bind
from tutor.simulator.scheduler.decision import Decider, Diagnosis
from tutor.simulator.scheduler.hints import Hint
from tutor.simulator.scheduler.preemption import Preemptor
from tutor.simulator.scheduler.queue import FLUSH_SECONDS, Queue
from tutor.simulator.scheduler.requests import counted_requests
from tutor.simulator.scheduler.snapshot import counts_differently, is_assigned, nominated_node
from tutor.simulator.scheduler.volumes import VolumeCheck
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

NAME = "default-scheduler"
CYCLE = "cycle"
"""The only key: the queue inside says which pod is next."""
_ROOM = frozenset(("NodeResourcesFit", "NodePorts", "PodTopologySpread", "InterPodAffinity", "VolumeRestrictions"))
_SHRUNK = frozenset(("NodeResourcesFit",))
_PLACED = frozenset(("PodTopologySpread", "InterPodAffinity"))
_NODE = frozenset(
    ("NodeUnschedulable", "TaintToleration", "NodeAffinity", "VolumeBinding", "PodTopologySpread", "InterPodAffinity")
)
_SPREADING = ("services", "replicasets.apps", "statefulsets.apps", "replicationcontrollers")
_STORAGE = ("persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io")


class Scheduler:
    """Takes pods from its queue and binds them."""

    name = NAME
    watches = ("pods", "nodes", *_SPREADING, *_STORAGE)

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._client = cluster.client(NAME)
        self._registry = cluster.registry
        self._writer = Writer(NAME, trusted=True)
        self._events = SeriesRecorder(self._client, NAME, f"{NAME}-control-plane")
        self._snapshot = cluster.node_infos
        self._decider = Decider(cluster.store, self._snapshot, cluster.ids)
        self._preemptor = Preemptor(self._client, self._snapshot, self._decider, self._events)
        self._volumes = VolumeCheck(self._client)
        self._queue = Queue()

    # -- what has happened

    def observe(self, change: Change) -> Iterable[str]:
        """Queue pods that are new or may fit now."""
        if change.resource in _SPREADING:
            if change.type != "MODIFIED" or (change.old is not None and change.obj["spec"] != change.old["spec"]):
                self._decider.forget()
            return ()
        if change.resource in _STORAGE:
            return self._storage_changed(change)
        if change.resource == "nodes":
            return self._node_changed(change)
        return self._pod_changed(change)

    def _storage_changed(self, change: Change) -> Iterable[str]:
        binding = frozenset(("VolumeBinding",))
        if change.type == "DELETED":
            return ()
        if change.resource == "persistentvolumeclaims":
            return self._activate(binding, change, hints.changed_claim(change))
        if change.resource == "persistentvolumes" or change.old is None:
            return self._activate(binding, change)
        topologies = [obj.get("allowedTopologies") for obj in (change.old, change.obj)]
        return self._activate(binding, change) if topologies[0] != topologies[1] else ()

    def _node_changed(self, change: Change) -> Iterable[str]:
        if change.type == "ADDED":
            return self._activate(_NODE | _ROOM, change)
        node, old = change.obj, change.old
        if change.type == "DELETED" or old is None:
            return self._activate(frozenset(("PodTopologySpread",)), change)
        helped = set()
        if node["spec"] != old["spec"]:
            helped |= {"NodeUnschedulable", "TaintToleration", "PodTopologySpread"}
        if labels_of(node) != labels_of(old):
            helped |= {"NodeAffinity", "PodTopologySpread", "InterPodAffinity", "VolumeBinding"}
        if node.get("status", {}).get("allocatable") != old.get("status", {}).get("allocatable"):
            helped.add("NodeResourcesFit")
        return self._activate(frozenset(helped), change, hints.changed_node(change)) if helped else ()

    def _pod_changed(self, change: Change) -> Iterable[str]:
        pod = change.obj
        if is_assigned(pod) or (change.old is not None and is_assigned(change.old)):
            return self._assigned_changed(change)
        key = key_of(pod)
        if change.type == "DELETED" or not _is_ours(pod):
            self._queue.forget(key)
            return self._activate(_ROOM, change) if change.old is not None and nominated_node(change.old) else ()
        if change.type == "ADDED" or not self._queue.is_parked(key) or self._may_fit_now(change):
            if change.actor == NAME and change.type != "ADDED":
                return ()
            self._queue.add(key, pod["spec"].get("priority") or 0)
            return (CYCLE,)
        return ()

    def _may_fit_now(self, change: Change) -> bool:
        """Whether a change of a waiting pod itself concerns what refused it."""
        if change.old is None:
            return True
        concerned, refused = hints.asks_differently(change.obj, change.old), self._queue.refused_by(key_of(change.obj))
        return concerned is None or bool(concerned & refused) or (bool(concerned) and not refused)

    def _assigned_changed(self, change: Change) -> Iterable[str]:
        pod, old = change.obj, change.old
        hint = hints.placed_pod(change, self._client.store)
        if change.type == "DELETED" or not is_assigned(pod):
            return self._activate(_ROOM, change, hint)
        if old is None or not is_assigned(old):
            self._queue.forget(key_of(pod))
            elsewhere = old is not None and nominated_node(old) not in ("", pod["spec"]["nodeName"])
            return self._activate(_PLACED | _ROOM, change) if elsewhere else self._activate(_PLACED, change, hint)
        helped = _PLACED if labels_of(pod) != labels_of(old) else frozenset()
        if counts_differently(pod, old) and _asks_for_less(pod, old):
            helped |= _SHRUNK
        return self._activate(helped, change, hint) if helped else ()

    def _activate(self, plugins: frozenset[str], change: Change, hint: Hint = hints.any_change) -> Iterable[str]:
        """Look again at the pods that these plugins refused and that a change may help."""
        found = False
        for key, refused in self._queue.parked(plugins, change.revision):
            pod = self._client.get("pods", *split_key(key))
            if pod is not None and (not refused or any(hint(plugin, pod) for plugin in refused)):
                self._queue.add(key, pod["spec"].get("priority") or 0)
                found = True
        return (CYCLE,) if found else ()

    def resync(self) -> Iterable[str]:
        """All pods that wait for a node."""
        for pod in self._client.list("pods"):
            if _is_ours(pod):
                self._queue.add(key_of(pod), pod["spec"].get("priority") or 0)
        return (CYCLE,)

    # -- what to do

    def reconcile(self, key: str) -> Result:
        """Schedule all pods in the queue."""
        for parked in self._queue.overdue(self._client.now):
            self._queue.add(parked, 0)
        while (next_key := self._queue.pop()) is not None:
            pod = self._client.get("pods", *split_key(next_key))
            if pod is not None and _is_ours(pod):
                self._schedule(pod)
        oldest = self._queue.next_flush()
        if oldest is None:
            return DONE
        return Result(max(0.0, oldest + FLUSH_SECONDS - self._client.now), housekeeping=True)

    def _schedule(self, pod: Obj) -> None:
        seen = self._client.store.revision
        refused = self._volumes.refuse(pod)
        decision = Diagnosis({}, before=refused) if refused else self._decider.choose(pod, self._volumes.placement(pod))
        if isinstance(decision, Diagnosis):
            self._fail(pod, decision, seen)
            return
        namespace, name = split_key(key_of(pod))
        try:
            if not self._volumes.claim(pod, decision):
                self._queue.park(key_of(pod), frozenset(("VolumeBinding",)), self._client.now, seen)
                return
            bound = bind(self._registry, namespace, name, decision, self._writer)
        except ApiError as error:
            if error.namespace_terminating:
                self._tell(pod, "SchedulerError", f'running Bind plugin "DefaultBinder": {error.message}', None)
            return  # gone or going, or assigned by somebody else meanwhile
        note = f"Successfully assigned {namespace}/{name} to {decision}"
        self._events.record({**bound, "metadata": pod["metadata"]}, NORMAL, "Scheduled", "Binding", note)

    def _fail(self, pod: Obj, diagnosis: Diagnosis, seen: int) -> None:
        total = len(self._snapshot.ready_nodes())
        outcome = self._preemptor.preempt(pod, diagnosis) if total else None
        message = diagnosis.message(total, outcome.message if outcome else "")
        plugins = frozenset(("VolumeBinding",)) if diagnosis.before else diagnosis.plugins
        self._queue.park(key_of(pod), plugins, self._client.now, seen)
        self._events.record(pod, WARNING, "FailedScheduling", "Scheduling", message)
        self._tell(pod, "Unschedulable", message, outcome.node if outcome else None)

    def _tell(self, pod: Obj, reason: str, message: str, nominated: str | None) -> None:
        condition: dict[str, Any] = {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
            "observedGeneration": pod["metadata"].get("generation", 1),
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(self._client.now),
        }
        status = {**pod["status"], "conditions": set_condition(pod["status"].get("conditions") or [], condition)}
        if nominated is not None:
            status.pop("nominatedNodeName", None)
        if nominated:
            status["nominatedNodeName"] = nominated
        self._client.update_status("pods", pod, status)

    # -- saving

    def save(self) -> Any:
        """The queue, and where among many nodes to go on."""
        return self._queue.save(), self._decider.start

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._decider.forget()
        queue, self._decider.start = state
        self._queue.load(queue)


def _is_ours(pod: Obj) -> bool:
    """Whether a pod waits for this scheduler."""
    spec = pod["spec"]
    return (
        not spec.get("nodeName")
        and not deleting(pod)
        and spec.get("schedulerName", NAME) == NAME
        and not spec.get("schedulingGates")
        and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")
    )


def _asks_for_less(pod: Obj, old: Obj) -> bool:
    """Whether a resize leaves room for others (pkg/scheduler/framework/events.go, extractPodScaleDown)."""
    new = counted_requests(pod)
    return any(new.get(name, 0) < amount for name, amount in counted_requests(old).items())


def actors(cluster: SimulatedCluster) -> Iterable[Scheduler]:
    """The scheduler."""
    return (Scheduler(cluster),)
