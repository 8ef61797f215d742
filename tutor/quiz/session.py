"""One run through some questions: what comes next, what the learner did, how it went. No screen, no clock, no
storage.

Everything follows from the list of actions in the session's state, so undoing is dropping the last one, and a stored
state is the whole session.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from tutor.course.model import Question
from tutor.quiz.bank import QuestionBank
from tutor.quiz.marking import Mark, mark
from tutor.quiz.plan import option_order
from tutor.quiz.recall import Coverage, coverage
from tutor.quiz.state import Action, ActionKind, Item, Rating, SessionState


class Status(StrEnum):
    """How a question of the session stands."""

    OPEN = "open"
    SKIPPED = "skipped"
    TO_RATE = "to rate"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True)
class Shown:
    """A question to show now: `order` are its options' indexes as they are to be listed, `number` counts from 1."""

    question: Question
    order: tuple[int, ...]
    number: int
    status: Status
    flagged: bool


class Session:
    """A quiz in progress. A skipped question comes back once, after the others; skipped again it is left out."""

    def __init__(self, bank: QuestionBank, state: SessionState) -> None:
        """Go on from `state`.

        Questions the course has lost are dropped; those it has changed are asked (again) in their new form.
        """
        self._bank = bank
        self._state = _fitted(state, bank)

    @property
    def state(self) -> SessionState:
        """What to store to go on later."""
        return self._state

    @property
    def current(self) -> Shown | None:
        """The question to show next; None when all have been answered or left out."""
        statuses = self.statuses()
        for status in (Status.TO_RATE, Status.OPEN):
            for question_id, found in statuses.items():
                if found is status:
                    return self.shown(question_id)
        for action in self._state.actions:
            if statuses[action.question_id] is Status.SKIPPED and self._skips(action.question_id) == 1:
                return self.shown(action.question_id)
        return None

    def shown(self, question_id: str) -> Shown:
        """One question of the session, whether its turn has come or not.

        KeyError when it is not part of the session.
        """
        for number, item in enumerate(self._state.items, start=1):
            if item.question_id == question_id:
                status = self.statuses()[question_id]
                return Shown(
                    self._bank.question(question_id), item.options, number, status, question_id in self._state.flagged
                )
        raise KeyError(question_id)

    def statuses(self) -> dict[str, Status]:
        """Every question of the session in its order, and how it stands."""
        statuses = {item.question_id: Status.OPEN for item in self._state.items}
        for action in self._state.actions:
            statuses[action.question_id] = _status_after(action)
        return statuses

    def answer(self, chosen: Collection[int]) -> Mark:
        """Answer the current question with options (indexes into the author's order).

        ValueError says why that is no answer.
        """
        question = self._asked(Status.OPEN, Status.SKIPPED)
        verdict = mark(question, chosen)
        self._do(Action(ActionKind.ANSWER, question.id, chosen=verdict.chosen, correct=verdict.correct))
        return verdict

    def submit(self, text: str) -> Coverage:
        """Answer the current recall question in one's own words; it stays the current one until `rate`."""
        question = self._asked(Status.OPEN, Status.SKIPPED)
        if question.kind != "recall":
            raise ValueError("this question is answered by choosing")
        self._do(Action(ActionKind.ANSWER, question.id, text=text))
        return coverage(question.rubric, text)

    def rate(self, rating: Rating) -> None:
        """Say how the recall answer just submitted went. ValueError when there is none."""
        question = self._asked(Status.TO_RATE)
        self._do(Action(ActionKind.RATE, question.id, correct=rating is Rating.GOOD, rating=rating))

    def skip(self) -> None:
        """Go on without answering the current question."""
        self._do(Action(ActionKind.SKIP, self._asked(Status.OPEN, Status.SKIPPED).id))

    def flag(self, question_id: str) -> bool:
        """Mark a question to come back to, or take the mark off. Returns whether it is marked now."""
        self.shown(question_id)
        self._state = replace(self._state, flagged=self._state.flagged ^ {question_id})
        return question_id in self._state.flagged

    def undo(self) -> Action | None:
        """Take back the last answer, rating or skip, whose question is then current again.

        Returns it; None when there is nothing to undo.
        """
        if not self._state.actions:
            return None
        *kept, last = self._state.actions
        self._state = replace(self._state, actions=tuple(kept))
        return last

    def written(self, question_id: str) -> str:
        """What the learner last wrote for a recall question; empty when nothing."""
        answers = [a.text for a in self._state.actions if a.question_id == question_id and a.kind is ActionKind.ANSWER]
        return answers[-1] if answers else ""

    def _asked(self, *statuses: Status) -> Question:
        current = self.current
        if current is None:
            raise ValueError("every question of this session has been dealt with")
        if current.status not in statuses:
            raise ValueError(
                "rate your answer first" if current.status is Status.TO_RATE else "there is nothing to rate"
            )
        return current.question

    def _do(self, action: Action) -> None:
        self._state = replace(self._state, actions=(*self._state.actions, action))

    def _skips(self, question_id: str) -> int:
        return sum(a.kind is ActionKind.SKIP and a.question_id == question_id for a in self._state.actions)


def _status_after(action: Action) -> Status:
    if action.kind is ActionKind.SKIP:
        return Status.SKIPPED
    if action.correct is None:
        return Status.TO_RATE
    return Status.RIGHT if action.correct else Status.WRONG


def _fitted(state: SessionState, bank: QuestionBank) -> SessionState:
    """The state with its items and actions made to fit the course as it is now."""
    same = {item.question_id for item in state.items if bank.find(item.question_id, item.version)}
    items = tuple(_fitted_item(item, state.seed, bank) for item in state.items if item.question_id in bank)
    return replace(
        state,
        items=items,
        actions=tuple(action for action in state.actions if action.question_id in same),
        flagged=state.flagged & {item.question_id for item in items},
    )


def _fitted_item(item: Item, seed: int, bank: QuestionBank) -> Item:
    question = bank.question(item.question_id)
    if question.version == item.version and sorted(item.options) == list(range(len(question.options))):
        return item
    return Item(question.id, question.version, option_order(question, seed))
