"""When questions come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tutor.quiz import Card, Rating, end_of_day, review

START = datetime(2026, 3, 2, 20, 15, tzinfo=UTC)


def answered(*ratings: Rating) -> list[Card]:
    """The cards after answering with these ratings, each on the day the card is due."""
    cards: list[Card] = []
    now = START
    for rating in ratings:
        cards.append(review(cards[-1] if cards else None, "q", 1, rating, now))
        now = cards[-1].due
    return cards


def interval(card: Card) -> int:
    return (card.due - card.last_review).days


def test_intervals_grow_while_the_answers_are_right() -> None:
    intervals = [interval(card) for card in answered(*[Rating.GOOD] * 5)]
    assert intervals == sorted(set(intervals))
    assert intervals[0] >= 1


def test_a_wrong_answer_brings_the_question_back_the_next_day() -> None:
    assert interval(answered(Rating.AGAIN)[0]) == 1


def test_forgetting_shortens_the_interval_and_counts_as_a_lapse() -> None:
    *_, before, after = answered(Rating.GOOD, Rating.GOOD, Rating.GOOD, Rating.AGAIN)
    assert interval(after) < interval(before)
    assert (after.reviews, after.lapses) == (4, 1)


def test_a_wrong_first_answer_is_no_lapse() -> None:
    assert answered(Rating.AGAIN)[0].lapses == 0


def test_the_same_answers_at_the_same_times_give_the_same_dates() -> None:
    ratings = (Rating.GOOD, Rating.AGAIN, Rating.GOOD)
    assert answered(*ratings) == answered(*ratings)


def test_nothing_is_put_off_for_more_than_a_year() -> None:
    assert max(interval(card) for card in answered(*[Rating.GOOD] * 15)) <= 365


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        review(None, "q", 1, Rating.GOOD, datetime(2026, 3, 2))  # noqa: DTZ001 - what the test is about


def test_the_day_ends_where_the_learner_is() -> None:
    zone = timezone(timedelta(hours=9))
    evening = datetime(2026, 3, 2, 23, 30, tzinfo=zone)
    assert end_of_day(evening) < datetime(2026, 3, 3, tzinfo=zone)
    assert end_of_day(evening) > evening
