"""The shell of an exercise: what is typed and where it goes, its history, its output, and taking a command back."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from textual.events import Key
from textual.widgets import TextArea

from tests.ui.doubles import FakeServices, FakeSnapshots
from tests.ui.driving import START, on_screen, open_at, press, settle, text_of, type_line
from tutor.clusters import ClusterError
from tutor.ui.screens.edit import EditScreen
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.widgets.exercise.files import FilesPane
from tutor.ui.widgets.exercise.shell import ShellPane
from tutor.ui.widgets.exercise.shell_input import ShellInput
from tutor.ui.widgets.exercise.task import TaskPane


async def test_what_is_typed_right_after_a_pane_key_belongs_to_that_pane(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        before = pilot.app.screen.query_one(FilesPane).editor.text
        for key in ("f2", "l", "s"):  # without a pause, as a quick typist or a slow machine has it
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert pilot.app.screen.query_one(ShellInput).value == "ls"
        assert pilot.app.screen.query_one(FilesPane).editor.text == before


@pytest.mark.parametrize("command", ["kubectl get pods", "k get pods"])
async def test_a_command_typed_on_the_task_goes_to_the_shell(services: FakeServices, command: str) -> None:
    async with open_at(services, START) as pilot:
        for character in command:
            pilot.app.post_message(Key("space" if character == " " else character, character))
        await settle(pilot)
        assert pilot.app.screen.query_one(ShellPane).display
        assert pilot.app.screen.query_one(ShellInput).value == command
        assert "goes on here, in the shell" in " ".join(text_of(pilot).split())


async def test_letters_that_mean_nothing_say_where_commands_are_typed(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "w", "y", "z")
        assert "Commands are typed in the shell: F2." in " ".join(text_of(pilot).split())
        await press(pilot, "k", "k")
        assert on_screen(pilot, ExerciseScreen).query_one(TaskPane).display


async def test_a_command_that_cannot_be_undone_says_so_in_a_sentence(services: FakeServices) -> None:
    def nothing(_: FakeSnapshots) -> str:
        raise ClusterError("there is nothing to take back")

    async with open_at(services, START) as pilot:
        with patch.object(FakeSnapshots, "undo", nothing):
            await press(pilot, "u")
        assert "Taking your last command back: there is nothing to take back." in text_of(pilot)


async def test_undo_goes_back_to_before_the_last_command(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=2")
        await press(pilot, "f7")
        snapshots = services.fake_cluster.fake_snapshots
        assert snapshots is not None
        assert snapshots.undone == ["kubectl scale --replicas=2"]
        assert "Taken back: kubectl scale --replicas=2" in text_of(pilot)


async def test_history_is_walked_and_searched(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        for command in ("kubectl get pods", "kubectl get services", "kubectl describe pod"):
            await type_line(pilot, command)
        line = pilot.app.screen.query_one(ShellInput)
        await press(pilot, *"half", "up", "up")
        assert line.value == "kubectl get services"
        await press(pilot, "down", "down")
        assert line.value == "half"
        line.value = "get"
        await press(pilot, "ctrl+r")
        assert line.value == "kubectl get services"
        await press(pilot, "ctrl+r")
        assert line.value == "kubectl get pods"


async def test_tab_completes_and_lists_what_is_possible(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2", *"kub", "tab")
        line = pilot.app.screen.query_one(ShellInput)
        assert line.value == "kubectl "
        await press(pilot, *"get", "space", "p", "o", "tab")
        assert line.value == "kubectl get pods"
        await press(pilot, "tab")
        assert "pods.metrics.k8s.io" in text_of(pilot)
        assert isinstance(pilot.app.focused, ShellInput)


async def test_ctrl_c_stops_a_command_that_runs(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "sleep")
        shell = services.the_shell
        assert shell.running
        await type_line(pilot, "some input")
        assert shell.fed == ["some input\n"]
        await press(pilot, "ctrl+c")
        assert shell.stopped
        assert "^C" in text_of(pilot)


async def test_a_command_can_have_a_text_edited(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "edit")
        while not isinstance(pilot.app.screen, EditScreen):
            await pilot.pause()
        pilot.app.screen.query_one(TextArea).text = "replicas: 3\n"
        await press(pilot, "ctrl+s")
        on_screen(pilot, ExerciseScreen)
        while services.the_shell.edited is None:
            await pilot.pause()
        assert services.the_shell.edited == "replicas: 3\n"


async def test_long_output_is_kept_bounded_and_can_be_scrolled(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "seq 6000")
        pane = pilot.app.screen.query_one(ShellPane)
        assert "5999" in text_of(pilot)
        assert len(pane.output.lines) == 4000
        await press(pilot, "pageup")
        assert "5999" not in text_of(pilot)
