"""Shells for the tests: most without a cluster, some on a simulated one. None of them sleeps: they wait for events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tutor.folders import HOME_VARIABLE
from tutor.shell import LineResult, PracticeShell
from tutor.shell.commands.kubectl import Editor

LIMIT = 20.0
"""Seconds any wait of a test may take; far more than it needs."""

NOWHERE = """\
apiVersion: v1
kind: Config
current-context: nowhere
clusters:
- {name: nowhere, cluster: {server: "http://127.0.0.1:9"}}
users:
- {name: learner, user: {token: very-secret-token}}
contexts:
- {name: nowhere, context: {cluster: nowhere, user: learner}}
"""


class Pane:
    """What a screen would have shown, and a way to wait for it."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    def __call__(self, stream: str, text: str) -> None:
        with self._changed:
            self.pieces.append((stream, text))
            self._changed.notify_all()

    def text(self, stream: str = "stdout") -> str:
        return "".join(text for name, text in self.pieces if name == stream)

    def wait_for(self, wanted: str, stream: str = "stdout") -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: wanted in self.text(stream), LIMIT), self.pieces[-20:]

    def wait_for_end(self, count: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: [name for name, _ in self.pieces].count("end") >= count, LIMIT), (
                self.pieces[-20:]
            )


class Bench:
    """A shell with its workspace and what it showed."""

    def __init__(
        self, kubeconfig: Path, workspace: Path, *, editor: Editor | None = None, remember: bool = False
    ) -> None:
        self.workspace = workspace
        self.pane = Pane()
        self.shell = PracticeShell(kubeconfig, workspace, output=self.pane, editor=editor, remember=remember)

    def run(self, line: str, timeout: float = LIMIT) -> LineResult:
        return self.shell.run(line, timeout)

    def out(self, line: str) -> str:
        """What a line that must succeed prints."""
        result = self.run(line)
        assert (result.status, result.stderr) == (0, ""), result
        return result.stdout


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tutor's data folder of one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A kubeconfig whose cluster does not answer."""
    file = tmp_path / "nowhere.kubeconfig"
    file.write_text(NOWHERE)
    return file


@pytest.fixture
def open_bench(tmp_path: Path, nowhere: Path) -> Iterator[Callable[..., Bench]]:
    """Makes shells in the same workspace and closes them."""
    benches: list[Bench] = []

    def make(kubeconfig: Path = nowhere, *, editor: Editor | None = None, remember: bool = False) -> Bench:
        benches.append(Bench(kubeconfig, tmp_path / "workspace", editor=editor, remember=remember))
        return benches[-1]

    yield make
    for bench in benches:
        bench.shell.close()


@pytest.fixture
def bench(open_bench: Callable[..., Bench]) -> Bench:
    """A shell without a cluster."""
    return open_bench()
