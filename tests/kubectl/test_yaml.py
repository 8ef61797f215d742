from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.kubectl.manifests import load_yaml
from tutor.kubectl.printers.kyaml import to_kyaml
from tutor.kubectl.printers.yaml import to_json, to_yaml

TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029\ufeff\r"),
    max_size=120,
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_what_is_written_reads_back_as_the_same_data(value: Any) -> None:
    assert load_yaml(to_yaml(value), "test") == value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z][a-zA-Z]{0,8}", fullmatch=True), st.integers() | st.booleans(), min_size=1))
def test_kyaml_is_yaml(value: dict[str, Any]) -> None:
    assert load_yaml(to_kyaml(value).removeprefix("---\n"), "test") == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", '"true"'),
        ("y", '"y"'),
        ("", '""'),
        ("123", '"123"'),
        ("1e3", '"1e3"'),
        ("2024-01-01", '"2024-01-01"'),
        ("12:30:45", '"12:30:45"'),
        ("0x1f", '"0x1f"'),
        ("a: b", "'a: b'"),
        ("it's: so", "'it''s: so'"),
        ("# no comment", "'# no comment'"),
        ("*/5 * * * *", "'*/5 * * * *'"),
        ("- x", "'- x'"),
        ("tab\there", '"tab\\there"'),
        ("plain text", "plain text"),
        ("v1.2.3", "v1.2.3"),
        (None, "null"),
        (True, "true"),
        (0.5, "0.5"),
        (3.0, "3"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_values_are_quoted_when_they_would_read_as_something_else(value: Any, text: str) -> None:
    assert to_yaml({"k": value}) == f"k: {text}\n"


def test_several_lines_are_a_literal_block_with_the_right_ending() -> None:
    assert to_yaml({"a": "x\ny\n", "b": "x\ny", "c": "x\n\n"}) == "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\n"


def test_list_items_stand_at_the_indent_of_their_key() -> None:
    assert to_yaml({"a": [{"b": 1, "c": ["d"]}, "e"]}) == "a:\n- b: 1\n  c:\n  - d\n- e\n"


def test_long_text_is_folded_after_column_eighty() -> None:
    text = "word " * 30
    lines = to_yaml({"message": text.strip()}).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("  word")


def test_keys_come_in_natural_order() -> None:
    assert list(to_yaml({"a10": 1, "a9": 1, "A": 1, "a": 1, "-": 1}).splitlines()) == [
        "'-': 1",
        "A: 1",
        "a: 1",
        "a9: 1",
        "a10: 1",
    ]


def test_json_escapes_what_go_escapes() -> None:
    assert to_json({"b": "<&>", "a": 1}) == '{\n    "a": 1,\n    "b": "\\u003c\\u0026\\u003e"\n}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y: 1", {"true": 1}),
        ("1: a", {"1": "a"}),
        ("{1.5: a, null: b}", {"1.5": "a", "null": "b"}),
        ("a: &x {n: 1}\nb: *x", {"a": {"false": 1}, "b": {"false": 1}}),
    ],
)
def test_keys_are_text_as_in_json(text: str, expected: dict[str, object]) -> None:
    assert load_yaml(text, "f") == expected
