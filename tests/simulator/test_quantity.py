"""Quantities mean and print what Kubernetes' do. Expected texts are replies of Kubernetes 1.20.2 and 1.37.2."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tutor.simulator.quantity import QuantityError, canonical, milli, parse, whole


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("0.5", "500m"),
        ("1000m", "1"),
        ("0.25", "250m"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("0.5Ki", "512"),
        ("1e3", "1e3"),
        ("128974848", "128974848"),
        ("1", "1"),
        ("0", "0"),
        ("2000k", "2M"),
        ("100n", "100n"),
        (3, "3"),
    ],
)
def test_canonical_form(given: str | int, shown: str) -> None:
    assert canonical(given) == shown


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "10 Mi", "Mi", "1mi", "--1", "0x10"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(QuantityError, match="quantities must match"):
        parse(text)


def test_units() -> None:
    assert milli("250m") == 250
    assert milli("0.0001") == 1
    assert whole("1Ki") == 1024
    assert whole("1500m") == 2
    assert parse("1E") == Decimal(10) ** 18
    assert parse("-5") == -5
