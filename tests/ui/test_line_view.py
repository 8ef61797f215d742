"""Lines that are followed as they come."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen

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


async def test_lines_that_come_lay_nothing_else_out_anew_and_the_scroll_bar_follows_at_once() -> None:
    app = Following()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(LineView)
        view.set_lines(numbered(30))
        await pilot.pause()
        layouts: list[Screen[object]] = []
        app.screen.screen_layout_refresh_signal.subscribe(view, layouts.append, immediate=True)
        view.set_lines(numbered(60))
        assert view.scroll_y == view.max_scroll_y == 50
        assert view.vertical_scrollbar.window_virtual_size == 60
        await pilot.pause()
        assert not layouts
        view.styles.width = 20
        await pilot.pause()
        assert layouts, "the signal tells of layouts"


async def test_lines_are_drawn_in_their_colours_with_tabs_as_spaces_and_marks_where_they_belong() -> None:
    app = Following()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(LineView)
        view.set_lines([Content("NAME\tREADY"), Content.styled("error: no", "$text-error"), Content("web")])
        await pilot.pause()
        assert view.render_line(0).text == "NAME    READY".ljust(38)
        assert view.render_line(1).text == "error: no".ljust(38)
        error = next(iter(view.render_line(1)))
        assert error.style is not None
        assert error.style.color != next(iter(view.render_line(2))).style.color  # type: ignore[union-attr] # every piece has one
        assert view.render_line(5).text == " " * 38


async def test_lines_marked_with_the_mouse_can_be_copied() -> None:
    app = Following()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(LineView)
        view.set_lines(numbered(30))
        await pilot.pause()
        await pilot.mouse_down(view, offset=(1 + 5, 1))
        await pilot.hover(view, offset=(1 + 4, 3))
        await pilot.mouse_up(view, offset=(1 + 4, 3))
        await pilot.pause()
        assert app.screen.get_selected_text() == "21\nline 22\nline "
        looks = [{piece.style.bgcolor for piece in view.render_line(y) if piece.style} for y in range(5)]
        assert [len(look) for look in looks] == [1, 2, 2, 2, 1], "only what is marked stands out"
