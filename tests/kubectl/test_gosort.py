from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.kubectl.gosort import go_sort


@given(st.lists(st.integers(0, 20), max_size=200))
def test_the_result_is_sorted_and_complete(numbers: list[int]) -> None:
    assert go_sort(numbers, lambda a, b: a < b) == sorted(numbers)


def test_short_lists_keep_equal_elements_in_order() -> None:
    pairs = [(1, "a"), (0, "b"), (1, "c"), (0, "d")]
    assert go_sort(pairs, lambda a, b: a[0] < b[0]) == [(0, "b"), (0, "d"), (1, "a"), (1, "c")]


@pytest.mark.parametrize(
    ("length", "order"),
    [
        (20, "9 18 15 3 12 0 6 10 7 4 13 16 1 19 8 5 11 14 2 17"),
        (
            77,
            "27 75 72 3 69 66 6 63 60 9 57 54 12 51 48 15 45 42 18 39 0 21 36 33 24 30 37 52 28 76 25 31 1 73 34 70 22 4 67 19 40 "
            "64 7 43 61 16 46 58 10 49 55 13 41 23 11 50 56 14 47 59 8 44 62 17 53 5 26 38 68 20 35 71 2 65 74 32 29",
        ),
    ],
)
def test_long_lists_are_not_stable_just_like_go(length: int, order: str) -> None:
    """`order` is what a Go 1.26 program gave for the same input."""
    pairs = [(number % 3, number) for number in range(length)]
    assert [number for _, number in go_sort(pairs, lambda a, b: a[0] < b[0])] == [int(word) for word in order.split()]
