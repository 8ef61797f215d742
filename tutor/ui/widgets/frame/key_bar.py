"""The last line of a screen: which keys do something now. One widget, however many keys there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.binding import ActiveBinding
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tutor.ui.keys import is_text_field, shown_key, types_text

ALWAYS = ("help", "leave")
"""Bindings that keep their place at the end however narrow the screen is."""


class KeyBar(Widget):
    """Keys and what they do, as many as fit; `?` shows the rest. A click does the same as the key."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 2; padding: 0 1; border-top: solid $border-blurred; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._show_changed)

    def _show_changed(self, _screen: Screen[Any]) -> None:
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def render(self) -> Content:
        width = self.content_size.width
        entries = list(shown_bindings(self.screen))
        last = [entry for entry in entries if entry.binding.id in ALWAYS]
        room = width - sum(_entry(active).cell_length + 2 for active in last)
        parts: list[Content] = []
        for active in entries:
            entry = _entry(active)
            if active in last or entry.cell_length > room:
                continue
            parts.append(entry)
            room -= entry.cell_length + 2
        return Content("  ").join([*parts, *map(_entry, last)])


def shown_bindings(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """The bindings to show, one key each: where text is being typed the key that is not a character of it."""
    typing = is_text_field(screen.focused)
    seen: set[str | None] = set()
    for active in list(screen.active_bindings.values()):
        binding = active.binding
        usable = not (typing and types_text(binding.key)) or binding.priority
        stops_typing = typing and binding.id == "close"
        if (binding.show or stops_typing) and active.enabled and usable and (binding.id or binding.action) not in seen:
            seen.add(binding.id or binding.action)
            yield active


def _entry(active: ActiveBinding) -> Content:
    key = active.binding.key_display or shown_key(active.binding.key)
    label = "Stop typing" if active.binding.id == "close" else active.binding.description
    content = Content.assemble((key, "bold $text-primary"), " ", label)
    return content.stylize(Style.from_meta({"key": active.binding.key}))
