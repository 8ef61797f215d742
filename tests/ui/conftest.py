"""What every test of the screens starts from: a small course, no cluster, and an environment that changes no colours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.doubles import OPENED, FakeServices


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own settings reaches the app."""
    for name in list(os.environ):
        if name == "NO_COLOR" or name.startswith("TEXTUAL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("K8S_TUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "no-kubeconfig"))


@pytest.fixture(autouse=True)
def closed_progress() -> Iterator[None]:
    """Tests look at progress without an app that would close it, and Python 3.13 warns of every connection that is left open."""
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    """The small course with progress in memory."""
    return FakeServices(tmp_path)
