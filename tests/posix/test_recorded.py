"""The shell gives what a real POSIX shell gave: status and standard output of recorded scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.posix import HostInfo, new_machine, run_script, userland

FOLDER = "/work"
"""Where the recorded shell was started."""
_ROWS = json.loads((Path(__file__).parent / "recorded" / "cases.json").read_text())


@pytest.mark.parametrize("row", _ROWS, ids=[row["script"].replace("\n", " ")[:50] for row in _ROWS])
def test_script_does_what_the_recorded_shell_did(row: dict[str, str | int]) -> None:
    tree = userland({f"{FOLDER}/.keep": ""})
    tree.remove(f"{FOLDER}/.keep")
    machine = new_machine(tree, guards_init=False, host=HostInfo(shell="dash"))
    result = run_script(str(row["script"]), cwd=FOLDER, machine=machine)
    assert (result.stdout.decode(), result.status) == (row["stdout"], row["status"]), result.stderr.decode()
