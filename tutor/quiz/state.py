"""What has to be kept of a quiz session to go on with it later: the plan it follows and everything done in it so far.

All of it is plain data with a JSON form, so a session survives the end of the program at any moment, also in the
middle of a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SessionKind(StrEnum):
    """What a session is made of."""

    LESSON = "lesson"
    REVIEW = "review"
    ALL = "all"


class Rating(StrEnum):
    """How well something was remembered.

    Two grades on purpose: finer ones are used inconsistently and schedule no better.
    """

    AGAIN = "again"
    GOOD = "good"


class ActionKind(StrEnum):
    """What the learner did."""

    ANSWER = "answer"  # chose options, or wrote the text of a recall question
    RATE = "rate"  # compared the written text with the model answer and said how it went
    SKIP = "skip"


@dataclass(frozen=True)
class Item:
    """One question of a session.

    `options` is the order in which its options are shown, as indexes into the author's order.
    """

    question_id: str
    version: int
    options: tuple[int, ...] = ()


@dataclass(frozen=True)
class Action:
    """One thing the learner did.

    `chosen` holds indexes into the author's order; `correct` is None until a recall answer is rated.
    """

    kind: ActionKind
    question_id: str
    chosen: tuple[int, ...] = ()
    text: str = ""
    correct: bool | None = None
    rating: Rating | None = None


@dataclass(frozen=True)
class SessionState:
    """A session as it is stored. `scope` is the lesson of a lesson quiz and empty otherwise."""

    kind: SessionKind
    scope: str
    seed: int
    items: tuple[Item, ...]
    actions: tuple[Action, ...] = ()
    flagged: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """A form `json.dumps` accepts and `from_json` takes back."""
        return {
            "kind": self.kind.value,
            "scope": self.scope,
            "seed": self.seed,
            "items": [
                {"question": i.question_id, "version": i.version, "options": list(i.options)} for i in self.items
            ],
            "actions": [_action_to_json(action) for action in self.actions],
            "flagged": sorted(self.flagged),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SessionState:
        """The state `to_json` described. ValueError when it is not one."""
        try:
            return cls(
                kind=SessionKind(data["kind"]),
                scope=str(data["scope"]),
                seed=int(data["seed"]),
                items=tuple(Item(i["question"], int(i["version"]), tuple(i["options"])) for i in data["items"]),
                actions=tuple(_action_from_json(action) for action in data["actions"]),
                flagged=frozenset(data["flagged"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a stored quiz session: {error!r}") from error


def _action_to_json(action: Action) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": action.kind.value, "question": action.question_id}
    if action.chosen:
        data["chosen"] = list(action.chosen)
    if action.text:
        data["text"] = action.text
    if action.correct is not None:
        data["correct"] = action.correct
    if action.rating is not None:
        data["rating"] = action.rating.value
    return data


def _action_from_json(data: dict[str, Any]) -> Action:
    rating = data.get("rating")
    return Action(
        kind=ActionKind(data["kind"]),
        question_id=data["question"],
        chosen=tuple(data.get("chosen", ())),
        text=data.get("text", ""),
        correct=data.get("correct"),
        rating=None if rating is None else Rating(rating),
    )
