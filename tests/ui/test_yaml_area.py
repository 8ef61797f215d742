"""Which pieces of a manifest are coloured."""

from __future__ import annotations

import pytest

from tutor.ui.widgets.editor.yaml_area import tokens


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("  replicas: 3   # how many", [("replicas", "key"), ("3", "value"), ("# how many", "comment")]),
        ("- name: web-app", [("name", "key")]),
        ("image: web-app:v2.1.0", [("image", "key")]),
        ('key: "a # b: c"', [("key", "key"), ('"a # b: c"', "string")]),
        ("app.kubernetes.io/name: x", [("app.kubernetes.io/name", "key")]),
        ("  paused: true", [("paused", "key"), ("true", "value")]),
        ("url: http://web#top", [("url", "key")]),
        ("", []),
    ],
)
def test_pieces_of_a_line(line: str, pieces: list[tuple[str, str]]) -> None:
    assert [(line[start:end], kind) for start, end, kind in tokens(line)] == pieces
