"""The rule about a whole question bank: long options must not give the right answer away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course import lint


def question(number: int, telling: bool) -> str:
    """A single-choice question whose correct option is the longest one, or is not."""
    right = "the long and careful answer" if telling else "right"
    return f"""\
  - id: generated-{number}
    version: 1
    kind: single
    sections: [1]
    prompt: Question {number}?
    options:
      - {{text: {right}, correct: true, why: It is.}}
      - {{text: a wrong answer, why: It is not.}}
      - {{text: one more wrong, why: It is not.}}
"""


@pytest.mark.parametrize(("telling", "reported"), [(4, False), (5, True)])
def test_the_correct_option_may_not_be_the_longest_too_often(mini: Path, telling: int, reported: bool) -> None:
    path = mini / "quizzes" / "pods.yaml"
    generated = "".join(question(number, number < telling) for number in range(12))
    path.write_text(path.read_text(encoding="utf-8") + generated, encoding="utf-8")
    problems = lint(mini)
    assert [(one.path, one.message) for one in problems] == (
        [(mini / "quizzes", "the correct option is the longest in 5 of 13 single-choice questions")] if reported else []
    )


def test_a_small_bank_is_not_judged(mini: Path) -> None:
    path = mini / "quizzes" / "pods.yaml"
    generated = "".join(question(number, True) for number in range(8))
    path.write_text(path.read_text(encoding="utf-8") + generated, encoding="utf-8")
    assert lint(mini) == []
