"""The learner's own editor: which one it is, and what comes of editing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.own_editor import edit, own_editor


def script(folder: Path, body: str) -> tuple[str, ...]:
    """An editor that does this with the file it is given."""
    file = folder / "my-editor"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return (str(file), "--wait")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ()),
        ({"EDITOR": "sh -c"}, ("sh", "-c")),
        ({"EDITOR": "sh", "VISUAL": "cat -n"}, ("cat", "-n")),
        ({"EDITOR": "no-such-editor"}, ()),
        ({"EDITOR": "sh 'open"}, ()),
    ],
)
def test_which_editor(variables: dict[str, str], expected: tuple[str, ...]) -> None:
    assert own_editor({"PATH": "/usr/bin:/bin", **variables}) == expected


def test_what_was_saved_comes_back_and_a_failed_editor_saves_nothing(tmp_path: Path) -> None:
    assert (
        edit(script(tmp_path, 'echo "name: $(basename "$2")" >> "$2"'), "a/web.yaml", "x: 1\n")
        == "x: 1\nname: web.yaml\n"
    )
    assert edit(script(tmp_path, "exit 1"), "web.yaml", "x: 1\n") is None
    assert edit(script(tmp_path, 'rm "$2"'), "web.yaml", "x: 1\n") is None
    with pytest.raises(OSError, match="no-such-editor"):
        edit((str(tmp_path / "no-such-editor"),), "web.yaml", "")
