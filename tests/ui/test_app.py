"""What holds on every screen: sizes, help, the palette, looks, and an orderly end whatever happens."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from tests.ui.doubles import FakeServices
from tests.ui.driving import notices, on_screen, open_at, press, settle, text_of
from tutor.ui.commands import commands_for
from tutor.ui.driver import LastingOutput, tolerant_decoder
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.settings import SettingsScreen
from tutor.ui.themes import THEMES

LINKS = ("lesson:first-steps", "quiz:first-steps", "exercise:run-web", None)


async def test_a_window_too_small_says_what_is_needed_and_keeps_everything(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest") as pilot:
        await pilot.resize_terminal(50, 14)
        await settle(pilot)
        assert text_of(pilot).strip() == "Needs 60x16; this is 50x14. Nothing is lost."
        await pilot.resize_terminal(60, 16)
        await settle(pilot)
        assert on_screen(pilot, LessonScreen).page.id == "manifest"
        assert "A manifest says what you want" in text_of(pilot)


@pytest.mark.parametrize("link", LINKS)
async def test_every_screen_survives_any_size(services: FakeServices, link: str | None) -> None:
    async with open_at(services, link) as pilot:
        for size in ((20, 5), (60, 16), (100, 30), (160, 48), (300, 80), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert "Needs" not in text_of(pilot)


@pytest.mark.parametrize("link", LINKS)
async def test_the_smallest_size_shows_the_key_bar_and_how_to_leave(services: FakeServices, link: str | None) -> None:
    async with open_at(services, link, size=(60, 16)) as pilot:
        await press(pilot, "escape") if link == "quiz:first-steps" else None
        assert "? Help" in text_of(pilot) or "F10 Help" in text_of(pilot)


async def test_help_lists_every_key_of_the_screen(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest", size=(80, 60)) as pilot:
        await press(pilot, "question_mark")
        on_screen(pilot, HelpScreen)
        text = text_of(pilot)
        for line in ("space         Scroll on", "Save the manifest in view", "Find any command", "ctrl+q"):
            assert line in text
        await press(pilot, "escape")
        on_screen(pilot, LessonScreen)


async def test_every_binding_has_an_id_and_a_sentence_of_help(services: FakeServices) -> None:
    for link in LINKS:
        async with open_at(FakeServices(services.folder), link) as pilot:
            for active in pilot.app.screen.active_bindings.values():
                if type(active.node).__module__.startswith("tutor."):
                    assert active.binding.id, active.binding
                    assert active.binding.tooltip.endswith("."), active.binding


async def test_the_palette_leads_to_any_lesson(services: FakeServices) -> None:
    async with open_at(services, size=(100, 30)) as pilot:
        await press(pilot, "ctrl+p", *"lesson", "colon", "space", *"serv")
        while "Lesson: Services" not in text_of(pilot):
            await pilot.pause()
        await press(pilot, "down", "enter")
        while not isinstance(pilot.app.screen, LessonScreen):
            await pilot.pause()
        assert pilot.app.screen.lesson.id == "services"


@pytest.mark.parametrize("look", THEMES)
async def test_a_chosen_look_is_kept(services: FakeServices, look: str) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "comma", "home", *(["down"] * list(THEMES).index(look)), "enter")
        assert pilot.app.theme == THEMES[look].name
        assert text_of(pilot).count("✓ on") == 1
    async with open_at(FakeServices(services.folder)) as pilot:
        assert pilot.app.theme == THEMES[look].name


async def test_nothing_needs_colours(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_at(services, "exercise:run-web") as pilot:
        assert pilot.app.no_color
        assert "✗ Three replicas are ready." in text_of(pilot)


async def test_escape_and_q_leave_and_ctrl_q_ends_from_anywhere(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        await press(pilot, "escape")
        on_screen(pilot, HomeScreen)
        await press(pilot, "down", "z")
        on_screen(pilot, QuizScreen)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert not pilot.app.is_running


def test_a_byte_that_is_not_utf_8_becomes_the_replacement_character() -> None:
    assert tolerant_decoder("utf-8")().decode(b"a\xffb") == "a�b"


async def test_ctrl_c_says_once_how_to_leave(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "ctrl+c", "ctrl+c", "ctrl+c")
        on_screen(pilot, HomeScreen)
        assert notices(pilot).count("ctrl+q ends the program") == 1


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"\x1b.", ["alt+full_stop"]),
        (b"\x1bd", ["alt+d"]),
        (b"\x1bb", ["ctrl+left"]),
        (b"\x1b[A", ["up"]),
        (b"\x1bOP", ["f1"]),
        ("é".encode(), ["é"]),
    ],
)
def test_a_key_pressed_with_alt_is_no_text(sent: bytes, keys: list[str]) -> None:
    parser = XTermParser()
    events = parser.feed(tolerant_decoder("utf-8")().decode(sent))
    assert [event.key if isinstance(event, Key) else "" for event in events] == keys


PROGRAM = """
import sys
from pathlib import Path
from tests.ui.doubles import FakeServices
from tutor.ui.app import TutorApp
app = TutorApp(FakeServices(Path(sys.argv[1])), start_at="lesson:first-steps")
app.run()
"""
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"
MOUSE_OFF = b"\x1b[?1000l"


class Terminal:
    """The app in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.output = b""
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)], stdin=slave, stdout=slave, stderr=slave, env=environment
        )
        os.close(slave)

    def read_until(self, needle: bytes, limit: float = 60.0) -> None:
        """Read what the app writes until the needle has come; AssertionError when it does not come in time."""
        deadline = time.monotonic() + limit
        while needle not in self.output:
            left = deadline - time.monotonic()
            assert left > 0, f"{needle!r} did not come: {self.output[-500:]!r}"
            if select.select([self._master], [], [], left)[0]:
                self.output += os.read(self._master, 65536)

    def type(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._master, data)

    def take_away(self) -> None:
        """Close the terminal, as a window is closed, without a signal."""
        os.close(self._master)

    def close(self) -> None:
        """End it whatever state it is in."""
        self.process.kill()
        self.process.wait(10)
        os.close(self._master)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_app_with_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.read_until(b"A Pod runs your container")
        terminal.process.send_signal(number)
        terminal.read_until(LEFT_ALTERNATE_SCREEN)
        assert MOUSE_OFF in terminal.output
        assert terminal.process.wait(60) == 0
    finally:
        terminal.close()
    position = FakeServices(tmp_path).progress.lessons.last()
    assert position is not None
    assert position.page_id == "pod"


def test_a_terminal_that_is_gone_ends_the_app(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.read_until(b"A Pod runs your container")
        terminal.take_away()
        assert terminal.process.wait(60) == 0
    finally:
        terminal.process.kill()
        terminal.process.wait(10)
    position = FakeServices(tmp_path).progress.lessons.last()
    assert position is not None


def test_what_a_terminal_that_is_gone_cannot_take_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(os, "kill", lambda process, number: told.append(number))
    master, slave = pty.openpty()
    os.close(master)
    with open(slave, "w", buffering=1, encoding="utf-8", closefd=False) as file:
        output = LastingOutput(file)
        for _ in range(3):
            output.write("lines\nand lines\n")
            output.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), slave)
    os.close(slave)
    assert told == [signal.SIGHUP]


def test_a_stray_byte_does_not_end_the_app(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.read_until(b"A Pod runs your container")
        terminal.type(b"\xff")
        terminal.type(b"\x1b[C")
        terminal.read_until(b"A manifest says what you want")
        terminal.type(b"\x11")
        terminal.read_until(LEFT_ALTERNATE_SCREEN)
        assert terminal.process.wait(60) == 0
    finally:
        terminal.close()


def test_the_home_screen_loads_neither_the_markdown_parser_nor_a_kubernetes_client(tmp_path: Path) -> None:
    code = """
import asyncio, sys
from pathlib import Path
from tests.ui.doubles import FakeServices
from tutor.ui.app import TutorApp
async def main():
    async with TutorApp(FakeServices(Path(sys.argv[1]))).run_test() as pilot:
        await pilot.pause()
        assert len(pilot.app.screen.query("*")) < 40
asyncio.run(main())
print(*sorted({"kubernetes", "aiohttp", "markdown_it", "pygments", "urllib3", "fsrs", "jmespath"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("start", [None, "quiz:first-steps", "exercise:run-web", "lesson:first-steps"])
async def test_a_window_of_hardly_any_cells_ends_nothing(start: str | None, services: FakeServices) -> None:
    async with open_at(services, start) as pilot:
        before = text_of(pilot)
        for size in ((1, 1), (3, 2), (80, 1), (1, 24), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert text_of(pilot) == before


async def test_the_palette_names_every_command_once_in_plain_characters(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "ctrl+p")
        text = text_of(pilot)
        assert "\N{RIGHT-POINTING MAGNIFYING GLASS}" not in text
        assert [line.strip() for line in text.splitlines()].count("Quit") == 1


@pytest.mark.parametrize(("words", "found"), [("theme", "High contrast theme"), ("settings", "Choose colours")])
async def test_the_palette_finds_colours_from_any_screen(services: FakeServices, words: str, found: str) -> None:
    async with open_at(services, "lesson:first-steps") as pilot:
        offered = commands_for(on_screen(pilot, LessonScreen).tutor, pilot.app.screen)
        titles = [f"{command.title} {command.help}" for command in offered if words in command.title.lower()]
        assert any(found in title for title in titles)


async def test_settings_open_from_the_palette(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps") as pilot:
        offered = commands_for(on_screen(pilot, LessonScreen).tutor, pilot.app.screen)
        next(command for command in offered if command.title == "Settings").callback()
        await settle(pilot)
        on_screen(pilot, SettingsScreen)


async def test_escape_once_too_often_does_not_end_the_program(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        await press(pilot, "escape", "escape", "escape")
        on_screen(pilot, HomeScreen)
        assert pilot.app.is_running
        assert "q ends the program" in notices(pilot)
