"""What a new learner does first, in a real terminal: read, answer, play an exercise, leave, come back."""

from __future__ import annotations

import signal
import subprocess
import sys
from os import kill
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Open
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e
SMALL, LARGE = (80, 24), (160, 48)


def answer(tutor: Terminal) -> None:
    """Answer the question on the screen, whatever its kind."""
    several = "[ ]" in tutor.screen()
    tutor.press("1")
    if several:
        tutor.wait_for("[x]")
        tutor.press("Enter")
    tutor.wait_for("Next")


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_from_the_first_screen_to_a_solved_exercise(size: tuple[int, int], open_tutor: Open, tmp_path: Path) -> None:
    tutor = open_tutor(size)
    tutor.wait_for("Container orchestration")
    tutor.press("Enter")
    tutor.wait_for("page 1 of")
    tutor.press("Right")
    tutor.wait_for("page 2 of")
    tutor.press("z")
    tutor.wait_for("Question 1 of")
    answer(tutor)
    tutor.press("q")
    tutor.wait_for("page 2 of")
    tutor.press("q")
    tutor.wait_for("Continue")
    tutor.press("e")
    tutor.wait_for("Scale to five")
    tutor.press("Down", "Enter")
    tutor.wait_for("◐ 0 of")
    tutor.press("F2")
    tutor.wait_for("[production] $")
    tutor.wait_for("tab Complete")
    tutor.type("kubectl scale deployment/web-app --replicas=5")
    tutor.press("Enter")
    tutor.wait_for("Solved")
    tutor.press("C-q")
    tutor.wait_for("ended with 0")
    report = _command(tmp_path, "progress")
    assert "Exercises: 1 attempt, 1 passed" in report


def test_nothing_is_lost_by_leaving_in_the_middle(open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")
    tutor.press("z")
    tutor.wait_for("Question 1 of")
    answer(tutor)
    tutor.press_until("Space", "Question 2 of")
    kill(tutor.process(), signal.SIGKILL)
    tutor.wait_for("ended with 137")
    again = open_tutor()
    again.wait_for("Container orchestration")
    again.press("z")
    again.wait_for("Question 2 of")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(number: signal.Signals, open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")
    assert tutor.flag("alternate_on") == "1"
    kill(tutor.process(), number)
    tutor.wait_for("ended with")
    assert tutor.flag("alternate_on") == "0"
    assert tutor.flag("mouse_any_flag") == "0"
    assert tutor.flag("cursor_flag") == "1"


def test_a_stray_byte_ends_nothing(open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")
    tutor.send_bytes(["ff", "fe", "80"])
    tutor.press("e")
    tutor.wait_for("Scale to five")


def test_a_terminal_that_is_too_small_says_what_it_needs_and_keeps_everything(open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")
    tutor.press("Enter")
    tutor.wait_for("page 1 of")
    tutor.resize(40, 10)
    tutor.wait_for("60")
    tutor.resize(80, 24)
    tutor.wait_for("page 1 of")


def test_an_exercise_goes_on_where_it_was_left(open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")
    tutor.press("e")
    tutor.wait_for("Scale to five")
    tutor.press("Down", "Enter")
    tutor.wait_for("◐ 0 of")
    tutor.press("F2")
    tutor.wait_for("[production] $")
    tutor.wait_for("tab Complete")
    tutor.type("kubectl create configmap mine")
    tutor.press("Enter")
    tutor.wait_for("configmap/mine created")
    tutor.press("C-q")
    tutor.wait_for("ended with 0")
    again = open_tutor((80, 24), "--open", "exercise:scale-to-five")
    again.wait_for("◐ 0 of")
    again.press("F2")
    again.wait_for("[production] $")
    again.wait_for("tab Complete")
    again.type("kubectl get configmap mine -o name")
    again.press("Enter")
    again.wait_for("configmap/mine")
    again.type("kubectl scale deployment/web-app --replicas=5")
    again.press("Enter")
    again.wait_for("Solved")


def _command(folder: Path, *words: str) -> str:
    environment = {"K8S_TUTOR_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *words], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout
