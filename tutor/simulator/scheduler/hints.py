"""Which waiting pods a change may help: the queueing hints of the scheduler's plugins.

Source: pkg/scheduler/framework/plugins, isSchedulableAfter... of interpodaffinity/plugin.go, podtopologyspread/plugin.go,
nodeaffinity/node_affinity.go and volumebinding/volume_binding.go. A plugin without a hint here takes any change of its kind.
"""

from __future__ import annotations

from collections.abc import Callable

from tutor.simulator.objects import labels_of, matches_selector, namespace_of
from tutor.simulator.scheduler.matching import matches_node_affinity, term_selects
from tutor.simulator.scheduler.snapshot import is_assigned
from tutor.simulator.scheduler.topology import required_terms, spread_selector
from tutor.simulator.scheduler.volumes import claim_name
from tutor.simulator.store import Change, Obj, Store

Hint = Callable[[str, Obj], bool]
"""Whether a plugin that refused a pod may take it now."""


def any_change(_: str, __: Obj) -> bool:
    """Nothing more is known than that something of the kind has changed."""
    return True


def placed_pod(change: Change, store: Store) -> Hint:
    """A pod with a node has come, gone or changed."""
    after = change.obj if change.type != "DELETED" and is_assigned(change.obj) else None
    before = change.old or (change.obj if change.type == "DELETED" else None)
    if before is not None and not is_assigned(before):
        before = None

    def helps(plugin: str, pod: Obj) -> bool:
        if plugin == "InterPodAffinity":
            return _affinity(pod, before, after, store)
        return plugin != "PodTopologySpread" or _spread(pod, before, after)

    return helps


def _affinity(pod: Obj, before: Obj | None, after: Obj | None, store: Store) -> bool:
    wanted, unwanted = required_terms(pod, "podAffinity"), required_terms(pod, "podAntiAffinity")

    def is_wanted(other: Obj | None) -> bool:
        return other is not None and bool(wanted) and all(term_selects(term, pod, other, store) for term in wanted)

    def is_unwanted(other: Obj | None) -> bool:
        return other is not None and any(term_selects(term, pod, other, store) for term in unwanted)

    if after is not None:
        return (is_wanted(after) and not is_wanted(before)) or (is_unwanted(before) and not is_unwanted(after))
    theirs = required_terms(before, "podAntiAffinity") if before is not None else []
    return is_unwanted(before) or any(term_selects(term, before or {}, pod, store) for term in theirs)


def _spread(pod: Obj, before: Obj | None, after: Obj | None) -> bool:
    rules = pod["spec"].get("topologySpreadConstraints") or ()
    hard = [rule for rule in rules if rule["whenUnsatisfiable"] == "DoNotSchedule"]

    def counts(other: Obj | None) -> bool:
        if other is None or namespace_of(other) != namespace_of(pod):
            return False
        return any(matches_selector(spread_selector(rule, pod), labels_of(other)) for rule in hard)

    if before is not None and after is not None:
        return counts(before) != counts(after)
    return counts(before) or counts(after)


def changed_node(change: Change) -> Hint:
    """A node has other labels or taints."""
    after, before = change.obj, change.old

    def helps(plugin: str, pod: Obj) -> bool:
        if plugin != "NodeAffinity":
            return True
        fitted = before is not None and matches_node_affinity(pod["spec"], before)
        return not fitted and matches_node_affinity(pod["spec"], after)

    return helps


def changed_claim(change: Change) -> Hint:
    """A claim has come or changed: it helps the pods that use it."""
    claim = change.obj

    def helps(_: str, pod: Obj) -> bool:
        volumes = pod["spec"].get("volumes") or ()
        names = [claim_name(pod, volume) for volume in volumes]
        return namespace_of(pod) == namespace_of(claim) and claim["metadata"]["name"] in names

    return helps


def asks_differently(pod: Obj, old: Obj) -> frozenset[str] | None:
    """The plugins that a change of a waiting pod itself concerns; None for all, as its node may be another now."""
    found: set[str] = set()
    if labels_of(pod) != labels_of(old):
        found |= {"InterPodAffinity", "PodTopologySpread"}
    if pod["spec"].get("tolerations") != old["spec"].get("tolerations"):
        found |= {"NodeUnschedulable", "TaintToleration", "PodTopologySpread"}
    rest = ({**obj["spec"], "tolerations": None} for obj in (pod, old))
    return None if next(rest) != next(rest) else frozenset(found)
