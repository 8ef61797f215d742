"""Answering without screens; every answer is kept."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import pytest

from tutor.cli import main
from tutor.progress import open_progress


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let the learner type these lines and then end the input."""
    typed: Iterator[str] = iter(lines)

    def read(prompt: str = "") -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", read)


def test_every_option_is_explained_and_the_end_of_input_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "1")
    assert main(["quiz", "services", "--seed", "3"]) == 0
    shown = capsys.readouterr().out
    assert "right: " in shown
    assert "wrong: " in shown
    assert "Your answers are kept" in shown


def test_it_goes_on_where_it_was_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer(monkeypatch, "1", "2", "q")
    main(["quiz", "services", "--seed", "3"])
    capsys.readouterr()
    answer(monkeypatch, "q")
    main(["quiz", "services"])
    shown = capsys.readouterr().out
    assert "Going on where you left off" in shown
    assert "Question 3 of" in shown


@pytest.mark.parametrize("nonsense", ["0", "9", "x", "", "1 1 x"])
def test_nonsense_is_asked_again(
    nonsense: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, nonsense, "q")
    main(["quiz", "services", "--seed", "3"])
    assert "Question 2" not in capsys.readouterr().out


def test_undo_brings_the_question_back(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer(monkeypatch, "1", "u", "q")
    main(["quiz", "services", "--seed", "3"])
    assert capsys.readouterr().out.count("Question 1 of") == 2
    with open_progress() as progress:
        assert not progress.quizzes.last_answers()


def test_nothing_is_due_at_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz"]) == 0
    assert "No cards are due" in capsys.readouterr().out
