"""Drawing what has changed, and no more of the screen than that."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class NarrowCompositor(Compositor):
    """Asks only those widgets for their lines that stand where something has changed.

    Textual's own asks every widget whose container reaches into that area, which is nearly every widget of the screen for each
    character typed. Textual 8.2.8, `_compositor.py`; the version is pinned, and a test compares what both draw.
    """

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Where each of these widgets is, what of that is visible, and the visible lines."""
        for widget, (region, clip) in self.visible_widgets.items():
            visible = region.intersection(clip)
            if visible and (crop is None or crop.overlaps(visible)):
                yield region, clip, widget.render_lines(visible.translate(-region.offset))
