"""A slice of what `python -m tests.tools.fuzz_shell` does for as long as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.fuzz_shell import fuzz
from tutor.folders import HOME_VARIABLE

SLICE_SECONDS = 4.0


@pytest.mark.slow
async def test_nothing_that_is_typed_ends_the_app_or_gets_out_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    assert await fuzz(SLICE_SECONDS, seed=1, folder=tmp_path) >= 1
