"""Says how many pods of a PodDisruptionBudget may be evicted now (pkg/controller/disruption/disruption.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import parse_timestamp, timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.deployment.arithmetic import scaled_value
from tutor.simulator.controllers.go_format import go_selector
from tutor.simulator.controllers.pods import is_ready
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import (
    controller_of,
    deleting,
    get_condition,
    key_of,
    labels_of,
    matches_selector,
    name_of,
    namespace_of,
    split_key,
    uid_of,
)
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

DELETION_SECONDS = 120.0
"""How long an evicted pod may take to show that it is being deleted."""
_OVERLAP = "pod:"
"""Prefix of the keys of pods that more than one budget matches."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """Pods there should be, and how many of them have to be healthy."""

    expected: int
    desired: int
    unmanaged: bool = False


class _Failed(Exception):
    """The number of pods cannot be worked out."""


class DisruptionController(Controller):
    """Syncs PodDisruptionBudgets."""

    name = "disruption-controller"
    primary = "poddisruptionbudgets.policy"
    secondary = ("pods", "deployments.apps", "replicasets.apps", "statefulsets.apps", "replicationcontrollers")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.events = EventRecorder(self.client, "controllermanager")

    def affected(self, change: Change) -> Iterable[str]:
        """The budgets of a pod; all budgets of a namespace when a workload there changes its size."""
        namespace = namespace_of(change.obj)
        budgets = self.store.list(self.primary, namespace)
        if change.resource != "pods":
            return [key_of(budget) for budget in budgets] if _resized(change) else ()
        labels = [labels_of(obj) for obj in (change.obj, change.old) if obj is not None]
        keys = [key_of(budget) for budget in budgets if any(_selects(budget, found) for found in labels)]
        return [*keys, _OVERLAP + key_of(change.obj)] if len(keys) > 1 and change.type != "DELETED" else keys

    def reconcile(self, key: str) -> Result:
        """Look at a budget, or at a pod that several budgets match."""
        if not key.startswith(_OVERLAP):
            return super().reconcile(key)
        pod = self.client.get("pods", *split_key(key.removeprefix(_OVERLAP)))
        every = self.store.list(self.primary, namespace_of(pod)) if pod is not None else []
        names = sorted(name_of(budget) for budget in every if pod is not None and _selects(budget, labels_of(pod)))
        if pod is not None and len(names) > 1:
            where = f'Pod "{namespace_of(pod)}"/"{name_of(pod)}"'
            text = f'{where} matches multiple PodDisruptionBudgets.  Chose "{names[0]}" arbitrarily.'
            self.events.warning(pod, "MultiplePodDisruptionBudgets", text)
        return DONE

    def sync(self, budget: Obj) -> Result:
        """Count the pods, and write what that allows."""
        every = self.store.list("pods", namespace_of(budget))
        pods = [pod for pod in every if _selects(budget, labels_of(pod))]
        if not pods:
            self.events.normal(budget, "NoPods", "No matching pods found")
        try:
            counts = self._count(budget, pods)
        except _Failed as error:
            text = f"Failed to calculate the number of expected pods: {error}"
            self.events.warning(budget, "CalculateExpectedPodCountFailed", text)
            self._fail(budget, str(error))
            raise Retry(text) from error
        if counts.unmanaged:
            self._tell_unmanaged(budget)
        disrupted, wait = self._still_going(budget, pods)
        healthy = sum(is_ready(pod) and not deleting(pod) and name_of(pod) not in disrupted for pod in pods)
        self._write(budget, counts, healthy, disrupted)
        return DONE if wait is None else Result(wait)

    def _tell_unmanaged(self, budget: Obj) -> None:
        selector = go_selector(budget["spec"].get("selector"))
        text = (
            f"Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a result, the "
            "status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these "
            'pods please set ".spec.minAvailable" field of the PDB to an integer value.'
        )
        self.events.warning(budget, "UnmanagedPods", text)

    # -- how many

    def _count(self, budget: Obj, pods: list[Obj]) -> _Counts:
        least, most = budget["spec"].get("minAvailable"), budget["spec"].get("maxUnavailable")
        if most is not None:
            expected, unmanaged = self._expected(pods)
            return _Counts(expected, max(0, expected - scaled_value(most, expected, up=True)), unmanaged)
        if isinstance(least, str):
            expected, unmanaged = self._expected(pods)
            return _Counts(expected, scaled_value(least, expected, up=True), unmanaged)
        return _Counts(len(pods), int(least if least is not None else 1))

    def _expected(self, pods: list[Obj]) -> tuple[int, bool]:
        """The sizes of all workloads that the pods belong to, and whether a pod belongs to none. Raises _Failed."""
        owners = {reference["uid"]: reference for pod in pods if (reference := controller_of(pod)) is not None}
        unmanaged = any(controller_of(pod) is None for pod in pods)
        namespace = namespace_of(pods[0]) if pods else ""
        sizes = dict(self._workload(namespace, reference) for reference in owners.values())
        return sum(sizes.values()), unmanaged

    def _workload(self, namespace: str, reference: Mapping[str, Any]) -> tuple[str, int]:
        """Uid and size of the workload at the top: a ReplicaSet counts through its Deployment."""
        resource = self.cluster.scheme.by_kind(reference["apiVersion"], reference["kind"])
        owner = self.client.get(resource.storage_id, namespace, reference["name"]) if resource else None
        if resource is None or owner is None or uid_of(owner) != reference["uid"]:
            raise _Failed(f'found no controller ref for pod of {reference["kind"]} "{reference["name"]}"')
        above = controller_of(owner)
        if resource.kind == "ReplicaSet" and above is not None and above["kind"] == "Deployment":
            return self._workload(namespace, above)
        if resource.scale is None:
            raise _Failed(f"{resource.id} does not implement the scale subresource")
        return uid_of(owner), int(owner["spec"].get("replicas") or 0)

    def _still_going(self, budget: Obj, pods: list[Obj]) -> tuple[dict[str, str], float | None]:
        """Evicted pods whose deletion does not show yet, and when the next of them counts as not deleted after all."""
        by_name = {name_of(pod): pod for pod in pods}
        going: dict[str, str] = {}
        waits = []
        for name, since in ((budget.get("status") or {}).get("disruptedPods") or {}).items():
            pod = by_name.get(name)
            if pod is None or deleting(pod):
                continue
            left = parse_timestamp(since) + DELETION_SECONDS - self.now
            if left > 0:
                going[name] = since
                waits.append(left)
            else:
                text = f"Pod was expected by PDB {key_of(budget)} to be deleted but it wasn't"
                self.events.warning(pod, "NotDeleted", text)
        return going, min(waits, default=None)

    # -- the status

    def _write(self, budget: Obj, counts: _Counts, healthy: int, disrupted: dict[str, str]) -> None:
        allowed = max(0, healthy - counts.desired) if counts.expected > 0 else 0
        status: dict[str, Any] = {
            "currentHealthy": healthy,
            "desiredHealthy": counts.desired,
            "disruptionsAllowed": allowed,
            "expectedPods": counts.expected,
            "observedGeneration": budget["metadata"]["generation"],
        }
        if disrupted:
            status["disruptedPods"] = disrupted
        reason = "SufficientPods" if allowed else "InsufficientPods"
        status["conditions"] = [self._condition(budget, allowed > 0, reason, "")]
        self.client.update_status(self.primary, budget, status)

    def _fail(self, budget: Obj, why: str) -> None:
        condition = self._condition(budget, False, "SyncFailed", why)
        status = {**(budget.get("status") or {}), "disruptionsAllowed": 0, "conditions": [condition]}
        self.client.update_status(self.primary, budget, status)

    def _condition(self, budget: Obj, value: bool, reason: str, message: str) -> dict[str, Any]:
        old = get_condition(budget.get("status") or {}, "DisruptionAllowed")
        same = old is not None and old["status"] == str(value)
        return {
            "type": "DisruptionAllowed",
            "status": str(value),
            "reason": reason,
            "message": message,
            "observedGeneration": budget["metadata"]["generation"],
            "lastTransitionTime": old["lastTransitionTime"] if same and old else timestamp(self.now),
        }


def _selects(budget: Obj, labels: Mapping[str, str]) -> bool:
    return matches_selector(budget["spec"].get("selector"), labels)


def _resized(change: Change) -> bool:
    if change.type != "MODIFIED" or change.old is None:
        return True
    return bool(change.old["spec"].get("replicas") != change.obj["spec"].get("replicas"))


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (DisruptionController(cluster),)
