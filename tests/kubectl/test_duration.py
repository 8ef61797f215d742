from __future__ import annotations

import pytest

from tutor.kubectl.duration import age, go_duration, human_duration, parse_duration, parse_time, rfc1123

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (10 * MINUTE + 5, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (5 * HOUR + 3 * MINUTE, "5h3m"),
        (8 * HOUR + 3 * MINUTE, "8h"),
        (47 * HOUR, "47h"),
        (2 * DAY, "2d"),
        (2 * DAY + 3 * HOUR, "2d3h"),
        (30 * DAY, "30d"),
        (730 * DAY, "2y"),
        (731 * DAY, "2y1d"),
        (3000 * DAY, "8y"),
    ],
)
def test_ages_have_two_or_three_figures(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


def test_an_age_counts_from_now_and_a_missing_time_is_unknown() -> None:
    assert age("2024-01-01T00:00:00Z", (parse_time("2024-01-01T00:01:05Z") or 0)) == "65s"
    assert age(None, 0) == "<unknown>"


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90s", 90), ("1h30m", 5400), ("1.5m", 90), ("-2s", -2), ("250ms", 0.25)]
)
def test_durations_are_read_like_go_reads_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "abc", "5 s", "s", "1h 2m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time: "):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (1.5, "1.5s"), (90, "1m30s"), (7200, "2h0m0s"), (0.5, "500ms")]
)
def test_durations_are_printed_like_go_prints_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


def test_points_in_time_are_printed_in_utc() -> None:
    assert rfc1123("2026-11-23T12:38:10Z") == "Mon, 23 Nov 2026 12:38:10 +0000"
    assert rfc1123(None) == "Mon, 01 Jan 0001 00:00:00 +0000"
