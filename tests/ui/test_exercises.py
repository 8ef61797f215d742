"""The list of the exercises."""

from __future__ import annotations

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, on_screen, open_at, press, text_of, type_line
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.exercises import ExercisesScreen


async def test_the_list_shows_what_is_solved(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=3")
        await press(pilot, "escape", "q", "e")
        on_screen(pilot, ExercisesScreen)
        assert "✓ solved" in text_of(pilot)
        assert "1 of 2 solved" in text_of(pilot)
        await press(pilot, "n", "enter")
        assert on_screen(pilot, ExerciseScreen).exercise.id == "fix-selector"


async def test_the_list_has_a_line_for_each_in_the_smallest_terminal(services: FakeServices) -> None:
    async with open_at(services, size=(60, 16)) as pilot:
        await press(pilot, "e")
        assert sum("not begun" in line for line in text_of(pilot).splitlines()) == 2
        assert all("not begun" not in line.lstrip()[:14] for line in text_of(pilot).splitlines())
