"""Where a cursor is in a manifest that is still being written. `^` marks the cursor."""

from __future__ import annotations

import pytest

from tutor.manifests.place import field_at, place_at

HEAD = "apiVersion: apps/v1\nkind: Deployment\n"


def at_mark(text: str) -> tuple[str, int, int]:
    before, _, after = text.partition("^")
    return before + after, before.count("\n"), len(before.rpartition("\n")[2])


@pytest.mark.parametrize(
    ("text", "path", "is_key", "typed"),
    [
        ("^", (), True, ""),
        ("ki^", (), True, "ki"),
        ("kind: Depl^", ("kind",), False, "Depl"),
        (HEAD + "spec:\n  re^", ("spec",), True, "re"),
        (HEAD + "spec:\n  ^", ("spec",), True, ""),
        (HEAD + "spec:\n^", (), True, ""),
        (HEAD + "spec:\n  replicas: 3\n  ^\n  template:\n", ("spec",), True, ""),
        ("spec:\n  containers:\n  - name: a\n    im^", ("spec", "containers", 0), True, "im"),
        ("spec:\n  containers:\n    - name: a\n    - na^", ("spec", "containers", 1), True, "na"),
        (
            "spec:\n  containers:\n  - name: a\n  - name: b\n    ports:\n    - ^",
            ("spec", "containers", 1, "ports", 0),
            True,
            "",
        ),
        ("spec:\n  containers:\n  - name: a\n  ^", ("spec",), True, ""),
        ("spec:\n  accessModes:\n  - Read^", ("spec", "accessModes", 0), True, "Read"),
        ("spec:\n  restartPolicy: ^", ("spec", "restartPolicy"), False, ""),
        ('spec:\n  restartPolicy: "Al^', ("spec", "restartPolicy"), False, "Al"),
        ("a: 1\n---\nspec:\n  x^", ("spec",), True, "x"),
        ("# note\nspec:\n  # more\n\n  x^", ("spec",), True, "x"),
    ],
)
def test_path_of_what_is_being_written(text: str, path: tuple[str | int, ...], is_key: bool, typed: str) -> None:
    place = place_at(*at_mark(text))
    assert place is not None
    assert (place.path, place.is_key, place.typed) == (path, is_key, typed)


@pytest.mark.parametrize(
    "text",
    ["# comm^", "spec: # what^", "data:\n  script: |\n    echo x^", "spec: {a: b^", "--^-", "kind^: Pod"],
)
def test_nothing_is_known_in_comments_texts_and_flow_mappings(text: str) -> None:
    assert place_at(*at_mark(text)) is None


def test_the_document_around_the_cursor_gives_the_kind() -> None:
    place = place_at(*at_mark("kind: Service\n---\napiVersion: v1\nkind: Pod # small\nmetadata:\n  namespace: web\n^"))
    assert place is not None
    assert (place.api_version, place.kind, place.namespace) == ("v1", "Pod", "web")


@pytest.mark.parametrize(
    ("text", "siblings"),
    [
        ("spec:\n  a: 1\n  ^\n  b:\n    c: 2\n  d: 3\nother: 4\n", {"a", "b", "d"}),
        ("l:\n- a: 1\n  b: 2\n- c: 3\n  ^\n  d: 4\n- e: 5\n", {"c", "d"}),
        ("l:\n- a: 1\n- ^\n  b: 2\n- c: 3\n", {"b"}),
        ("a: 1\n---\nb: 2\n^\n", {"b"}),
    ],
)
def test_keys_that_are_there_already(text: str, siblings: set[str]) -> None:
    place = place_at(*at_mark(text))
    assert place is not None
    assert place.siblings == siblings


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec:\n  containers:\n  - name: ^x", ("spec", "containers", 0, "name")),
        ("^spec:\n  x: 1", ("spec",)),
        ("spec:\n  accessModes:\n  - a\n  - b^", ("spec", "accessModes", 1)),
    ],
)
def test_the_field_of_a_line(text: str, path: tuple[str | int, ...]) -> None:
    whole, row, _ = at_mark(text)
    place = field_at(whole, row)
    assert place is not None
    assert place.path == path


def test_a_line_without_a_field_has_none() -> None:
    assert field_at("# nothing", 0) is None
    assert field_at("", 5) is None
