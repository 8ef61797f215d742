"""Lines that are remembered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.shell.conftest import Bench
from tutor.shell.history import MAX_LINES, History


def test_it_is_there_next_time(open_bench: Callable[..., Bench], home: Path) -> None:
    first = open_bench(remember=True)
    first.run("echo a")
    first.run("cat <<EOF\nb\nEOF")
    first.run("cat <<EOF\nb\nEOF")
    first.run("  ")
    first.shell.close()
    assert open_bench(remember=True).shell.history == ["echo a", "cat <<EOF\nb\nEOF"]
    (file,) = (home / "history").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_each_workspace_has_its_own(tmp_path: Path) -> None:
    History.of(tmp_path / "a" / "x").add("one")
    assert History.of(tmp_path / "a" / "x").lines == ["one"]
    assert History.of(tmp_path / "b" / "x").lines == []


def test_it_is_bounded(tmp_path: Path) -> None:
    history = History(tmp_path / "lines")
    history.lines = [str(number) for number in range(MAX_LINES)]
    history.add("last")
    history.add("x" * 20_000)
    assert len(History(tmp_path / "lines").lines) == MAX_LINES
    assert history.lines[-1] == "last"


def test_a_damaged_file_costs_only_what_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b'"good"\nnot json\n42\n\xff\xfe\n"also good"\n')
    assert History(file).lines == ["good", "also good"]


def test_without_a_data_folder_it_lasts_as_long_as_the_shell(home: Path, tmp_path: Path) -> None:
    home.write_text("in the way")
    history = History.of(tmp_path)
    history.add("a")
    assert history.lines == ["a"]
    assert os.listdir(tmp_path) == ["home"]


def test_the_command(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    for line in ("echo a", "echo b", "history 2"):
        bench.run(line)
    assert bench.pane.text().endswith("    2  echo b\n    3  history 2\n")
    assert bench.run("history x").status == 1
    assert bench.out("history 0") == ""
