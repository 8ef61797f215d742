"""Which pane is shown, and with which key each is reached."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

PANES = ("Task", "Shell", "Files", "Cluster", "Timeline")


class PaneTabs(Widget):
    """One line of pane names. The one in brackets is shown."""

    DEFAULT_CSS = "PaneTabs { height: 1; padding: 0 1; }"

    active: reactive[int] = reactive(0)
    """The place of the pane that is shown."""

    def on_click(self, event: Click) -> None:
        """Show the pane whose name was clicked."""
        if (place := event.style.meta.get("pane")) is not None:
            self.app.simulate_key(f"f{place + 1}")

    def render(self) -> Content:
        tabs = [self._tab(place, name) for place, name in enumerate(PANES)]
        wide = Content("  ").join(tabs)
        return wide if wide.cell_length <= self.content_size.width else Content("").join(tabs)

    def _tab(self, place: int, name: str) -> Content:
        label = f"F{place + 1} {name}"
        shown = place == self.active
        content = Content.styled(
            f"[{label}]" if shown else f" {label} ", "bold $text-primary" if shown else "$text-muted"
        )
        return content.stylize(Style.from_meta({"pane": place}))
