"""HorizontalPodAutoscalers change the size of workloads by what their pods use (pkg/controller/podautoscaler/horizontal.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.go_format import go_list
from tutor.simulator.controllers.hpa.limits import Memory, Moment, limit
from tutor.simulator.controllers.hpa.scaling import ScaleError, ScaleTarget, find_target
from tutor.simulator.controllers.hpa.sources import UNKNOWN, Measured, SourceError, measure
from tutor.simulator.engine import DONE, Result
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import key_of, labels_of, matches_selector, namespace_of, split_key
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

PERIOD = 15.0
"""Seconds between two looks at an HPA; its creation and a change of its spec cause one at once."""
_BELOW = "All metrics below target"


class _Undecided(Exception):
    """No number of replicas can be worked out; the message is the event's."""


@dataclass(slots=True)
class _Look:
    """An HPA, its target, and the status that is being worked out."""

    hpa: Obj
    target: ScaleTarget
    conditions: list[dict[str, Any]]
    metrics: list[dict[str, Any]] | None = None
    reason: str = ""
    """Why the size changes."""
    rescaled: bool = False
    measured: list[Measured] = field(default_factory=list)


class HorizontalController(Controller):
    """Syncs HorizontalPodAutoscalers. It remembers recent recommendations and changes of the size, when each is due, and whose
    pods each was found to measure."""

    name = "horizontal-pod-autoscaler"
    primary = "horizontalpodautoscalers.autoscaling"

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self._memories: dict[str, Memory] = {}
        self._due: dict[str, float] = {}
        self._selectors: dict[str, Mapping[str, Any]] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """HPAs that are new or gone or ask for something else; a new status is no reason to look."""
        old = change.old["metadata"].get("generation") if change.old is not None else None
        if change.type == "MODIFIED" and old == change.obj["metadata"].get("generation"):
            return ()
        return (key_of(change.obj),)

    def reconcile(self, key: str) -> Result:
        """Look at one HPA, and come back after a while."""
        hpa = self.client.get(self.primary, *split_key(key))
        if hpa is None:
            for memory in (self._memories, self._due, self._selectors):
                memory.pop(key, None)
            return DONE
        self._autoscale(hpa)
        if self._due.get(key, 0.0) <= self.now:
            self._due[key] = self.now + PERIOD
        return Result(self._due[key] - self.now, housekeeping=True)

    def _autoscale(self, hpa: Obj) -> None:
        conditions = [dict(condition) for condition in (hpa.get("status") or {}).get("conditions") or ()]
        try:
            target = find_target(self.client, hpa)
        except ScaleError as error:
            self.events.warning(hpa, "FailedGetScale", str(error))
            text = f"the HPA controller was unable to get the target's current scale: {error}"
            self._set(conditions, "AbleToScale", False, "FailedGetScale", text)
            self.client.update_status(self.primary, hpa, {**hpa["status"], "conditions": conditions})
            return
        text = "the HPA controller was able to get the target's current scale"
        self._set(conditions, "AbleToScale", True, "SucceededGetScale", text)
        self._memories.setdefault(key_of(hpa), Memory((Moment(self.now, target.replicas),)))
        look = _Look(hpa, target, conditions)
        try:
            desired = self._desired(look)
            if desired != target.replicas and not self._rescale(look, desired):
                desired = hpa["status"].get("desiredReplicas", 0)
            self._write(look, desired)
        except _Undecided as error:
            self._write(look, hpa["status"].get("desiredReplicas", 0))
            self.events.warning(hpa, "FailedComputeMetricsReplicas", str(error))

    # -- how many

    def _desired(self, look: _Look) -> int:
        spec, current = look.hpa["spec"], look.target.replicas
        if current == 0:
            text = "scaling is disabled since the replica count of the target is zero"
            self._set(look.conditions, "ScalingActive", False, "ScalingDisabled", text)
            return 0
        if current > spec["maxReplicas"]:
            look.reason = "Current number of replicas above Spec.MaxReplicas"
            return int(spec["maxReplicas"])
        if current < spec["minReplicas"]:
            look.reason = "Current number of replicas below Spec.MinReplicas"
            return int(spec["minReplicas"])
        chosen = self._measure(look)
        if chosen.proposal.replicas > current:
            look.reason = f"{chosen.name} above target"
        elif chosen.proposal.replicas < current:
            look.reason = _BELOW
        key = key_of(look.hpa)
        limited = limit(look.hpa, self._memories[key], current, chosen.proposal.replicas, self.now)
        self._memories[key] = limited.memory
        for condition in limited.conditions:
            self._set(look.conditions, *condition)
        return limited.replicas

    def _measure(self, look: _Look) -> Measured:
        """The metric that asks for most. Raises _Undecided when all fail, or some fail and the others would scale down."""
        pods = self._pods(look)
        specs = look.hpa["spec"]["metrics"]
        look.metrics = []
        failures: list[SourceError] = []
        for spec in specs:
            try:
                found = measure(look.hpa, spec, look.target.replicas, pods, self.cluster.metrics, self.now)
            except SourceError as error:
                self.events.warning(look.hpa, error.reason, error.message)
                failures.append(error)
                look.metrics.append(dict(UNKNOWN))
                continue
            look.measured.append(found)
            look.metrics.append(found.status)
        best = max(look.measured, key=lambda measured: measured.proposal.replicas, default=None)
        if best is None or (failures and best.proposal.replicas < look.target.replicas):
            text = f"the HPA was unable to compute the replica count: {failures[0].message}"
            self._set(look.conditions, "ScalingActive", False, failures[0].reason, text)
            count = f"{len(failures)} invalid out of {len(specs)}"
            raise _Undecided(f"invalid metrics ({count}), first error is: {failures[0].summary}")
        text = f"the HPA was able to successfully calculate a replica count from {best.name}"
        self._set(look.conditions, "ScalingActive", True, "ValidMetricFound", text)
        return best

    def _pods(self, look: _Look) -> list[Obj]:
        selector = look.target.selector
        if look.target.problem:
            text = f"couldn't convert selector into a corresponding internal selector object: {look.target.problem}"
            self.events.warning(look.hpa, "InvalidSelector", text)
            self._set(look.conditions, "ScalingActive", False, "InvalidSelector", text)
            raise _Undecided(text)
        if not selector:
            self.events.warning(look.hpa, "SelectorRequired", "selector is required")
            text = "the HPA target's scale is missing a selector"
            self._set(look.conditions, "ScalingActive", False, "InvalidSelector", text)
            raise _Undecided("selector is required")
        self._selectors[key_of(look.hpa)] = selector
        every = self.store.list("pods", namespace_of(look.hpa))
        pods = [pod for pod in every if matches_selector(selector, labels_of(pod))]
        rivals = self._rivals(look.hpa, pods)
        if rivals:
            names = go_list(sorted([key_of(look.hpa), *rivals])[:2])
            text = f"pods by selector {look.target.selector_text} are controlled by more than one HPA (e.g. {names})"
            self.events.warning(look.hpa, "AmbiguousSelector", text)
            self._set(look.conditions, "ScalingActive", False, "AmbiguousSelector", text)
            raise _Undecided(text)
        return pods

    def _rivals(self, hpa: Obj, pods: list[Obj]) -> list[str]:
        """Other HPAs that are known to measure some of the same pods: those that got so far in a look of their own."""
        namespace, own = namespace_of(hpa), key_of(hpa)
        return [
            key
            for key, selector in self._selectors.items()
            if key != own
            and split_key(key)[0] == namespace
            and any(matches_selector(selector, labels_of(pod)) for pod in pods)
        ]

    # -- what is done

    def _rescale(self, look: _Look, desired: int) -> bool:
        """Ask for another size; says whether that was possible."""
        hpa, before = look.hpa, look.target.replicas
        try:
            look.target.set_replicas(self.client, desired)
        except ApiError as error:
            text = f"New size: {desired}; reason: {look.reason}; error: {error.message}"
            self.events.warning(hpa, "FailedRescale", text)
            text = f"the HPA controller was unable to update the target scale: {error.message}"
            self._set(look.conditions, "AbleToScale", False, "FailedUpdateScale", text)
            return False
        look.rescaled = True
        text = f"the HPA controller was able to update the target scale to {desired}"
        self._set(look.conditions, "AbleToScale", True, "SucceededRescale", text)
        self.events.normal(hpa, "SuccessfulRescale", f"New size: {desired}; reason: {look.reason}")
        if hpa["spec"].get("behavior"):
            memory = self._memories[key_of(hpa)]
            self._memories[key_of(hpa)] = memory.with_change(before, desired, self.now, hpa["spec"]["behavior"])
        text = "the HPA controller did not scale the workload to zero"
        self._set(look.conditions, "ScaledToZero", False, "NotScaledToZero", text)
        return True

    def _write(self, look: _Look, desired: int) -> None:
        status: dict[str, Any] = {"currentMetrics": look.metrics, "desiredReplicas": desired}
        if look.target.replicas:
            status["currentReplicas"] = look.target.replicas
        before = look.hpa["status"].get("lastScaleTime")
        if look.rescaled or before:
            status["lastScaleTime"] = timestamp(self.now) if look.rescaled else before
        status["conditions"] = look.conditions
        status["observedGeneration"] = look.hpa["metadata"]["generation"]
        self.client.update_status(self.primary, look.hpa, status)

    def _set(self, conditions: list[dict[str, Any]], kind: str, value: bool, reason: str, message: str) -> None:
        """Set a condition; only a change of its status is a transition."""
        for condition in conditions:
            if condition["type"] == kind:
                if condition["status"] != str(value):
                    condition["lastTransitionTime"] = timestamp(self.now)
                condition.update(status=str(value), reason=reason, message=message)
                return
        since: Mapping[str, Any] = {"lastTransitionTime": timestamp(self.now)}
        conditions.append({"type": kind, "status": str(value), **since, "reason": reason, "message": message})

    # -- what it remembers

    def save(self) -> Any:
        """What is remembered of each HPA."""
        return tuple(tuple(memory.items()) for memory in (self._memories, self._due, self._selectors))

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        memories, due, selectors = state or ((), (), ())
        self._memories, self._due, self._selectors = dict(memories), dict(due), dict(selectors)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (HorizontalController(cluster),)
