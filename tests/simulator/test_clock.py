"""Virtual time moves only when told to, fires in order, and can be saved."""

from __future__ import annotations

from tutor.simulator.clock import Clock, micro_timestamp, parse_timestamp, timestamp


def test_timers_fire_in_order_of_their_moment_then_of_their_setting() -> None:
    clock = Clock(100.0)
    clock.schedule("a", "late", 120.0)
    clock.schedule("a", "first", 110.0)
    clock.schedule("b", "second", 110.0)
    assert clock.next_due() == 110.0
    assert clock.pop_due() is None
    clock.now = 110.0
    fired = [timer.key for timer in iter(clock.pop_due, None)]
    assert fired == ["first", "second"]


def test_the_newest_statement_of_a_key_counts() -> None:
    clock = Clock(0.0)
    clock.schedule("a", "k", 5.0)
    clock.schedule("a", "k", 50.0)
    clock.now = 10.0
    assert clock.pop_due() is None
    assert clock.next_due() == 50.0


def test_a_moment_in_the_past_is_due_at_once() -> None:
    clock = Clock(10.0)
    clock.schedule("a", "k", 3.0)
    timer = clock.pop_due()
    assert timer is not None
    assert timer.due == 10.0


def test_housekeeping_is_no_work() -> None:
    clock = Clock(0.0)
    clock.schedule("a", "lease", 10.0, housekeeping=True)
    assert not clock.has_work()
    clock.schedule("a", "lease", 10.0)
    assert clock.has_work()
    clock.cancel("a", "lease")
    assert not clock.has_work()
    assert clock.next_due() is None


def test_a_saved_state_brings_back_time_and_timers() -> None:
    clock = Clock(0.0)
    clock.schedule("a", "k", 5.0)
    saved = clock.save()
    clock.now = 5.0
    clock.pop_due()
    clock.load(saved)
    assert clock.now == 0.0
    assert clock.next_due() == 5.0
    assert clock.has_work()


def test_timestamps_are_rfc_3339_in_utc() -> None:
    assert timestamp(1_700_000_000.9) == "2023-11-14T22:13:20Z"
    assert micro_timestamp(1_700_000_000.25) == "2023-11-14T22:13:20.250000Z"
    assert parse_timestamp("2023-11-14T22:13:20Z") == 1_700_000_000
