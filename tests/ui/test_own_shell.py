"""The learner's own shell, opened from an exercise. The shell itself is a double: no program is started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.ui.doubles import FakeServices
from tests.ui.driving import open_at, press, text_of
from tests.ui.test_exercise import START
from tutor import own_shell


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
