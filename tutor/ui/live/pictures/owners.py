"""What owns what: controllers, the Pods they have made, and what scales them, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from tutor.ui.live.pictures.parts import HEADING, TONES, by_owner, pod_label, tone_of
from tutor.ui.live.rows import Row, autoscaler_text, rows
from tutor.ui.live.state import ClusterState, Object, name_of, uid_of
from tutor.ui.live.words import pod_state
from tutor.ui.text import cells

TITLE_CELLS = 44
ROOTS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Pod")


def owners_picture(state: ClusterState, width: int) -> list[Content]:
    """The lines of the tree; `width` in cells."""
    children = by_owner(state, "ReplicaSet"), by_owner(state, "Pod")
    known = {uid_of(obj) for kind in ROOTS for obj in state.all(kind)}
    said = {row.title: row for row in rows(state)}
    lines: list[Content] = []
    for kind in ROOTS:
        for obj in state.all(kind):
            if _owner_uid(obj) not in known:
                lines += _root(kind, obj, children, said, state)
    if not lines:
        return [Content.styled("Nothing runs in this namespace yet.", "$text-muted")]
    return [line.truncate(width, ellipsis=True) for line in lines]


def _owner_uid(obj: Object) -> str | None:
    references = (obj.get("metadata") or {}).get("ownerReferences") or ()
    return next((str(entry.get("uid")) for entry in references if entry.get("controller")), None)


def _root(
    kind: str,
    obj: Object,
    children: Sequence[Mapping[str | None, list[Object]]],
    said: Mapping[str, Row],
    state: ClusterState,
) -> Iterator[Content]:
    if kind == "Pod":
        yield _pod("", obj)
        return
    yield _line("", kind, obj, said)
    scalers = [one for one in state.all("HorizontalPodAutoscaler") if _scales(one, kind, name_of(obj))]
    for scaler in scalers:
        yield Content.assemble(("│  ", ""), (f"scaled by {name_of(scaler)}: {autoscaler_text(scaler)}", "$text-muted"))
    yield from _below("", obj, children, said)


def _scales(scaler: Object, kind: str, name: str) -> bool:
    target = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
    return (target.get("kind"), target.get("name")) == (kind, name)


def _below(
    indent: str, obj: Object, children: Sequence[Mapping[str | None, list[Object]]], said: Mapping[str, Row]
) -> Iterator[Content]:
    sets, pods = (listed.get(uid_of(obj), []) for listed in children)
    live = [one for one in sets if children[1].get(uid_of(one)) or _wanted(one)]
    idle = len(sets) - len(live)
    entries: list[Object | str] = [*live, *pods]
    if idle:
        entries.append(f"{idle} old ReplicaSet{'s' if idle > 1 else ''}, kept for rolling back")
    for place, entry in enumerate(entries):
        last = place == len(entries) - 1
        branch, further = ("└─ ", "   ") if last else ("├─ ", "│  ")
        if isinstance(entry, str):
            yield Content.assemble(indent + branch, (entry, "$text-muted"))
        elif entry in live:
            yield _line(indent + branch, "ReplicaSet", entry, said)
            yield from _below(indent + further, entry, children, said)
        else:
            yield _pod(indent + branch, entry)


def _wanted(replica_set: Object) -> int:
    return int((replica_set.get("spec") or {}).get("replicas", 1) or 0)


def _line(lead: str, kind: str, obj: Object, said: Mapping[str, Row]) -> Content:
    title = f"{kind} {name_of(obj)}"
    row = said.get(title)
    text, tone = (row.text, row.tone) if row else _counts(obj)
    name = cells(title, max(TITLE_CELLS - len(lead), len(title)))
    return Content.assemble(lead, (name, HEADING if not lead else "bold"), "  ", (text, TONES[tone]))


_COUNTS = {"readyReplicas": "replicas", "numberReady": "desiredNumberScheduled", "succeeded": "completions"}
"""Where a controller says how many of its Pods are as wanted, and where it says how many there should be."""


def _counts(obj: Object) -> tuple[str, str]:
    """How far a StatefulSet, DaemonSet or Job is, and in which tone to say so."""
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    for done, wanted in _COUNTS.items():
        want = spec.get(wanted, status.get(wanted))
        if want is not None:
            have = int(status.get(done) or 0)
            word = "done" if done == "succeeded" else "ready"
            return f"{have} of {want} {word}", "good" if have == want else "moving"
    return "", ""


def _pod(lead: str, pod: Object) -> Content:
    label, state = pod_label(pod), pod_state(pod)
    node = str((pod.get("spec") or {}).get("nodeName") or "")
    words = f"{state.word}{f', on {node}' if node else ''}"
    blank = " " * max(0, TITLE_CELLS - len(lead) - label.cell_length)
    return Content.assemble(lead, label, blank, "  ", (words, tone_of(state)))
