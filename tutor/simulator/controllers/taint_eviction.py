"""Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer (pkg/controller/tainteviction)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.placed import disruption, index_pods_by_node, pods_on
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import key_of, name_of, namespace_of, set_condition, split_key
from tutor.simulator.scheduler.matching import tolerates
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

Taints = list[Mapping[str, Any]]


class TaintEvictionController(Controller):
    """Keys are those of pods. It remembers since when each pod's time is running."""

    name = "taint-eviction-controller"
    primary = "pods"
    secondary = ("nodes",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_pods_by_node(self.store)
        self._since: dict[str, tuple[float, float]] = {}
        """By pod: when its time began to run, and when it is over."""

    def observe(self, change: Change) -> Iterable[str]:
        """All pods of a node with other NoExecute taints than before; a pod that is new on a node with some, or gone."""
        if change.resource == "nodes":
            before = _no_execute(change.old) if change.old is not None and change.type == "MODIFIED" else []
            now = [] if change.type == "DELETED" else _no_execute(change.obj)
            return [] if before == now else [key_of(pod) for pod in pods_on(self.store, name_of(change.obj))]
        key = key_of(change.obj)
        if key in self._since or (_is_placed(change) and self._taints(change.obj)):
            return (key,)
        return ()

    def resync(self) -> Iterable[str]:
        """The pods of all nodes with such taints."""
        return [key_of(pod) for pod in self.store.list("pods") if self._taints(pod)]

    def _taints(self, pod: Obj) -> Taints:
        node = self.client.get("nodes", "", pod["spec"].get("nodeName", ""))
        return _no_execute(node) if node is not None else []

    def reconcile(self, key: str) -> Result:
        """Delete the pod if its time is over, or let the time run."""
        pod = self.client.get("pods", *split_key(key))
        if pod is None:
            self._cancel(key)
            return DONE
        seconds = _tolerated_for(pod, self._taints(pod))
        if seconds is None:
            self._cancel(key)
            return DONE
        if seconds == 0:
            self._cancel(key)
            self._evict(key, pod)
            return DONE
        return self._let_run(key, pod, seconds)

    def _let_run(self, key: str, pod: Obj, seconds: float) -> Result:
        began, due = self._since.get(key, (self.now, self.now + seconds))
        if key in self._since and began + seconds < due:
            self._cancel(key)
            due = began + seconds
        self._since[key] = (began, due)
        if self.now < due:
            return Result(due - self.now)
        del self._since[key]
        self._evict(key, pod)
        return DONE

    def _evict(self, key: str, pod: Obj) -> None:
        self._tell(key, f"Marking for deletion Pod {key}")
        text = "Taint manager: deleting due to NoExecute taint"
        condition = disruption(pod, "DeletionByTaintManager", text, timestamp(self.now))
        conditions = set_condition(pod["status"].get("conditions") or (), condition)
        self.client.update_status("pods", pod, {**pod["status"], "conditions": conditions})
        self.client.delete("pods", namespace_of(pod), name_of(pod))

    def _cancel(self, key: str) -> None:
        if self._since.pop(key, None) is not None:
            self._tell(key, f"Cancelling deletion of Pod {key}")

    def _tell(self, key: str, text: str) -> None:
        """These events name the pod without its uid, so `kubectl describe` does not show them."""
        namespace, name = split_key(key)
        pod: Obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}}
        self.events.normal(pod, "TaintManagerEviction", text)

    def save(self) -> Any:
        """The times that are running."""
        return tuple(self._since.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._since = dict(state or ())


def _no_execute(node: Obj) -> Taints:
    return [taint for taint in (node.get("spec") or {}).get("taints") or () if taint["effect"] == "NoExecute"]


def _is_placed(change: Change) -> bool:
    """Whether a pod has come to a node, or tolerates something else."""
    if change.type == "DELETED" or not change.obj["spec"].get("nodeName"):
        return False
    if change.old is None:
        return True
    before, now = change.old["spec"], change.obj["spec"]
    return before is not now and any(before.get(name) != now.get(name) for name in ("nodeName", "tolerations"))


def _tolerated_for(pod: Obj, taints: Taints) -> float | None:
    """Seconds for which a pod tolerates all taints: 0 when one is not tolerated, None when all are for ever."""
    tolerations = pod["spec"].get("tolerations") or ()
    used = [[toleration for toleration in tolerations if tolerates(toleration, taint)] for taint in taints]
    if not all(used):
        return 0.0
    seconds = [t["tolerationSeconds"] for group in used for t in group if t.get("tolerationSeconds") is not None]
    return max(0.0, float(min(seconds))) if seconds else None


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (TaintEvictionController(cluster),)
