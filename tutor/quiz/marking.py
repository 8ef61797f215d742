"""Whether chosen options answer a question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tutor.course.model import Question


@dataclass(frozen=True)
class Mark:
    """The verdict on chosen options, all given as indexes into the author's order.

    `correct` is all or nothing: choosing one option too many or too few is wrong. `missed` are right ones not chosen.
    """

    question_id: str
    correct: bool
    chosen: tuple[int, ...]
    missed: tuple[int, ...]
    wrong: tuple[int, ...]


def mark(question: Question, chosen: Collection[int]) -> Mark:
    """Mark a choice. ValueError, in words for the learner, when the choice cannot be an answer to the question."""
    _check(question, chosen)
    right = {index for index, option in enumerate(question.options) if option.correct}
    taken = set(chosen)
    return Mark(
        question_id=question.id,
        correct=taken == right,
        chosen=tuple(sorted(taken)),
        missed=tuple(sorted(right - taken)),
        wrong=tuple(sorted(taken - right)),
    )


def _check(question: Question, chosen: Collection[int]) -> None:
    if question.kind == "recall":
        raise ValueError("this question is answered in your own words")
    if not chosen:
        raise ValueError("choose at least one option")
    if any(index not in range(len(question.options)) for index in chosen):
        raise ValueError(f"choose from options 1 to {len(question.options)}")
    if question.kind == "single" and len(set(chosen)) != 1:
        raise ValueError("choose exactly one option")
