"""Replays every recording: the built-in kubectl must print, byte for byte, what the genuine one printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubectl.recording import FOLDER, Recording, replay

PATHS = sorted(FOLDER.glob("*.json"))


def test_there_are_recordings() -> None:
    assert len(PATHS) >= 150


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_prints_what_the_genuine_kubectl_printed(path: Path) -> None:
    recording = Recording.load(path)
    assert replay(recording) == recording.expected
