"""Lists to choose from, where there is no room for one."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets.option_list import Option

from tutor.ui.widgets.frame.menu import Menu


class MenuApp(App[None]):
    """A list that has no room of its own, as in a terminal of one line."""

    CSS = "Menu { height: 0; }"

    def compose(self) -> ComposeResult:
        yield Menu(Option("first"), Option("second"))


@pytest.mark.parametrize("key", ["pagedown", "pageup", "down", "up", "home", "end", "enter"])
async def test_every_key_is_safe_in_a_list_without_room(key: str) -> None:
    app = MenuApp()
    async with app.run_test(size=(1, 1)) as pilot:
        menu = app.query_one(Menu)
        menu.focus()
        menu.mark(0)
        await pilot.press(key)
        assert menu.highlighted in (0, 1)
