"""When a question comes back: one review card a question, scheduled by FSRS.

FSRS is the Free Spaced Repetition Scheduler, https://github.com/open-spaced-repetition/free-spaced-repetition-scheduler.

The scheduler runs without learning steps and without fuzz. A question answered wrongly comes back the next day, not a
minute later, which suits somebody who reads a chapter over some weeks; and the same answers at the same times always
give the same dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from tutor.quiz.state import Rating


@dataclass(frozen=True)
class Card:
    """What is known about how well one question is remembered.

    `stability` is in days, `difficulty` goes from 1 to 10.
    """

    question_id: str
    version: int
    stability: float
    difficulty: float
    due: datetime
    last_review: datetime
    reviews: int
    lapses: int


def review(card: Card | None, question_id: str, version: int, rating: Rating, now: datetime) -> Card:
    """The card after one more answer; `card` is None at the first. `now` must know its time zone (ValueError)."""
    if now.tzinfo is None:
        raise ValueError("the time of a review needs a time zone")
    import fsrs  # not needed before the first answer

    grade = fsrs.Rating.Good if rating is Rating.GOOD else fsrs.Rating.Again
    after, _ = _scheduler().review_card(_to_fsrs(card), grade, now.astimezone(UTC))
    forgotten = card is not None and rating is Rating.AGAIN
    return Card(
        question_id=question_id,
        version=version,
        stability=after.stability,
        difficulty=after.difficulty,
        due=after.due,
        last_review=after.last_review,
        reviews=(card.reviews if card else 0) + 1,
        lapses=(card.lapses if card else 0) + forgotten,
    )


def end_of_day(now: datetime) -> datetime:
    """The last moment of the day of `now`, in its own time zone.

    What falls due today may be reviewed from the morning on.
    """
    return datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo) - timedelta(microseconds=1)


@cache
def _scheduler() -> Any:
    import fsrs

    return fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=365)


def _to_fsrs(card: Card | None) -> Any:
    import fsrs

    if card is None:
        return fsrs.Card(card_id=0)
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Review,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due.astimezone(UTC),
        last_review=card.last_review.astimezone(UTC),
    )
