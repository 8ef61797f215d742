"""Keeps tests away from the learner's own files and from what the environment says."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test keeps what the tutor keeps in a folder of its own."""
    monkeypatch.setenv("K8S_TUTOR_HOME", str(tmp_path / "tutor-home"))
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
