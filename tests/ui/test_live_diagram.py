"""Live diagrams: opened from the page they belong to, played forward and back, with commands of one's own."""

from __future__ import annotations

from textual.widgets import Input

from tests.ui.doubles import FakeCluster, FakeServices
from tests.ui.driving import on_screen, open_at, press, settle, text_of
from tests.ui.test_pictures import FakeLevers
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.live import LiveScreen

START = "lesson:services#by-label"


async def test_it_is_offered_on_its_page_only(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        assert "Press t to watch this happen in a cluster" in text_of(pilot)
        assert "t Try" in text_of(pilot)
        await press(pilot, "right")
        assert "t Try" not in text_of(pilot)
        await press(pilot, "t")
        on_screen(pilot, LessonScreen)


async def test_forward_back_and_away(services: FakeServices) -> None:
    cluster = services.fake_cluster = FakeCluster(levers=FakeLevers())
    assert cluster.fake_snapshots is not None
    assert cluster.fake_clock is not None
    async with open_at(services, START) as pilot:
        await press(pilot, "t")
        text = text_of(pilot)
        assert "By label ─ step 1 of 2" in text
        assert "Three Pods and a Service." in text
        assert "$ kubectl get pods" in text
        assert "selects app=web-app" in text
        assert cluster.fake_clock.advanced > 0
        await press(pilot, "space")
        assert "step 2 of 2" in text_of(pilot)
        assert "! 1 broken" in text_of(pilot)
        assert "Next step" not in text_of(pilot)
        await press(pilot, "b")
        assert "step 1 of 2" in text_of(pilot)
        assert cluster.fake_snapshots.restored == ["before step 2"]
        await press(pilot, "1")
        assert "node-1: ready" in text_of(pilot)
        await press(pilot, "q")
        on_screen(pilot, LessonScreen)


async def test_a_command_of_ones_own(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "t", "c")
        line = pilot.app.screen.query_one("#own", Input)
        assert line.value == "kubectl "
        line.value = "seq 3"
        await press(pilot, "enter")
        assert "$ seq 3" in text_of(pilot)
        assert services.the_shell.history[-1] == "seq 3"
        await press(pilot, "c", "escape")
        on_screen(pilot, LiveScreen)


async def test_a_cluster_that_does_not_start_is_said(services: FakeServices) -> None:
    services.fake_cluster = FakeCluster(fails_with=RuntimeError("no port is free"))
    async with open_at(services, START) as pilot:
        await press(pilot, "t")
        assert "no port is free" in text_of(pilot)
        await press(pilot, "c")
        assert not pilot.app.screen.query_one("#own").display
        await press(pilot, "q")
        await settle(pilot)
        on_screen(pilot, LessonScreen)
