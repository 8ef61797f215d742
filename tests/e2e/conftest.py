"""Terminals for the end-to-end tests."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

ROOT = Path(__file__).parents[2]
Open = Callable[..., Terminal]


@pytest.fixture
def open_tutor(tmp_path: Path) -> Iterator[Open]:
    """Starts the tutor in a terminal of a given size; all of one test share what the learner did."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    opened: list[Terminal] = []

    def start(size: tuple[int, int] = (80, 24), *arguments: str) -> Terminal:
        environment = {
            "K8S_TUTOR_HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
        }
        command = [sys.executable, "-m", "tutor", *arguments]
        opened.append(Terminal(tmp_path / f"tmux-{len(opened)}", command, environment, size))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()
