"""Ctrl+c while the program starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPT_AT = """
import os, signal, sys
class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, {handler})
sys.meta_path.insert(0, Interrupter())
sys.argv = ["k8s-tutor", "lesson", "list"]
from tutor.__main__ import start
raise SystemExit(start())
"""


def interrupted_at(name: str, folder: Path, handler: str = "signal.default_int_handler") -> tuple[int, str]:
    """Exit code and errors of a program that gets the signal of ctrl+c when it imports a module."""
    program = INTERRUPT_AT.format(name=name, handler=handler)
    environment = {"K8S_TUTOR_HOME": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", ["tutor.cli", "argparse", "tutor.cli.lessons", "tutor.course.pack", "yaml"])
def test_ctrl_c_ends_it_without_a_word_at_any_moment(name: str, tmp_path: Path) -> None:
    assert interrupted_at(name, tmp_path) == (130, "")


def test_who_has_started_it_to_ignore_ctrl_c_is_heeded(tmp_path: Path) -> None:
    assert interrupted_at("tutor.cli", tmp_path, "signal.SIG_IGN") == (0, "")
