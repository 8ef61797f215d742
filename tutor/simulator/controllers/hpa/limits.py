"""From what the metrics propose to what is done: stabilisation, scaling policies, minimum and maximum.

Source: pkg/controller/podautoscaler/horizontal.go, normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, NamedTuple

from tutor.simulator.resources.autoscaling import DOWNSCALE_STABILIZATION
from tutor.simulator.store import Obj

Condition = tuple[str, bool, str, str]
"""Type, status, reason and message."""

_READY = ("AbleToScale", True, "ReadyForNewScale", "recommended size matches current size")
_HIGHER = "recent recommendations were higher than current one, applying the highest recent recommendation"
_LOWER = "recent recommendations were lower than current one, applying the lowest recent recommendation"
_IN_RANGE = ("DesiredWithinRange", "the desired count is within the acceptable range")
_TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
_TOO_MANY = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
_UP_LIMIT = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
_DOWN_LIMIT = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")


class Moment(NamedTuple):
    """A number of replicas and when it was: a recommendation, or a change of the size."""

    at: float
    replicas: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What the controller remembers of one HPA."""

    recommendations: tuple[Moment, ...] = ()
    ups: tuple[Moment, ...] = ()
    downs: tuple[Moment, ...] = ()

    def with_recommendation(self, moment: Moment, keep_seconds: float) -> Memory:
        """With one more recommendation, and without those that are too old to matter."""
        kept = [old for old in self.recommendations if old.at >= moment.at - keep_seconds]
        return replace(self, recommendations=(*kept, moment))

    def with_change(self, before: int, after: int, now: float, behavior: Mapping[str, Any]) -> Memory:
        """With a change of the size, and without those that no policy looks back to."""
        if after > before:
            kept = _recent(self.ups, now - _longest_period(behavior["scaleUp"]))
            return replace(self, ups=(*kept, Moment(now, after - before)))
        kept = _recent(self.downs, now - _longest_period(behavior["scaleDown"]))
        return replace(self, downs=(*kept, Moment(now, before - after)))


@dataclass(frozen=True, slots=True)
class Limited:
    """The number of replicas that is left of a proposal, and the conditions that say why."""

    replicas: int
    conditions: tuple[Condition, ...]
    memory: Memory


def _recent(moments: Iterable[Moment], since: float) -> list[Moment]:
    return [moment for moment in moments if moment.at >= since]


def _longest_period(rules: Mapping[str, Any]) -> int:
    return max((policy["periodSeconds"] for policy in rules.get("policies") or ()), default=0)


def limit(hpa: Obj, memory: Memory, current: int, proposed: int, now: float) -> Limited:
    """Apply all limits to a proposal."""
    behavior = hpa["spec"].get("behavior")
    if behavior:
        stable, able = _stabilise_both_ways(behavior, memory, current, proposed, now)
        allowed, why = _by_policies(hpa, memory, current, stable, now)
    else:
        stable, able = _stabilise_down(memory, proposed, now)
        allowed, why = _by_default(hpa, current, stable)
    kept = memory.with_recommendation(Moment(now, proposed), _window(behavior))
    limited = ("ScalingLimited", allowed != stable, *why)
    return Limited(allowed, (able, limited), kept)


def _window(behavior: Mapping[str, Any] | None) -> float:
    if not behavior:
        return DOWNSCALE_STABILIZATION
    return max(_seconds(behavior["scaleUp"], 0), _seconds(behavior["scaleDown"], DOWNSCALE_STABILIZATION))


def _seconds(rules: Mapping[str, Any], default: int) -> int:
    found = rules.get("stabilizationWindowSeconds")
    return default if found is None else int(found)


def _stabilise_down(memory: Memory, proposed: int, now: float) -> tuple[int, Condition]:
    recent = _recent(memory.recommendations, now - DOWNSCALE_STABILIZATION)
    highest = max((moment.replicas for moment in recent), default=proposed)
    if highest > proposed:
        return highest, ("AbleToScale", True, "ScaleDownStabilized", _HIGHER)
    return proposed, _READY


def _stabilise_both_ways(
    behavior: Mapping[str, Any], memory: Memory, current: int, proposed: int, now: float
) -> tuple[int, Condition]:
    up_since = now - _seconds(behavior["scaleUp"], 0)
    down_since = now - _seconds(behavior["scaleDown"], DOWNSCALE_STABILIZATION)
    up = min((m.replicas for m in memory.recommendations if m.at > up_since), default=proposed)
    down = max((m.replicas for m in memory.recommendations if m.at > down_since), default=proposed)
    stable = min(max(current, min(up, proposed)), max(down, proposed))
    if stable == proposed:
        return stable, _READY
    if proposed >= current:
        return stable, ("AbleToScale", True, "ScaleUpStabilized", _LOWER)
    return stable, ("AbleToScale", True, "ScaleDownStabilized", _HIGHER)


def _by_default(hpa: Obj, current: int, wanted: int) -> tuple[int, tuple[str, str]]:
    """Without a behavior: at most double the size (or 4), between minimum and maximum."""
    spec = hpa["spec"]
    least, most, fastest = int(spec["minReplicas"]), int(spec["maxReplicas"]), max(2 * current, 4)
    if wanted < least:
        return least, _TOO_FEW
    if wanted > min(most, fastest):
        return min(most, fastest), _UP_LIMIT if most > fastest else _TOO_MANY
    return wanted, _IN_RANGE


def _by_policies(hpa: Obj, memory: Memory, current: int, wanted: int, now: float) -> tuple[int, tuple[str, str]]:
    spec = hpa["spec"]
    if wanted > current:
        most, fastest = int(spec["maxReplicas"]), max(_fastest_up(hpa, memory, current, now), current)
        if wanted > min(most, fastest):
            return min(most, fastest), _UP_LIMIT if most > fastest else _TOO_MANY
    elif wanted < current:
        least, fastest = int(spec["minReplicas"]), min(_fastest_down(hpa, memory, current, now), current)
        if wanted < max(least, fastest):
            return max(least, fastest), _DOWN_LIMIT if least < fastest else _TOO_FEW
    return wanted, _IN_RANGE


def _at_start(memory: Memory, policy: Mapping[str, Any], current: int, now: float) -> int:
    """The size at the beginning of a policy's period."""
    since = now - policy["periodSeconds"]
    added = sum(moment.replicas for moment in memory.ups if moment.at > since)
    removed = sum(moment.replicas for moment in memory.downs if moment.at > since)
    return current - added + removed


def _fastest_up(hpa: Obj, memory: Memory, current: int, now: float) -> int:
    rules = hpa["spec"]["behavior"]["scaleUp"]
    proposals = []
    for policy in rules["policies"]:
        start = _at_start(memory, policy, current, now)
        if policy["type"] == "Pods":
            proposals.append(start + int(policy["value"]))
        else:
            proposals.append(ceil(start * (1 + policy["value"] / 100)))
    return _select(rules, proposals, current, max, min)


def _fastest_down(hpa: Obj, memory: Memory, current: int, now: float) -> int:
    rules = hpa["spec"]["behavior"]["scaleDown"]
    proposals = []
    for policy in rules["policies"]:
        start = _at_start(memory, policy, current, now)
        if policy["type"] == "Pods":
            proposals.append(start - int(policy["value"]))
        else:
            proposals.append(int(start * (1 - policy["value"] / 100)))
    return _select(rules, proposals, current, min, max)


def _select(rules: Mapping[str, Any], proposals: list[int], current: int, most: Any, least: Any) -> int:
    policy = rules.get("selectPolicy")
    if policy == "Disabled":
        return current
    chosen: int = (least if policy == "Min" else most)(proposals)
    return chosen
