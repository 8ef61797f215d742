from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.kubectl.quantity import canonical, format_quantity, milli, parse_quantity, whole


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250m", Fraction(1, 4)),
        ("256Mi", 256 * 1024**2),
        ("1e3", 1000),
        ("1.5Gi", 1536 * 1024**2),
        ("100k", 100_000),
        ("0", 0),
    ],
)
def test_quantities_are_read_exactly(text: str, amount: Fraction) -> None:
    assert parse_quantity(text) == amount


@pytest.mark.parametrize("text", ["", "abc", "1X", "Mi", "1 Gi", "--1"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantities"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1536Mi", "1536Mi"),
        ("2000", "2k"),
        ("0Mi", "0"),
        ("x", "x"),
    ],
)
def test_the_canonical_form_has_the_largest_suffix_that_leaves_a_whole_number(text: str, shown: str) -> None:
    assert canonical(text) == shown


def test_shares_of_a_unit_round_up() -> None:
    assert milli(Fraction(1, 3)) == 334
    assert whole(Fraction(3, 2)) == 2


@given(st.integers(min_value=0, max_value=10**15))
def test_a_printed_quantity_reads_back_as_itself(number: int) -> None:
    for binary in (False, True):
        assert parse_quantity(format_quantity(Fraction(number), binary=binary)) == number
