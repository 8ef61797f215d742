"""Scrolling that concerns nobody else: content that grows moves the scroll bar and nothing around it."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView


class OwnScroll(ScrollView):
    """A scroll view whose size is given by where it stands and not by what it holds.

    Textual lays the whole screen out anew whenever the size of a view's content changes, because the view might grow with it; that
    is several times the work of drawing the view, at every key and every line of output. Here only the scroll bars are brought
    up to date, and at once, so that a place beyond the old end can be scrolled to before anything is drawn.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def watch_virtual_size(self, size: Size) -> None:
        """Bring the scroll bars up to date, as Textual does after a layout."""
        if self.styles.auto_dimensions:
            self.refresh(layout=True)
        else:
            self._scroll_update(size)
