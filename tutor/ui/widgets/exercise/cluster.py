"""The cluster as it is now, refreshed at most four times a second."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tutor.ui.live.rows import Row, rows
from tutor.ui.live.state import ClusterState
from tutor.ui.widgets.frame.line_view import LineView

TONES = {"good": "$text-success", "bad": "$text-error", "moving": "$text-warning", "": "$text-muted"}


class ClusterPane(LineView):
    """Workloads with their Pods, Services with what they reach, nodes: one line each."""

    def __init__(self) -> None:
        super().__init__(id="cluster", empty="Nothing is in this namespace yet.")

    def show(self, state: ClusterState) -> None:
        """Show what is in the cluster now."""
        lines = row_lines(rows(state))
        if state.problem:
            lines.insert(0, Content.styled(f"! {state.problem}", "bold $text-warning"))
        self.set_lines(lines)


def row_lines(found: Sequence[Row]) -> list[Content]:
    """The rows as lines, with the states below each other."""
    width = min(max((len(_title(row)) for row in found), default=0), 48)
    return [
        Content.assemble(
            (_title(row).ljust(width), "bold" if row.depth == 0 else ""), "  ", (row.text, TONES[row.tone])
        )
        for row in found
    ]


def _title(row: Row) -> str:
    return "  " * row.depth + (f"{row.mark} " if row.mark else "") + row.title
