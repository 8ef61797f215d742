"""What the pictures have in common: colours, Pods in a few cells, and who owns whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from textual.content import Content

from tutor.ui.live.state import ClusterState, Object, name_of, owner_of
from tutor.ui.live.words import PodState, pod_state

TONES = {"good": "$text-success", "bad": "$text-error", "moving": "$text-warning", "": "$text-muted"}
HEADING = "bold $text-primary"


def tone_of(state: PodState) -> str:
    """The style of a Pod's mark."""
    return TONES["good" if state.ready else "bad" if state.trouble else "moving"]


def pod_label(pod: Object) -> Content:
    """A Pod by its mark and its name."""
    state = pod_state(pod)
    return Content.assemble((state.mark, tone_of(state)), " ", name_of(pod))


def short_name(pod: Object) -> str:
    """A Pod's name without the hash of its template, which its ReplicaSet has put in the middle."""
    name = name_of(pod)
    digest = ((pod.get("metadata") or {}).get("labels") or {}).get("pod-template-hash")
    return name.replace(f"-{digest}-", " ", 1) if digest else name


def by_owner(state: ClusterState, kind: str) -> Mapping[str | None, list[Object]]:
    """The objects of a kind by the uid of what controls them; None for those that nothing controls."""
    found: dict[str | None, list[Object]] = defaultdict(list)
    for obj in state.all(kind):
        found[owner_of(obj)].append(obj)
    return found
