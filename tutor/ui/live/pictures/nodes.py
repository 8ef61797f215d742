"""The architecture: the control plane above, the nodes below it side by side, and in each the Pods that run there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content

from tutor.ui.live.pictures.parts import HEADING, TONES, short_name, tone_of
from tutor.ui.live.state import ClusterState, Object, name_of
from tutor.ui.live.words import node_word, pod_state
from tutor.ui.text import cells

MIN_BOX = 25
"""Cells that a node needs at least."""
MAX_BOX = 48
MAX_PODS = 20
"""A node with more of them says how many more there are."""
CONTROL_PLANE = (
    ("API server", ("api-server",)),
    ("etcd", ("etcd",)),
    ("scheduler", ("scheduler",)),
    ("controller manager", ("controllers",)),
)
"""The parts of a control plane, and how the names of the faults in each begin."""


def nodes_picture(state: ClusterState, width: int, faults: Sequence[str] | None) -> list[Content]:
    """The lines of the picture. `faults` names those that are in the cluster; None where the control plane is not ours to see."""
    lines = _control_plane(faults, width) if faults is not None else []
    nodes = state.all("Node")
    if not nodes:
        return [*lines, Content.styled("No node has been seen yet.", "$text-muted")]
    pods: dict[str, list[Object]] = defaultdict(list)
    for pod in state.all("Pod"):
        pods[str((pod.get("spec") or {}).get("nodeName") or "")].append(pod)
    across = min(max(1, width // MIN_BOX), len(nodes))
    box = min(width // across, MAX_BOX)
    for start in range(0, len(nodes), across):
        row = [_node(node, pods[name_of(node)], box, faults or ()) for node in nodes[start : start + across]]
        lines += _side_by_side(row, box)
    return lines + _nowhere(pods[""])


def _control_plane(faults: Sequence[str], width: int) -> list[Content]:
    parts = [_part(name, starts, faults) for name, starts in CONTROL_PLANE]
    inner = Content("   ").join(parts)
    width = min(max(inner.cell_length + 4, 40), width)
    inner = inner.truncate(width - 4, ellipsis=True)
    rest = " " * max(0, width - 4 - inner.cell_length)
    title = " control plane "
    return [
        Content.assemble("┌─", (title, HEADING), "─" * (width - 3 - len(title)), "┐"),
        Content.assemble("│ ", inner, rest, " │"),
        Content(f"└{'─' * (width - 2)}┘"),
    ]


def _part(name: str, starts: Sequence[str], faults: Sequence[str]) -> Content:
    if any(f"{start}-stopped" in faults for start in starts):
        return Content.styled(f"✗ {name}: stopped", TONES["bad"])
    if any(f"{start}-slow" in faults for start in starts):
        return Content.styled(f"◌ {name}: slow", TONES["moving"])
    return Content.assemble(("● ", TONES["good"]), name)


def _node(node: Object, pods: Sequence[Object], box: int, faults: Sequence[str]) -> list[Content]:
    """A node as a box without its lower edge, so that it can grow as tall as its neighbours."""
    name, word = name_of(node), node_word(node)
    word = next((said for start, said in _SAID.items() if f"{start}/{name}" in faults), word)
    title = cells(f" {name}: {word} ", box - 4).rstrip()
    tone = TONES["good"] if word == "ready" else TONES["bad"]
    lines = [Content.assemble("┌─", (f"{title} ", f"bold {tone}"), "─" * (box - 4 - len(title)), "┐")]
    for pod in pods[:MAX_PODS]:
        lines += [_inside(line, box) for line in _pod(pod)]
    if len(pods) > MAX_PODS:
        lines.append(_inside(Content(f"and {len(pods) - MAX_PODS} more"), box))
    return lines if pods else [*lines, _inside(Content.styled("no Pods of this namespace", "$text-muted"), box)]


_SAID = {
    "cut-off": "cut off",
    "kubelet-stopped": "kubelet stopped",
    "full": "full",
    "memory-short": "short of memory",
    "disk-short": "short of disk",
}
"""What a node with a fault is called in place of its condition, which follows later."""


def _pod(pod: Object) -> list[Content]:
    state = pod_state(pod)
    head = Content.assemble((state.mark, tone_of(state)), " ", short_name(pod))
    return [head] if state.ready else [head, Content.styled(f"  {state.word}", tone_of(state))]


def _inside(line: Content, box: int) -> Content:
    line = line.truncate(box - 4, ellipsis=True)
    return Content.assemble("│ ", line, " " * (box - 4 - line.cell_length), " │")


def _side_by_side(row: Sequence[list[Content]], box: int) -> list[Content]:
    empty = Content(f"│{' ' * (box - 2)}│")
    lines = [Content("").join(list(parts)) for parts in zip_longest(*row, fillvalue=empty)]
    return [*lines, Content(f"└{'─' * (box - 2)}┘" * len(row))]


def _nowhere(pods: Sequence[Object]) -> list[Content]:
    if not pods:
        return []
    lines = [Content.styled("On no node yet", HEADING)]
    for pod in pods[:MAX_PODS]:
        state = pod_state(pod)
        lines.append(Content.assemble("  ", (state.mark, tone_of(state)), f" {name_of(pod)}  {state.word}"))
    if len(pods) > MAX_PODS:
        lines.append(Content(f"  and {len(pods) - MAX_PODS} more"))
    return lines
