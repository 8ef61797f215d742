"""Whether pods and nodes suit each other: taints, node affinity, and the selectors of pod affinity terms.

Source: component-helpers/scheduling/corev1, pkg/apis/core/v1/helper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.objects import labels_of, matches_labels, matches_selector, namespace_of
from tutor.simulator.store import Obj, Store

Taint = Mapping[str, str]


def tolerates(toleration: Mapping[str, Any], taint: Taint) -> bool:
    """Whether one toleration covers one taint."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    operator = toleration.get("operator") or "Equal"
    if operator == "Exists":
        return True
    value = taint.get("value", "")
    if operator in ("Lt", "Gt"):
        return _compares(operator, value, str(toleration.get("value", "")))
    return bool(toleration.get("key")) and toleration.get("value", "") == value


def _compares(operator: str, value: str, limit: str) -> bool:
    try:
        return int(value) < int(limit) if operator == "Lt" else int(value) > int(limit)
    except ValueError:
        return False


def untolerated(
    taints: Iterable[Taint], tolerations: Iterable[Mapping[str, Any]], effects: Iterable[str]
) -> Taint | None:
    """The first taint with one of the effects that no toleration covers."""
    wanted, covers = tuple(effects), tuple(tolerations)
    for taint in taints:
        if taint["effect"] in wanted and not any(tolerates(toleration, taint) for toleration in covers):
            return taint
    return None


def matches_node_term(term: Mapping[str, Any], node: Obj) -> bool:
    """A NodeSelectorTerm: all its expressions match; an empty one matches nothing."""
    labels, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not labels and not fields:
        return False
    name = {"metadata.name": node["metadata"]["name"]}
    return all(_requirement(r, labels_of(node)) for r in labels) and all(_requirement(r, name) for r in fields)


def _requirement(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator = requirement["key"], requirement["operator"]
    if operator in ("Gt", "Lt"):
        try:
            have, limit = int(labels[key]), int(requirement["values"][0])
        except (KeyError, ValueError, IndexError):
            return False
        return have > limit if operator == "Gt" else have < limit
    return matches_selector({"matchExpressions": [requirement]}, labels)


def matches_node_affinity(spec: Mapping[str, Any], node: Obj) -> bool:
    """nodeSelector and required node affinity of a pod spec."""
    if not matches_labels(spec.get("nodeSelector") or {}, labels_of(node)):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    return any(matches_node_term(term, node) for term in required.get("nodeSelectorTerms") or ())


def named_nodes(spec: Mapping[str, Any]) -> frozenset[str] | None:
    """The nodes that required node affinity names in each of its terms, as DaemonSets do; None when it may be others too
    (plugins/nodeaffinity, PreFilter)."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    names: frozenset[str] | None = None
    for term in required.get("nodeSelectorTerms") or ():
        fields = term.get("matchFields") or ()
        listed = [frozenset(f["values"]) for f in fields if (f["key"], f["operator"]) == ("metadata.name", "In")]
        if not listed:
            return None
        names = frozenset.intersection(*listed) | (names or frozenset())
    return names


def node_affinity_score(spec: Mapping[str, Any], node: Obj) -> int:
    """The sum of the weights of the preferred terms that a node matches."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    preferred = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return sum(int(term["weight"]) for term in preferred if _matches_preference(term["preference"], node))


def _matches_preference(term: Mapping[str, Any], node: Obj) -> bool:
    empty = not term.get("matchExpressions") and not term.get("matchFields")
    return empty or matches_node_term(term, node)


def term_selects(term: Mapping[str, Any], owner: Obj, other: Obj, store: Store) -> bool:
    """Whether a pod affinity term of `owner` means the pod `other`."""
    selector = _with_label_keys(term, owner)
    return matches_selector(selector, labels_of(other)) and _in_namespaces(term, owner, other, store)


def _with_label_keys(term: Mapping[str, Any], owner: Obj) -> Mapping[str, Any] | None:
    """The term's selector with what matchLabelKeys and mismatchLabelKeys take from the owner's labels."""
    selector: Mapping[str, Any] | None = term.get("labelSelector")
    labels = labels_of(owner)
    extra = [
        {"key": key, "operator": operator, "values": [labels[key]]}
        for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn"))
        for key in term.get(field) or ()
        if key in labels
    ]
    if selector is None or not extra:
        return selector
    return {**selector, "matchExpressions": [*(selector.get("matchExpressions") or ()), *extra]}


def _in_namespaces(term: Mapping[str, Any], owner: Obj, other: Obj, store: Store) -> bool:
    where = namespace_of(other)
    listed, selector = term.get("namespaces") or (), term.get("namespaceSelector")
    if not listed and selector is None:
        return where == namespace_of(owner)
    if where in listed:
        return True
    namespace = store.get("namespaces", "", where)
    return selector is not None and namespace is not None and matches_selector(selector, labels_of(namespace))
