"""What the shell pane shows: the prompt of a program that runs in it, and long lines without a letter lost."""

from __future__ import annotations

import threading
from unittest.mock import patch

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.doubles import FakeServices
from tests.ui.driving import SMALL, on_screen, open_at, press, settle, text_of
from tutor.clusters import Cluster
from tutor.ui.app import TutorApp
from tutor.ui.exercise_run import ShellLog
from tutor.ui.ports import Tell
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.widgets.exercise.shell import ShellPane
from tutor.ui.widgets.exercise.shell_input import ShellInput

START = "exercise:run-web"


async def test_the_prompt_of_a_running_program_stands_before_what_is_typed(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        shell_input = pilot.app.screen.query_one(ShellInput)
        shell_input.value = "sh"
        await press(pilot, "enter")
        assert str(pilot.app.screen.query_one("#prompt", Static).content) == "/ # "
        assert text_of(pilot).count("/ #") == 1
        shell_input.value = "ls"
        await press(pilot, "enter")
        assert services.the_shell.fed == ["ls\n"]
        assert "/ # ls" in text_of(pilot)


def test_what_is_typed_and_ctrl_c_follow_the_prompt_on_its_line() -> None:
    log = ShellLog()
    log.add("stdout", "/ # ")
    log.add("input", "id\n")
    log.add("stdout", "uid=0(root)\n/ # ")
    log.add("input", "^C\n")
    assert [text for _, text in log.everything()] == ["/ # id", "uid=0(root)", "/ # ^C"]


def test_a_line_of_the_other_stream_does_not_join_one_left_open() -> None:
    log = ShellLog()
    log.add("stdout", "half")
    log.add("stderr", "error\n")
    assert log.everything() == [("stdout", "half"), ("stderr", "error")]


async def test_no_letter_of_a_long_line_is_lost_when_the_output_begins_to_scroll(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        screen = on_screen(pilot, ExerciseScreen)
        assert screen.run is not None
        letters = "".join(chr(ord("a") + place % 26) for place in range(26 * 12))
        screen.run.log.add("stdout", "\n" * 30 + letters + "\n")
        screen.query_one(ShellPane).show()
        await pilot.pause()
        rows = [line.rstrip("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉ ").strip() for line in text_of(pilot).splitlines()]
        assert letters in "".join(rows)


async def test_a_line_is_what_stood_there_when_enter_was_pressed_however_fast_one_types_on(
    services: FakeServices,
) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        for key in (*"one", "enter", *"two", "enter", *"oops", "ctrl+c", *"three"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))  # faster than anything is handled
        await settle(pilot)
        assert services.the_shell.history == ["one", "two"]
        assert pilot.app.screen.query_one(ShellInput).value == "three"


async def test_pasted_lines_are_run_one_by_one_and_the_last_waits_for_enter(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        shell_input = pilot.app.screen.query_one(ShellInput)
        shell_input.value = "echo "
        shell_input.cursor_position = 5
        shell_input.post_message(Paste("one\r\ntwo\nthree"))
        await settle(pilot)
        assert services.the_shell.history == ["echo one", "two"]
        assert shell_input.value == "three"


async def test_what_is_typed_while_the_exercise_is_set_up_is_run_afterwards(services: FakeServices) -> None:
    go_on = threading.Event()
    cluster = services.cluster

    def slow_cluster(report: Tell) -> Cluster:
        assert go_on.wait(20)
        return cluster(report)

    with patch.object(services, "cluster", slow_cluster):
        app = TutorApp(services, start_at=START)
        async with app.run_test(size=SMALL) as pilot:
            while not isinstance(app.screen, ExerciseScreen):
                await pilot.pause()
            for character in "kubectl get ns":
                app.post_message(Key("space" if character == " " else character, character))
            app.post_message(Key("enter", None))
            await pilot.pause()
            go_on.set()
            await settle(pilot)
            assert "production $ kubectl get ns" in text_of(pilot)


async def test_of_a_pasted_transcript_only_the_commands_are_run(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        pilot.app.post_message(Paste("$ kubectl get ns\nNAME   STATUS\n$ kubectl get pods"))
        await settle(pilot)
        assert pilot.app.screen.query_one(ShellInput).value == "kubectl get pods"
        text = text_of(pilot)
        assert "production $ kubectl get ns" in text
        assert "NAME   STATUS" not in text
        assert "Only the lines behind a prompt were run." in text


async def test_ctrl_c_drops_a_command_of_several_lines_that_is_not_whole_yet(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await pilot.press(*"half", "ctrl+c")
        await settle(pilot)
        assert services.the_shell.stopped
        assert "production $ half^C" in text_of(pilot)
        assert pilot.app.screen.query_one(ShellInput).value == ""


async def run_lines(pilot: Pilot[None], *lines: str) -> ShellInput:
    """Run lines in the shell."""
    await press(pilot, "f2")
    line = pilot.app.screen.query_one(ShellInput)
    for text in lines:
        line.value = text
        await press(pilot, "enter")
    return line


async def test_the_history_is_searched_letter_by_letter(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        line = await run_lines(pilot, "kubectl get pods", "kubectl get services", "ls -l")
        await press(pilot, *"half", "ctrl+r")
        assert "(search: half, not found)" in text_of(pilot)
        await press(pilot, "escape")
        assert line.value == "half"
        line.value = ""
        await press(pilot, "ctrl+r", *"get")
        assert line.value == "kubectl get services"
        assert "(search: get) " in text_of(pilot)
        await press(pilot, "ctrl+r")
        assert line.value == "kubectl get pods"
        await press(pilot, "backspace", "backspace", "backspace", *"ls")
        assert line.value == "ls -l"
        await press(pilot, "enter")
        assert services.the_shell.history[-1] == "ls -l"
        assert "(search" not in text_of(pilot)
        assert line.value == ""


async def test_output_is_searched_from_its_end_and_the_places_are_walked(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        line = await run_lines(pilot, "seq 300")
        view = pilot.app.screen.query_one(ShellPane).output
        await press(pilot, "ctrl+s", *"27")
        assert "search output: 27" in text_of(pilot)
        assert "13 of 13" in text_of(pilot)
        assert "279" in text_of(pilot)
        await pilot.press(*["up"] * 10)
        await settle(pilot)
        assert "3 of 13" in text_of(pilot)
        assert "227" in text_of(pilot)
        assert "279" not in text_of(pilot)
        await press(pilot, "down", *"xyz")
        assert "nothing found" in text_of(pilot)
        await press(pilot, "escape")
        assert line.has_focus
        assert "search output" not in text_of(pilot)
        assert view.find("SEQ 300") == [0]
        assert view.find("") == []


async def test_a_search_of_the_history_that_is_given_up_leaves_no_trace(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        line = await run_lines(pilot, "kubectl get pods")
        await press(pilot, "ctrl+r", "g", "ctrl+c")
        assert line.value == ""
        assert "(search" not in text_of(pilot)
        await press(pilot, "ctrl+r", "g", "left", "!")
        assert line.value == "kubectl get pod!s"


def test_the_log_can_be_read_while_it_is_written() -> None:
    log, writing = ShellLog(), threading.Event()

    def write() -> None:
        while not writing.is_set():
            log.add("stdout", "flood\n" * 500)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(300):
            log.everything()
    finally:
        writing.set()
        thread.join()


async def test_a_tip_is_called_one_and_broken_between_words(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        screen = on_screen(pilot, ExerciseScreen)
        assert screen.run is not None
        screen.run.log.add(
            "tip", "production is a namespace. To see what is in it type: kubectl get deployments -n production\n"
        )
        screen.query_one(ShellPane).show()
        await pilot.pause()
        rows = text_of(pilot).splitlines()
        first = next(number for number, row in enumerate(rows) if row.startswith(" Tip: production is a namespace."))
        assert rows[first + 1] == "      deployments -n production"


async def test_clearing_and_searching_come_in_their_turn_however_fast_one_types_on(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        line = await run_lines(pilot, "seq 3")
        for key in ("ctrl+l", "l", "s", "enter"):
            line.post_message(Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert "$ ls" in text_of(pilot)
        assert "seq 3" not in text_of(pilot)
        for key in ("ctrl+r", "s", "e", "q", "enter"):
            line.post_message(Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert services.the_shell.history[-1] == "seq 3"


async def typed(pilot: Pilot[None], *keys: str) -> str:
    """The line after keys that come faster than the app can take them."""
    for key in keys:
        character = {"space": " ", "minus": "-"}.get(key, key if len(key) == 1 else None)
        pilot.app.post_message(Key(key, character))
    await settle(pilot)
    return pilot.app.screen.query_one(ShellInput).value


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("a b backspace c left x", "axc"),
        ("a home b end c", "bac"),
        ("k space w minus a ctrl+w x", "k x"),
        ("a space b ctrl+u c space ctrl+y", "c a b"),
        ("a b ctrl+b ctrl+b x ctrl+f y", "xayb"),
        ("a space b c home alt+d", " bc"),
        ("x space alt+full_stop", "x two"),
        ("x space alt+full_stop alt+full_stop y", "x podsy"),
    ],
)
async def test_the_line_is_edited_as_in_bash_however_fast_one_types(
    services: FakeServices, keys: str, line: str
) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await run_lines(pilot, "kubectl get pods", "echo one two")
        assert await typed(pilot, *keys.split()) == line


async def test_a_command_of_several_lines_comes_back_on_one(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await run_lines(pilot, "cat <<EOF\nfirst\nEOF")
        await press(pilot, "up")
        line = pilot.app.screen.query_one(ShellInput)
        assert line.value == "cat <<EOF\nfirst\nEOF"
        assert "$ cat <<EOF\u21b5first\u21b5EOF\n" in text_of(pilot)
        pilot.app.post_message(Paste("a\tb\x1b[2Jc"))
        await settle(pilot)
        assert "\x1b" not in text_of(pilot)


async def test_enter_shows_the_end_of_the_output_before_anything_else_is_drawn(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        screen = on_screen(pilot, ExerciseScreen)
        assert screen.run is not None
        screen.run.log.add("stdout", "row\n" * 90)
        pane = screen.query_one(ShellPane)
        pane.show()
        pane.output.scroll_to(y=3, animate=False)
        await pilot.pause()
        assert pane.output.scroll_y == 3
        pane.run_line(ShellInput.Entered("ls"))
        assert pane.output.scroll_y == pane.output.max_scroll_y > 3
        screen.run.log.add("stdout", "row\n" * 5)
        pane.show()
        assert pane.output.scroll_y == pane.output.max_scroll_y
