"""Starting the background process: whoever gives up waiting for it leaves none behind."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tutor.clusters import background


class _Slow:
    """A process that never comes up."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.ended = False
        started.append(self)

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        self.ended = True


started: list[_Slow] = []


def test_ctrl_c_while_it_starts_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    started.clear()
    monkeypatch.setattr(subprocess, "Popen", _Slow)
    monkeypatch.setattr(background, "status", lambda: None)
    monkeypatch.setattr("time.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        background.start()
    assert [process.ended for process in started] == [True]
