"""The built-in kubectl on a command line: the editor and the program for differences of the user's own shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.cli.kubectl import _compare, _editor


def program(folder: Path, body: str) -> Path:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"KUBE_EDITOR": "sh -c", "EDITOR": "cat"}, ("sh", "-c")),
        ({"EDITOR": "cat"}, ("cat",)),
        ({"VISUAL": "sh", "EDITOR": "cat"}, ("cat",)),
        ({"KUBE_EDITOR": "no-such-editor"}, ()),
    ],
)
def test_the_editor_is_the_one_kubectl_takes(variables: dict[str, str], expected: tuple[str, ...]) -> None:
    assert _editor({"PATH": "/usr/bin:/bin", **variables}) == expected


def test_differences_are_shown_by_the_program_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    own = program(tmp_path, 'shift; echo "$(cat "$1"/*) $(cat "$2"/*)"; ls "$1"; exit 1')
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", f"{own} -x")
    assert _compare([("v1.Pod.default.a", "old", "new")]) == 1
    assert capfd.readouterr().out == "old new\nv1.Pod.default.a\n"


def test_a_program_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "no-such-program -u")
    assert _compare([("a", "old", "new")]) > 1
    assert capsys.readouterr().err == "error: no-such-program: no such file or directory\n"
