"""Texts that are no YAML: what is said, and on which line."""

from __future__ import annotations

import pytest

from tutor.manifests.text import check_text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n\tb: 1", 2, "there is a tab"),
        ("a: b: c", 1, "there are two `: ` on this line"),
        ("spec:\n  x: 1\n y: 2", 3, "indented differently"),
        ("spec:\n  x: 1\n   y: 2", 3, "the line above has a value already"),
        ("kind: Pod\nspec\n  x: 1", 2, "a colon is missing: spec:"),
        ("replicas:3\nspec:\n  a: 1", 1, "a blank is missing after the colon: replicas: 3"),
        ("args: [1, 2\nb: 3", 1, "a bracket is opened here"),
        ("a: {b: 1\nc: 2", 1, "a bracket is opened here"),
        ('name: "x\nb: 2\n', 1, "a quote is opened here"),
        ("  a: 1\nb: 2", 2, "indented less than the one the text begins with"),
        ("image: @foo", 1, "begins with @ must be in quotes"),
        ("image: *foo", 1, "begins with * must be in quotes"),
        ("- a\nb: 1", 2, "begins with `- `"),
    ],
)
def test_what_is_wrong_in_words(text: str, line: int, message: str) -> None:
    (problem,) = check_text(text)
    assert problem.line == line
    assert message in problem.message
