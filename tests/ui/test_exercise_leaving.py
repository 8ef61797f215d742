"""Leaving an exercise and coming back: what was done is there again, and nothing else is held."""

from __future__ import annotations

from textual._styles_cache import StylesCache
from textual.widgets import TextArea

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, on_screen, open_at, press, settle, text_of, type_line
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.home import HomeScreen


async def test_the_app_keeps_no_text_field_of_an_exercise_that_was_left(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        field = pilot.app.screen.query_one(TextArea)
        kept = [getattr(pilot.app, "__watchers"), pilot.app.theme_changed_signal._subscriptions]
        assert all(repr(field) in repr(list(held.items())) for held in kept)
        on_screen(pilot, ExerciseScreen).action_leave()
        await settle(pilot)
        on_screen(pilot, HomeScreen)
        assert not any(repr(field) in repr(list(held.items())) for held in kept)


async def test_nothing_of_what_was_drawn_of_an_exercise_is_kept(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        for _ in range(3):
            pilot.app.action_follow(START)  # type: ignore[attr-defined] # it is a TutorApp
            await settle(pilot)
            await press(pilot, "f2")
            on_screen(pilot, ExerciseScreen).action_leave()
            await settle(pilot)
        widgets = sum(len(screen.query("*").nodes) for screen in pilot.app.screen_stack)
        assert StylesCache.get_inner_outer.cache_info().currsize <= widgets + len(pilot.app.screen_stack)


async def test_leaving_and_coming_back_finds_everything_as_it_was(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=2")
        await press(pilot, "escape", "q")
        on_screen(pilot, HomeScreen)
        await press(pilot, "e", "enter", "f2")
        text = text_of(pilot)
        assert "production $ kubectl scale --replicas=2" in text
        assert "not yet: 2 ready" in text
        assert len(services.progress.exercises.history("run-web")) == 1


async def test_what_is_kept_when_the_program_was_ended_is_said(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h")
    async with open_at(FakeServices(services.folder), START) as pilot:
        assert "Your files are as you left them." in text_of(pilot)
        on_screen(pilot, ExerciseScreen)
        assert "h Hint" in text_of(pilot)


async def test_coming_back_from_another_exercise_opens_this_one_again(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        first = on_screen(pilot, ExerciseScreen)
        for link in (START, "exercise:fix-selector"):
            await pilot.app.run_action(f"app.follow('{link}')")
            await settle(pilot)
            assert on_screen(pilot, ExerciseScreen) is not first
            await press(pilot, "q")
            assert on_screen(pilot, ExerciseScreen) is first
            services.the_session.scale(3)
            await settle(pilot)
            assert "✓ 2 of 2" in text_of(pilot)


async def test_everything_is_let_go_when_the_program_ends(services: FakeServices) -> None:
    async with open_at(services, START):
        pass
    assert services.the_session.closed is False
    assert services.the_shell.closed
    assert services.fake_cluster.stopped
