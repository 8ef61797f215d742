"""Hints, the solution and beginning anew: each is there when asked for, and recorded."""

from __future__ import annotations

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, on_screen, open_at, press, settle, text_of
from tutor.ui.screens.home import HomeScreen


async def test_reset_shows_the_task_alone_and_what_is_asked_for_twice_stands_there_once(services: FakeServices) -> None:
    async with open_at(services, START, size=(80, 60)) as pilot:
        await press(pilot, "h", "S", "S", "S", "S")
        assert text_of(pilot).count("Solution") == 1
        await press(pilot, "R", "R")
        assert "Hint 1" not in text_of(pilot)
        assert "Reach three ready replicas." in text_of(pilot)


async def test_hints_come_in_tiers_and_are_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h")
        assert "Hint 1 of 2" in text_of(pilot)
        assert "Look at the manifest in the Files pane." in text_of(pilot)
        await press(pilot, "h")
        assert "Hint 2 of 2" in text_of(pilot)
        assert "h Hint" not in text_of(pilot)
        assert services.progress.exercises.history("run-web")[0].hints == 2


async def test_hints_shown_before_are_there_when_the_learner_comes_back(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h", "q")
        on_screen(pilot, HomeScreen).tutor.action_follow(START)
        await settle(pilot)
        text = text_of(pilot)
        assert "Reach three ready replicas." in text
        assert "Look at the manifest in the Files pane." in text
        await press(pilot, "h")
        assert "Hint 2 of 2" in text_of(pilot)


async def test_hints_and_undo_have_keys_in_the_editor_too(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        assert "F6 Hint" in text_of(pilot)
        await press(pilot, "f6")
        assert "Hint 1 of 2" in text_of(pilot)


async def test_the_solution_is_shown_when_asked_twice_and_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "S")
        assert "Press S again" in text_of(pilot)
        assert not services.progress.exercises.history("run-web")[0].solution_shown
        await press(pilot, "S")
        assert "kubectl scale deployment web-app --replicas=3" in text_of(pilot)
        assert services.progress.exercises.history("run-web")[0].solution_shown


async def test_reset_asks_first_and_is_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "R")
        assert services.the_session.resets == 0
        await press(pilot, "R")
        assert services.the_session.resets == 1
        assert services.progress.exercises.history("run-web")[0].resets == 1
