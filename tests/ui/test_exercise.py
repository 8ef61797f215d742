"""The panes of an exercise: the task, files, cluster and timeline, at all sizes of the terminal, on doubles of the cluster."""

from __future__ import annotations

from textual.widgets import TextArea

from tests.ui.doubles import FakeCluster, FakeServices
from tests.ui.driving import SMALL, START, WIDE, on_screen, open_at, press, settle, text_of, type_line
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.widgets.exercise.checks import Checks
from tutor.ui.widgets.exercise.files import FilesPane


async def test_an_object_that_cannot_be_drawn_does_not_end_the_program(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        screen = on_screen(pilot, ExerciseScreen)
        assert screen.run is not None
        screen.run.state.apply("Pod", "ADDED", {"metadata": {"name": "odd"}, "status": {"containerStatuses": [7]}})
        await press(pilot, "f4")
        assert "live view cannot be drawn" in text_of(pilot)


async def test_the_clock_is_paused_and_sped_up(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "space")
        assert "simulated ‖ paused" in text_of(pilot)
        await press(pilot, "space", "plus", "plus")
        assert "simulated ▸ 5x" in text_of(pilot)
        await press(pilot, "minus")
        assert "simulated ▸ 2x" in text_of(pilot)


async def test_what_a_cluster_cannot_do_is_not_offered(services: FakeServices) -> None:
    services.fake_cluster = FakeCluster(name="kind", fake_clock=None, fake_snapshots=None)
    async with open_at(services, START) as pilot:
        text = text_of(pilot)
        assert "u Undo" not in text
        assert "space Pause" not in text
        assert "kind" in text


async def test_a_cluster_that_does_not_start_is_explained_and_can_be_tried_again(services: FakeServices) -> None:
    services.fake_cluster.fails_with = RuntimeError("kind is not installed. Install it from kind.sigs.k8s.io.")
    async with open_at(services, START) as pilot:
        assert "kind is not installed. Install it" in text_of(pilot)
        assert "Reach three ready replicas." in text_of(pilot)
        services.fake_cluster.fails_with = None
        await press(pilot, "t")
        assert "◐ 1 of 2" in text_of(pilot)


async def test_when_a_cluster_does_not_start_another_can_be_chosen(services: FakeServices) -> None:
    services.settings.cluster = "kind"
    services.fake_cluster.fails_with = RuntimeError("kind is not installed.")
    async with open_at(services, START) as pilot:
        assert "c Cluster" in text_of(pilot)
        services.fake_cluster.fails_with = None
        await press(pilot, "c", "enter")
        assert services.cluster_spec == "simulated"
        assert "◐ 1 of 2" in text_of(pilot)
        assert "c Checks" in text_of(pilot)


async def test_files_are_edited_checked_and_saved_when_left(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        pane = pilot.app.screen.query_one(FilesPane)
        assert "✓ valid manifest" in text_of(pilot)
        editor = pane.query_one(TextArea)
        editor.text = editor.text.replace("replicas: 1", "replicaas: 3")
        pane.save_now()
        pane.manifest.look()
        await settle(pilot)
        assert "line 7:" in text_of(pilot)
        assert "unknown field" in text_of(pilot)
        await press(pilot, "f2")
        assert pane.path is not None
        assert "replicaas: 3" in pane.path.read_text()


async def test_files_changed_in_the_shell_are_taken_in(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        pane = pilot.app.screen.query_one(FilesPane)
        assert pane.path is not None
        pane.path.write_text("kind: Pod\n")
        (pane.path.parent / "new.yaml").write_text("kind: Service\n")
        await press(pilot, "f2")
        await type_line(pilot, "touch")
        await press(pilot, "f3")
        assert pane.editor.text == "kind: Pod\n"
        assert "new.yaml" in text_of(pilot)


async def test_the_cluster_and_the_timeline_are_shown_live(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f4")
        text = text_of(pilot)
        assert "Deployment web-app            1 of 1 ready, 1 up to date" in text
        assert "    ● Pod web-app-6f9c-x2x4p  Running, on node-1" in text
        assert "selects app=web-app: 1 of 1 Pods ready" in text
        await press(pilot, "f5")
        assert "Deployment web-app: Scaled up replica set" in text_of(pilot)


async def test_all_panes_stand_side_by_side_where_there_is_room(services: FakeServices) -> None:
    async with open_at(services, START, size=WIDE) as pilot:
        text = text_of(pilot)
        for piece in ("Reach three ready replicas.", "replicas: 1", "Pod web-app-6f9c", "Scaled up", "production $"):
            assert piece in text


async def test_the_smallest_terminal_names_every_pane(services: FakeServices) -> None:
    async with open_at(services, START, size=(60, 16)) as pilot:
        await press(pilot, "f2")
        assert " F1 Task [F2 Shell] F3 Files  F4 Cluster  F5 Timeline" in text_of(pilot)


async def test_panes_that_a_larger_terminal_shows_are_drawn(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await pilot.resize_terminal(*WIDE)
        await settle(pilot)
        on_screen(pilot, ExerciseScreen).refresh_live()
        await settle(pilot)
        assert "Pod web-app-6f9c" in text_of(pilot)


async def test_checks_take_no_more_room_after_the_terminal_was_large(services: FakeServices) -> None:
    async with open_at(services, START, size=SMALL) as pilot:
        before = on_screen(pilot, ExerciseScreen).query_one(Checks).size.height
        for size in (WIDE, SMALL):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert on_screen(pilot, ExerciseScreen).query_one(Checks).size.height == before
