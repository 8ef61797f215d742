"""Lines that are followed as they come."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content

from tutor.ui.widgets.frame.line_view import LineView


class Following(App[None]):
    """Nothing but lines."""

    def compose(self) -> ComposeResult:
        yield LineView(follow=True)


def numbered(count: int) -> list[Content]:
    return [Content(f"line {number}") for number in range(count)]


async def test_the_end_stays_in_view_when_lines_come_faster_than_they_are_drawn_and_when_the_pane_shrinks() -> None:
    app = Following()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(LineView)
        for count in (30, 60, 90):
            view.set_lines(numbered(count))
        await pilot.pause()
        assert view.scroll_y == view.max_scroll_y == 80
        view.styles.height = 5
        await pilot.pause()
        view.set_lines(numbered(91))
        await pilot.pause()
        assert view.scroll_y == view.max_scroll_y == 86


async def test_who_has_scrolled_up_is_left_there_until_the_end_is_reached_again() -> None:
    app = Following()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(LineView)
        view.set_lines(numbered(30))
        await pilot.pause()
        view.focus()
        await pilot.press("home")
        await pilot.pause()
        view.set_lines(numbered(40))
        await pilot.pause()
        assert view.scroll_y == 0
        await pilot.press("end")
        await pilot.pause()
        view.set_lines(numbered(50))
        await pilot.pause()
        assert view.scroll_y == view.max_scroll_y
