"""The learner's own shell, opened from an exercise. The shell itself is a double: no program is started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import pytest

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, notices, open_at, press, settle, text_of
from tutor import own_editor, own_shell
from tutor.ui.screens.edit import EditScreen
from tutor.ui.screens.settings import SettingsScreen


async def test_it_is_opened_when_asked_twice_and_what_was_done_in_it_counts(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[own_shell.Command] = []
    suspended: list[bool] = []

    def play(command: own_shell.Command, lines: Sequence[str]) -> int:
        opened.append(command)
        services.the_session.ready_replicas = 3
        return 0

    monkeypatch.setattr(own_shell, "run", play)
    monkeypatch.setenv("SHELL", "/bin/sh")
    async with open_at(services, START) as pilot:

        @contextmanager
        def stand_aside() -> Iterator[None]:
            suspended.append(True)
            yield
            suspended.append(False)

        monkeypatch.setattr(pilot.app, "suspend", stand_aside)
        await press(pilot, "o")
        assert "Press o again to open your own shell." in text_of(pilot)
        assert opened == []
        await press(pilot, "o")
        assert suspended == [True, False]
        assert opened[0].folder == services.workspace(services.pack.exercise("run-web"))
        assert opened[0].environment["K8S_TUTOR_EXERCISE"] == "run-web"
        assert "✓ Solved." in text_of(pilot)


async def test_where_the_screens_cannot_stand_aside_it_is_said(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "o", "o")
        assert "k8s-tutor shell" in text_of(pilot)


async def test_the_learners_own_editor_is_opened_where_they_have_chosen_it(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_editor, "own_editor", lambda: ("my-editor",))
    monkeypatch.setattr(own_editor, "edit", lambda editor, name, text: f"{text}# edited in {editor[0]}\n")
    services.settings.own_editor = True
    async with open_at(services, START) as pilot:
        monkeypatch.setattr(pilot.app, "suspend", nullcontext)
        await press(pilot, "f2", *"edit", "enter")
        while services.the_shell.edited is None:
            await pilot.pause()
        assert services.the_shell.edited == "replicas: 1\n# edited in my-editor\n"


async def test_where_it_cannot_have_the_terminal_the_tutors_editor_opens(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_editor, "own_editor", lambda: ("my-editor",))
    services.settings.own_editor = True
    async with open_at(services, START) as pilot:
        await press(pilot, "f2", *"edit", "enter")
        while not isinstance(pilot.app.screen, EditScreen):
            await pilot.pause()
        assert "my-editor cannot be used here" in notices(pilot)


async def test_the_setting_names_the_editor(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "cat")
    async with open_at(services) as pilot:
        pilot.app.push_screen(SettingsScreen())
        await settle(pilot)
        assert "○ off  vi, nano and kubectl edit open your own editor (cat)" in text_of(pilot)
        await press(pilot, "end", "enter")
        assert services.settings.own_editor
