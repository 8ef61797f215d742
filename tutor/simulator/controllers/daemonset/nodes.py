"""On which nodes a DaemonSet's pods belong, and the pod for one node.

Source: pkg/controller/daemon/daemon_controller.go nodeShouldRunDaemonPod, pkg/controller/daemon/util/daemonset_util.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.controllers.pods import pod_from_template
from tutor.simulator.controllers.revisions import REVISION_LABEL
from tutor.simulator.objects import annotations_of, labels_of, name_of
from tutor.simulator.resources.apps_daemon_sets import TEMPLATE_GENERATION
from tutor.simulator.scheduler.matching import matches_node_affinity, untolerated
from tutor.simulator.store import Obj

GENERATION_LABEL = "pod-template-generation"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_NAME_FIELD = "metadata.name"
_TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)
"""Troubles of a node that a daemon lives with."""


def daemon_tolerations(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tolerations of a pod spec and those that every daemon has."""
    wanted = (*_TOLERATED, ("network-unavailable", "NoSchedule")) if spec.get("hostNetwork") else _TOLERATED
    tolerations: list[dict[str, Any]] = [dict(given) for given in spec.get("tolerations") or ()]
    for trouble, effect in wanted:
        added = {"key": f"node.kubernetes.io/{trouble}", "operator": "Exists", "effect": effect}
        if added not in tolerations:
            tolerations.append(added)
    return tolerations


def belongs_on(spec: Mapping[str, Any], tolerations: Iterable[Mapping[str, Any]], node: Obj) -> tuple[bool, bool]:
    """Whether a pod of this spec should be started on a node, and whether one that runs there may go on."""
    if spec.get("nodeName") not in (None, "", name_of(node)) or not matches_node_affinity(spec, node):
        return False, False
    taints, covers = (node.get("spec") or {}).get("taints") or (), tuple(tolerations)
    if untolerated(taints, covers, ("NoSchedule", "NoExecute")) is None:
        return True, True
    return False, untolerated(taints, covers, ("NoExecute",)) is None


def target_node(pod: Obj) -> str | None:
    """The node a daemon pod is on or is meant for."""
    spec = pod["spec"]
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(_REQUIRED) or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field["key"] == _NAME_FIELD and len(field.get("values") or ()) == 1:
                return str(field["values"][0])
    return None


def daemon_pod(owner: Obj, digest: str, node: str) -> Obj:
    """A new pod for one node: the scheduler places it, but has no choice."""
    pod = pod_from_template(owner["spec"]["template"], owner)
    spec = pod["spec"]
    spec["tolerations"] = daemon_tolerations(spec)
    spec["affinity"] = _bound_to(spec.get("affinity") or {}, node)
    labels = {**labels_of(pod), REVISION_LABEL: digest}
    generation = annotations_of(owner).get(TEMPLATE_GENERATION)
    if generation:
        labels[GENERATION_LABEL] = generation
    pod["metadata"]["labels"] = labels
    return pod


def _bound_to(affinity: Mapping[str, Any], node: str) -> dict[str, Any]:
    by_name = [{"key": _NAME_FIELD, "operator": "In", "values": [node]}]
    node_affinity = affinity.get("nodeAffinity") or {}
    given = (node_affinity.get(_REQUIRED) or {}).get("nodeSelectorTerms")
    terms = [{**term, "matchFields": by_name} for term in given] if given else [{"matchFields": by_name}]
    return {**affinity, "nodeAffinity": {**node_affinity, _REQUIRED: {"nodeSelectorTerms": terms}}}


def is_updated(owner: Obj, pod: Obj, digest: str) -> bool:
    """Whether a pod is made from the DaemonSet's template."""
    labels = labels_of(pod)
    generation = annotations_of(owner).get(TEMPLATE_GENERATION)
    return labels.get(REVISION_LABEL) == digest or (
        generation is not None and labels.get(GENERATION_LABEL) == generation
    )
