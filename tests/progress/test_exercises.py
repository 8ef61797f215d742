"""Attempts at exercises."""

from __future__ import annotations

import pytest

from tutor.progress import CheckRecord, Progress, ProgressError


def test_an_attempt_counts_the_help_used(progress: Progress) -> None:
    attempt = progress.exercises.start("fix-selector", 1, "simulated")
    progress.exercises.note_hint(attempt.id)
    progress.exercises.note_hint(attempt.id)
    progress.exercises.note_reset(attempt.id)
    progress.exercises.note_solution(attempt.id)
    stored = progress.exercises.attempt(attempt.id)
    assert (stored.hints, stored.resets, stored.solution_shown, stored.passed) == (2, 1, True, False)
    assert stored.cluster == "simulated"


def test_the_latest_result_of_each_check_is_kept(progress: Progress) -> None:
    attempt = progress.exercises.start("fix-selector", 1, "kind")
    progress.exercises.note_checks(attempt.id, [CheckRecord("a", "failed", "2 ready"), CheckRecord("b", "passed")])
    progress.exercises.note_checks(attempt.id, [CheckRecord("a", "passed", "3 ready")])
    assert progress.exercises.attempt(attempt.id).checks == (
        CheckRecord("a", "passed", "3 ready"),
        CheckRecord("b", "passed"),
    )


def test_passing_counts_from_the_first_time(progress: Progress) -> None:
    attempt = progress.exercises.start("fix-selector", 1, "kind")
    progress.exercises.passed(attempt.id)
    first = progress.exercises.attempt(attempt.id).passed_at
    progress.exercises.passed(attempt.id)
    assert progress.exercises.attempt(attempt.id).passed_at == first
    assert first is not None


def test_an_attempt_is_offered_again_until_it_is_passed_or_ended(progress: Progress) -> None:
    assert progress.exercises.unfinished("e") is None
    first = progress.exercises.start("e", 1, "simulated")
    assert progress.exercises.unfinished("e") == first
    progress.exercises.passed(first.id)
    assert progress.exercises.unfinished("e") is None
    second = progress.exercises.start("e", 1, "simulated")
    progress.exercises.ended(second.id)
    assert progress.exercises.unfinished("e") is None


def test_starting_again_ends_the_open_attempt_and_keeps_its_history(progress: Progress) -> None:
    first = progress.exercises.start("e", 1, "simulated")
    other = progress.exercises.start("another", 1, "simulated")
    second = progress.exercises.start("e", 2, "simulated")
    history = progress.exercises.history("e")
    assert [attempt.id for attempt in history] == [second.id, first.id]
    assert history[1].ended_at is not None
    assert progress.exercises.unfinished("another") == other


def test_an_unknown_attempt_is_an_error(progress: Progress) -> None:
    with pytest.raises(ProgressError, match="no exercise attempt"):
        progress.exercises.note_hint("nope")
    with pytest.raises(ProgressError, match="no exercise attempt"):
        progress.exercises.note_checks("nope", [CheckRecord("a", "passed")])
    with pytest.raises(ProgressError, match="no exercise attempt"):
        progress.exercises.attempt("nope")
